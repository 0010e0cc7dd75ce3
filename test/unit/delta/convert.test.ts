import assert from 'node:assert/strict'
import type { SchemaElement } from 'hyparquet'
import { convertLeaf, Decimals } from '#delta/rows/convert.ts'
import { ByteColumn, type LeafValues } from '#parquet/leaf.ts'
import { problemLike } from '../../support/deltaLog.ts'

const bytes = (...values: readonly (readonly number[])[]): ByteColumn =>
  new ByteColumn(Int32Array.from([0, ...values.map((_, i) => values.slice(0, i + 1).flat().length)]), Uint8Array.from(values.flat()))
const element = (type: SchemaElement['type'], more: Partial<SchemaElement> = {}): SchemaElement => ({
  name: 'x',
  ...(type ? { type } : {}),
  ...more,
})
const converted = (values: LeafValues, from: SchemaElement, type: string): unknown => {
  const found = convertLeaf(values, from, type, 'c')
  return found instanceof Decimals ? [...found.words] : found
}
const time = (unit: 'MILLIS' | 'MICROS' | 'NANOS') => element('INT64', { logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit } })

describe('convert', () => {
  it('widens integers, floats, dates and decimals exactly', () => {
    const int = Int32Array.of(1, -2)
    assert.deepEqual(converted(int, element('INT32', { converted_type: 'INT_8' }), 'short'), Int16Array.of(1, -2))
    assert.deepEqual(converted(int, element('INT32'), 'long'), BigInt64Array.of(1n, -2n))
    assert.deepEqual(converted(int, element('INT32'), 'double'), Float64Array.of(1, -2))
    assert.deepEqual(converted(int, element('INT32'), 'decimal(12,1)'), [10n, 0n, -20n, -1n])
    assert.deepEqual(converted(Float32Array.of(0.1), element('FLOAT'), 'double'), Float64Array.of(Math.fround(0.1)))
    assert.deepEqual(
      converted(int, element('INT32', { converted_type: 'DATE' }), 'timestamp_ntz'),
      BigInt64Array.of(86_400_000_000n, -172_800_000_000n),
    )
    const fixed = element('FIXED_LEN_BYTE_ARRAY', { converted_type: 'DECIMAL', scale: 2, precision: 20 })
    assert.deepEqual(converted(bytes([255, 255], [1, 0]), fixed, 'decimal(38,4)'), [-100n, -1n, 25_600n, 0n])
    assert.deepEqual(converted(BigInt64Array.of(-1n), element('INT64', { converted_type: 'DECIMAL', scale: 0 }), 'decimal(18,0)'), [
      -1n,
      -1n,
    ])
  })

  it('reads unsigned integers as the numbers they are', () => {
    const unsigned = element('INT32', { logical_type: { type: 'INTEGER', bitWidth: 32, isSigned: false } })
    assert.deepEqual(converted(Int32Array.of(-1), unsigned, 'long'), BigInt64Array.of(4_294_967_295n))
    assert.throws(() => converted(Int32Array.of(-1), unsigned, 'integer'), problemLike('corrupt', /integer in the table, but INT32/))
  })

  it('reads times of every unit as microseconds, cut towards the past', () => {
    assert.deepEqual(converted(BigInt64Array.of(-1n, 1999n), time('NANOS'), 'timestamp'), BigInt64Array.of(-1n, 1n))
    assert.deepEqual(converted(BigInt64Array.of(-1n), time('MILLIS'), 'timestamp'), BigInt64Array.of(-1000n))
    assert.deepEqual(converted(BigInt64Array.of(-1n), time('MICROS'), 'timestamp_ntz'), BigInt64Array.of(-1n))
    assert.throws(() => converted(BigInt64Array.of(2n ** 62n), time('MILLIS'), 'timestamp'), problemLike('corrupt', /column c/i))
  })

  it('refuses every change it does not know, with both types', () => {
    const refused: readonly (readonly [LeafValues, SchemaElement, string])[] = [
      [BigInt64Array.of(1n), element('INT64'), 'integer'],
      [BigInt64Array.of(1n), element('INT64'), 'timestamp'],
      [BigInt64Array.of(1n), element('INT64'), 'double'],
      [Int32Array.of(300), element('INT32'), 'byte'],
      [Int32Array.of(1), element('INT32', { converted_type: 'DATE' }), 'integer'],
      [Int32Array.of(1), element('INT32', { converted_type: 'DECIMAL', scale: 2 }), 'integer'],
      [Float64Array.of(1), element('DOUBLE'), 'float'],
      [Float64Array.of(1), element('DOUBLE'), 'decimal(5,1)'],
      [bytes([1]), element('BYTE_ARRAY'), 'integer'],
      [bytes([1]), element('BYTE_ARRAY', { converted_type: 'DECIMAL', scale: 3 }), 'decimal(5,2)'],
      [bytes([1]), element('BYTE_ARRAY', { converted_type: 'DECIMAL', scale: 0 }), 'string'],
      [Int32Array.of(100_000), element('INT32'), 'decimal(5,0)'],
      [Int32Array.of(1), element('INT32'), 'string'],
      [Int32Array.of(1), element('INT32'), 'boolean'],
    ]
    for (const [values, from, type] of refused) {
      assert.throws(
        () => converted(values, from, type),
        problemLike('corrupt', new RegExp(`Column c has the type ${type.replace(/[()]/g, '.')} in the table`)),
        type,
      )
    }
  })
})
