import assert from 'node:assert/strict'
import { Decimals } from '#delta/rows/convert.ts'
import { ByteColumn } from '#parquet/leaf.ts'
import { parsePartitionValue } from '#delta/rows/partition.ts'
import { problemLike } from '../../support/deltaLog.ts'

const only = (text: string | null, type: string): unknown => {
  const value = parsePartitionValue(text, type, 'p')
  if (value instanceof ByteColumn) return Buffer.from(value.at(0)).toString()
  if (value instanceof Decimals) return [...value.words]
  return value?.[0] ?? value
}

describe('partition value', () => {
  it('is null for null and for empty text, of any type', () => {
    for (const type of ['string', 'integer', 'date', 'decimal(5,2)', 'binary'])
      assert.deepEqual([only(null, type), only('', type)], [null, null])
  })

  it('is exact for numbers of every size', () => {
    assert.equal(only('-128', 'byte'), -128)
    assert.equal(only('32767', 'short'), 32_767)
    assert.equal(only('-2147483648', 'integer'), -2_147_483_648)
    assert.equal(only('9223372036854775807', 'long'), 9_223_372_036_854_775_807n)
    assert.equal(only('1.5E-3', 'double'), 0.0015)
    assert.equal(only('-Infinity', 'float'), -Infinity)
    assert.ok(Number.isNaN(only('NaN', 'double')))
    assert.deepEqual(only('-0.5', 'decimal(10,2)'), [-50n, -1n])
    assert.deepEqual(only('1E3', 'decimal(10,2)'), [100_000n, 0n])
    assert.deepEqual(
      only('12345678901234567890.12', 'decimal(38,2)'),
      [1_234_567_890_123_456_789_012n & 0xffff_ffff_ffff_ffffn, 66n].map(word => BigInt.asIntN(64, word)),
    )
  })

  it('is the text, the bytes or the truth value', () => {
    assert.equal(only('a b/c', 'string'), 'a b/c')
    assert.equal(only('x', 'varchar(3)'), 'x')
    assert.equal(only('\u0001\u0002', 'binary'), '\u0001\u0002')
    assert.deepEqual([only('true', 'boolean'), only('False', 'boolean')], [1, 0])
  })

  it('is a day or a moment in UTC, whatever way it was written', () => {
    assert.equal(only('1969-12-31', 'date'), -1)
    assert.equal(only('0001-01-01', 'date'), -719_162)
    const moment = 1_704_067_200_123_456n
    for (const text of [
      '2024-01-01 00:00:00.123456',
      '2024-01-01T00:00:00.123456Z',
      '2024-01-01T02:00:00.123456+02:00',
      '2023-12-31 19:00:00.123456-05:00',
    ]) {
      assert.equal(only(text, 'timestamp'), moment, text)
    }
    assert.equal(only('1969-12-31 23:59:59.999999999', 'timestamp'), -1n)
    assert.equal(only('2024-01-01', 'timestamp_ntz'), 1_704_067_200_000_000n)
  })

  it('is refused when it is no value of its type', () => {
    const wrong: readonly (readonly [string, string])[] = [
      ['x', 'integer'],
      ['128', 'byte'],
      ['1.5', 'long'],
      ['9223372036854775808', 'long'],
      ['1.234', 'decimal(5,2)'],
      ['12345.00', 'decimal(5,2)'],
      ['2024-02-30', 'date'],
      ['2024-01-01 25:00:00', 'timestamp'],
      ['yes', 'boolean'],
      ['abc', 'double'],
      ['1', 'map'],
    ]
    for (const [text, type] of wrong) {
      assert.throws(() => parsePartitionValue(text, type, 'p'), problemLike('invalid', /no value of partition column p/), `${text} ${type}`)
    }
  })
})
