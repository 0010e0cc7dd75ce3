import assert from 'node:assert/strict'
import { decodeHybrid, decodeValues, PageDictionary } from '#parquet/encodings.ts'
import { ByteColumn, chooseRows, concatLeaves, padTexts, type LeafData } from '#parquet/leaf.ts'

describe('encodings', () => {
  it('reads runs and bit-packed groups of every width', () => {
    for (let width = 1; width <= 32; width += 1) {
      const most = width === 32 ? 2 ** 31 - 1 : 2 ** width - 1
      const values = Array.from({ length: 24 }, (_, i) => (i % 3 === 0 ? most : (i * 7919) % (most + 1)))
      const out = new Int32Array(30)
      const end = decodeHybrid(Uint8Array.of(...packed(values, width), 6 << 1, ...run(most, width)), 0, width, out)
      assert.deepEqual([...out], [...values, most, most, most, most, most, most], `width ${width}`)
      assert.equal(end, 1 + 3 * width + 1 + ((width + 7) >> 3))
    }
  })

  it('refuses levels that end too early or have no end', () => {
    assert.throws(() => decodeHybrid(Uint8Array.of(), 0, 1, new Uint8Array(1)), /no end/)
    assert.throws(() => decodeHybrid(Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80, 0x80), 0, 1, new Uint8Array(1)), /no end/)
    assert.throws(() => decodeHybrid(Uint8Array.of(3), 0, 2, new Uint8Array(8)), /ends too early/)
    assert.throws(() => decodeHybrid(Uint8Array.of(4), 0, 8, new Uint8Array(2)), /ends too early/)
    assert.throws(() => decodeHybrid(Uint8Array.of(0, 0), 0, 8, new Uint8Array(2)), /empty/)
  })

  it('reads plain text and refuses lengths that lie', () => {
    const element = { name: 'x', type: 'BYTE_ARRAY' } as const
    const plain = { encoding: 'PLAIN', element, dictionary: undefined } as const
    const column = decodeValues(Uint8Array.of(1, 0, 0, 0, 97, 0, 0, 0, 0, 2, 0, 0, 0, 98, 99), { start: 0, end: 3 }, plain)
    assert.ok(column instanceof ByteColumn)
    assert.deepEqual(
      [0, 1, 2].map(i => Buffer.from(column.at(i)).toString()),
      ['a', '', 'bc'],
    )
    assert.throws(() => decodeValues(Uint8Array.of(9, 0, 0, 0, 97), { start: 0, end: 1 }, plain), /ends too early/)
    assert.throws(() => decodeValues(Uint8Array.of(1, 0), { start: 0, end: 1 }, plain), RangeError)
    assert.throws(
      () => decodeValues(Uint8Array.of(1, 2), { start: 0, end: 1 }, { ...plain, element: { name: 'x', type: 'INT64' } }),
      /ends too early/,
    )
  })

  it('reads a dictionary and refuses an index beyond it', () => {
    const page = {
      encoding: 'RLE_DICTIONARY',
      element: { name: 'x', type: 'INT32' },
      dictionary: new PageDictionary(2, () => Int32Array.of(10, 20)),
    } as const
    assert.deepEqual(decodeValues(Uint8Array.of(1, 3, 0b0000_0110), { start: 0, end: 4 }, page), Int32Array.of(10, 20, 20, 10))
    assert.throws(() => decodeValues(Uint8Array.of(2, 2, 2), { start: 0, end: 1 }, page), /beyond its dictionary/)
    assert.throws(() => decodeValues(Uint8Array.of(1, 3, 0), { start: 0, end: 1 }, { ...page, dictionary: undefined }), /not there/)
  })

  it('cuts the nanoseconds of an INT96 towards the past', () => {
    const bytes = new Uint8Array(24)
    const view = new DataView(bytes.buffer)
    view.setBigInt64(0, 1999n, true)
    view.setInt32(8, 2_440_588, true)
    view.setBigInt64(12, 86_399_999_999_999n, true)
    view.setInt32(20, 2_440_587, true)
    const page = { encoding: 'PLAIN', element: { name: 'x', type: 'INT96' }, dictionary: undefined } as const
    assert.deepEqual(decodeValues(bytes, { start: 0, end: 2 }, page), BigInt64Array.of(1n, -1n))
  })
})

describe('leaf', () => {
  const flat: LeafData = {
    entries: 6,
    definition: Uint8Array.of(1, 0, 1, 1, 0, 1),
    repetition: undefined,
    values: Int32Array.of(10, 12, 13, 15),
  }
  const lists: LeafData = {
    entries: 7,
    definition: Uint8Array.of(3, 2, 3, 0, 1, 3, 3),
    repetition: Uint8Array.of(0, 1, 1, 0, 0, 0, 1),
    values: new ByteColumn(Int32Array.of(0, 1, 2, 3, 4), new TextEncoder().encode('abcd')),
  }

  it('gives a range of rows with the values in it', () => {
    const range = chooseRows(flat, 1, { start: 1, end: 4 })
    assert.deepEqual(range, { entries: 3, definition: Uint8Array.of(0, 1, 1), repetition: undefined, values: Int32Array.of(12, 13) })
    assert.equal(chooseRows(flat, 1, { start: 0, end: 6 }), flat)
    const dense: LeafData = { ...flat, definition: undefined, values: Int32Array.of(0, 1, 2, 3, 4, 5) }
    assert.deepEqual(chooseRows(dense, 1, { start: 4, end: 6 }).values, Int32Array.of(4, 5))
  })

  it('leaves deleted rows out, with all entries of their lists', () => {
    const kept = chooseRows(flat, 1, { start: 0, end: 6, deleted: row => row === 2 || row === 4 })
    assert.deepEqual([kept.definition, kept.values], [Uint8Array.of(1, 0, 1, 1), Int32Array.of(10, 13, 15)])
    const some = chooseRows(lists, 3, { start: 0, end: 4, deleted: row => row === 0 })
    assert.deepEqual([some.definition, some.repetition], [Uint8Array.of(0, 1, 3, 3), Uint8Array.of(0, 0, 0, 1)])
    assert.ok(some.values instanceof ByteColumn)
    assert.deepEqual(
      [Buffer.from(some.values.at(0)).toString(), Buffer.from(some.values.at(1)).toString(), some.values.length],
      ['c', 'd', 2],
    )
  })

  it('pads texts by letters, not by bytes', () => {
    const padded = padTexts(new ByteColumn(Int32Array.of(0, 2, 3, 3), new TextEncoder().encode('éa')), 2)
    assert.deepEqual(
      [0, 1, 2].map(i => Buffer.from(padded.at(i)).toString()),
      ['é ', 'a ', '  '],
    )
  })

  it('joins pages of which some have nulls', () => {
    const dense: LeafData = { entries: 2, definition: undefined, repetition: undefined, values: Int32Array.of(7, 8) }
    assert.deepEqual(concatLeaves([flat, dense], 1), {
      entries: 8,
      definition: Uint8Array.of(1, 0, 1, 1, 0, 1, 1, 1),
      repetition: undefined,
      values: Int32Array.of(10, 12, 13, 15, 7, 8),
    })
    const both = concatLeaves([lists, lists], 3)
    assert.ok(both.values instanceof ByteColumn)
    assert.deepEqual([both.entries, Buffer.from(both.values.bytes).toString(), both.values.length], [14, 'abcdabcd', 8])
  })
})

function packed(values: readonly number[], width: number): number[] {
  const bits = values.flatMap(value => Array.from({ length: width }, (_, bit) => Math.floor(value / 2 ** bit) % 2))
  const bytes = Array.from({ length: bits.length / 8 }, (_, i) =>
    bits.slice(i * 8, i * 8 + 8).reduce((sum, bit, at) => sum + bit * 2 ** at, 0),
  )
  return [((values.length / 8) << 1) | 1, ...bytes]
}

function run(value: number, width: number): number[] {
  return Array.from({ length: (width + 7) >> 3 }, (_, i) => Math.floor(value / 2 ** (8 * i)) % 256)
}
