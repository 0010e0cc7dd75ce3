import assert from 'node:assert/strict'
import { openNumbers } from '#parquet/numberColumn.ts'
import type { Page } from '#parquet/pages.ts'
import type { ParquetLeaf } from '#parquet/parquetTree.ts'
import { openTexts, textIn, TextColumn } from '#parquet/textColumn.ts'

const leafOf = (type: 'BYTE_ARRAY' | 'INT64' | 'INT32'): ParquetLeaf => ({
  name: 'x',
  element: { name: 'x', type },
  children: [],
  maxDefinition: 1,
  maxRepetition: 0,
  leaf: 0,
})
const texts = leafOf('BYTE_ARRAY')

function plain(...values: readonly string[]): Buffer {
  return Buffer.concat(
    values.flatMap(value => {
      const bytes = Buffer.from(value)
      const length = Buffer.alloc(4)
      length.writeInt32LE(bytes.byteLength)
      return [length, bytes]
    }),
  )
}

const page = (values: Uint8Array, present: number, more: object = {}): Page => ({
  kind: 'data',
  entries: present,
  present,
  definition: undefined,
  repetition: undefined,
  encoding: 'PLAIN',
  values,
  ...more,
})
const numbers = (...values: readonly bigint[]) => new Uint8Array(BigInt64Array.from(values).buffer)
const dictionaryOf = (...values: readonly string[]) =>
  openTexts({ kind: 'dictionary', count: values.length, values: plain(...values) }, texts, undefined)
/** Three bit-packed indexes of two bits each. */
const indexes = (first: number, second: number, third: number) => Buffer.from([2, 3, first | (second << 2) | (third << 4), 0])

describe('text column', () => {
  it('finds the texts of plain pages and of dictionaries, with nulls between', () => {
    const first = openTexts(page(plain('a', 'ü', ''), 3), texts, undefined)
    const definition = Uint8Array.of(0, 1, 1, 0, 1)
    const coded = page(indexes(1, 0, 1), 3, { entries: 5, definition, encoding: 'RLE_DICTIONARY' })
    const column = new TextColumn([first, openTexts(coded, texts, dictionaryOf('x', 'yz'))], 9)
    assert.deepEqual(
      Array.from({ length: 9 }, (_, row) => column.at(row)),
      ['a', 'ü', '', undefined, 'yz', 'x', undefined, 'yz', undefined],
    )
    const seen: [number, string][] = []
    column.forEach((row, bytes, start, end) => seen.push([row, Buffer.from(bytes.subarray(start, end)).toString()]))
    assert.deepEqual(seen, [
      [0, 'a'],
      [1, 'ü'],
      [2, ''],
      [4, 'yz'],
      [5, 'x'],
      [7, 'yz'],
    ])
  })

  it('reads lengths that stand before all texts', () => {
    const lengths = Buffer.from([0x80, 0x01, 0x04, 0x02, 0x02, 0x04, 0, 0, 0, 0])
    const { bytes, starts } = openTexts(
      page(Buffer.concat([lengths, Buffer.from('abcd')]), 2, { encoding: 'DELTA_LENGTH_BYTE_ARRAY' }),
      texts,
      undefined,
    )
    assert.deepEqual(
      Array.from(starts, start => textIn(bytes, start)),
      ['a', 'bcd'],
    )
  })

  it('refuses a page whose lengths or indexes lie', () => {
    const long = plain('abc')
    long.writeInt32LE(4)
    const negative = plain('abc')
    negative.writeInt32LE(-1)
    for (const values of [long, negative]) assert.throws(() => openTexts(page(values, 1), texts, undefined), /ends too early/)
    for (const count of [2, 1_000_000_000]) assert.throws(() => openTexts(page(plain('abc'), count), texts, undefined), /ends too early/)
    const coded = page(indexes(1, 3, 0), 3, { encoding: 'RLE_DICTIONARY' })
    assert.throws(() => openTexts(coded, texts, dictionaryOf('x', 'y')), /beyond its dictionary/)
    assert.throws(() => openTexts(coded, texts, undefined), /a dictionary that is not there/)
    assert.throws(() => openTexts(page(new Uint8Array(8), 1), leafOf('INT64'), undefined), /holds no text/)
  })
})

describe('number column', () => {
  it('rounds what is beyond 2^53 as JSON does, and knows null', () => {
    const values = [0n, -1n, 2n ** 53n + 1n, -(2n ** 63n), 2n ** 63n - 1n, 4_294_967_296n]
    const definition = Uint8Array.of(1, 1, 1, 0, 1, 1, 1)
    const found = openNumbers(page(numbers(...values), 6, { entries: 7, definition }), leafOf('INT64'), undefined)
    assert.deepEqual([...found], [0, -1, 2 ** 53, Number.NaN, -(2 ** 63), 2 ** 63, 4_294_967_296])
  })

  it('looks numbers up in a dictionary, and takes those of 32 bits', () => {
    const dictionary = openNumbers({ kind: 'dictionary', count: 2, values: numbers(7n, -9n) }, leafOf('INT64'), undefined)
    const coded = page(indexes(1, 0, 1), 3, { encoding: 'RLE_DICTIONARY' })
    assert.deepEqual([...openNumbers(coded, leafOf('INT64'), dictionary)], [-9, 7, -9])
    assert.deepEqual([...openNumbers(page(new Uint8Array(Int32Array.of(5, -5).buffer), 2), leafOf('INT32'), undefined)], [5, -5])
    assert.throws(() => openNumbers(coded, leafOf('INT64'), undefined), /a dictionary that is not there/)
    assert.throws(() => openNumbers(page(numbers(1n), 2), leafOf('INT64'), undefined), /ends too early/)
    assert.throws(() => openNumbers(page(plain('a'), 1), texts, undefined), /holds no numbers/)
  })
})
