import assert from 'node:assert/strict'
import { variantJson, variantKeys, variantMembers } from '#arrow/variant.ts'
import { isProblem } from '#base/errors.ts'

const metadata = Uint8Array.of(0x01, 2, 0, 1, 3, 0x61, 0x6b, 0x6c)
const json = (...value: readonly number[]): string => variantJson(Uint8Array.from(value), metadata)
const corrupt = (error: unknown): boolean => isProblem(error, 'corrupt')

describe('variant', () => {
  it('reads the names of its metadata, with offsets of every width', () => {
    assert.deepEqual(variantKeys(metadata), ['a', 'kl'])
    assert.deepEqual(variantKeys(Uint8Array.of(0x41, 1, 0, 0, 0, 2, 0, 0x68, 0x69)), ['hi'])
    assert.deepEqual(variantKeys(Uint8Array.of(0x01, 0, 0)), [])
  })

  it('prints every primitive exactly', () => {
    assert.deepEqual([json(0x00), json(0x04), json(0x08)], ['null', 'true', 'false'])
    assert.deepEqual([json(0x0c, 0xff), json(0x10, 0, 0x80), json(0x14, 1, 0, 0, 0)], ['-1', '-32768', '1'])
    assert.equal(json(0x18, 255, 255, 255, 255, 255, 255, 255, 127), '9223372036854775807')
    assert.equal(json(0x1c, ...doubleBytes(0.1)), '0.1')
    assert.deepEqual([json(0x1c, ...doubleBytes(NaN)), json(0x1c, ...doubleBytes(-Infinity))], ['"NaN"', '"-Infinity"'])
    assert.equal(json(0x20, 2, 0x6a, 0xff, 0xff, 0xff), '-1.50')
    assert.equal(json(0x24, 1, 15, 0, 0, 0, 0, 0, 0, 0), '1.5')
    assert.equal(json(0x28, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0), '18446744073709551616')
    assert.equal(json(0x2c, 1, 0, 0, 0), '"1970-01-02"')
    assert.equal(json(0x30, 1, 0, 0, 0, 0, 0, 0, 0), '"1970-01-01T00:00:00.000001Z"')
    assert.equal(json(0x34, 1, 0, 0, 0, 0, 0, 0, 0), '"1970-01-01T00:00:00.000001"')
    assert.equal(json(0x3c, 2, 0, 0, 0, 0, 255), '"AP8="')
    assert.equal(json(0x40, 2, 0, 0, 0, 0x22, 0x41), '"\\"A"')
    assert.equal(json(0x50, ...Array.from({ length: 16 }, (_, i) => i)), '"00010203-0405-0607-0809-0a0b0c0d0e0f"')
    assert.equal(json(0x05, 0x41), '"A"')
  })

  it('prints objects and arrays in any depth', () => {
    const array = [0x03, 2, 0, 1, 3, 0x00, 0x0c, 7]
    assert.equal(json(...array), '[null,7]')
    const object = [0x02, 2, 0, 1, 0, 2, 2 + array.length, 0x0c, 5, ...array]
    assert.equal(json(...object), '{"a":5,"kl":[null,7]}')
    assert.deepEqual(variantMembers(Uint8Array.from(object), ['a', 'kl']), [
      ['a', '5'],
      ['kl', '[null,7]'],
    ])
    assert.equal(variantMembers(Uint8Array.from(array), []), undefined)
    assert.deepEqual([json(0x02, 0, 0), json(0x03, 0, 0)], ['{}', '[]'])
  })

  it('refuses bytes that are no variant, without reading beyond them', () => {
    for (const value of [
      [],
      [0x18, 1],
      [0x40, 9, 0, 0, 0, 0x41],
      [0x15, 0x41],
      [0x54],
      [0x03, 200, 0],
      [0x02, 1, 9, 0, 1, 0x00],
      [0x03, 1, 250, 251],
    ]) {
      assert.throws(() => json(...value), corrupt, JSON.stringify(value))
    }
    const shared = [21, 16, 11, 6, 1].flatMap(rest => [0x03, 2, 0, 0, rest])
    assert.throws(() => json(...shared, 0x00), corrupt, 'parts that overlap')
    assert.throws(() => variantKeys(Uint8Array.of(0x02, 0, 0)), corrupt)
    assert.throws(() => variantKeys(Uint8Array.of(0x01, 5, 0)), corrupt)
    assert.throws(() => variantKeys(Uint8Array.of(0x01, 1, 0, 9, 0x61)), corrupt)
  })
})

function doubleBytes(value: number): Uint8Array {
  return new Uint8Array(Float64Array.of(value).buffer)
}
