import { decodeHybrid, decodeValues } from './encodings.ts'
import { ByteColumn, zerosLike } from './leaf.ts'
import type { Page } from './pages.ts'
import type { ParquetLeaf } from './parquetTree.ts'

/** Texts as Parquet writes them, each behind its length in four bytes. */
export interface TextBytes {
  readonly bytes: Buffer
  /** Where each text begins; -1 for null. */
  readonly starts: Int32Array
}

/** Texts of one leaf by row, in the bytes of their pages. */
export class TextColumn {
  readonly #starts: Int32Array
  readonly #runs: readonly { readonly end: number; readonly bytes: Buffer }[]

  constructor(parts: readonly TextBytes[], rows: number) {
    this.#starts = new Int32Array(rows).fill(-1)
    let end = 0
    this.#runs = parts.map(({ bytes, starts }) => {
      this.#starts.set(starts, end)
      end += starts.length
      return { end, bytes }
    })
  }

  /** Bytes in memory, roughly: parts may share a dictionary. */
  get weight(): number {
    const arenas = new Set(this.#runs.map(({ bytes }) => bytes))
    return [...arenas].reduce((sum, bytes) => sum + bytes.byteLength, this.#starts.byteLength)
  }

  has(row: number): boolean {
    return (this.#starts[row] ?? -1) >= 0
  }

  /** Undefined for null. */
  at(row: number): string | undefined {
    const start = this.#starts[row] ?? -1
    if (start < 0) return undefined
    return textIn(this.#bytesOf(row), start)
  }

  /** Calls for every row that has a text, with its bytes [start, end). */
  forEach(task: (row: number, bytes: Uint8Array, start: number, end: number) => void): void {
    let row = 0
    for (const { end, bytes } of this.#runs) {
      for (; row < end; row += 1) {
        const start = this.#starts[row] ?? -1
        if (start >= 0) task(row, bytes, start, start + lengthIn(bytes, start))
      }
    }
  }

  #bytesOf(row: number): Buffer {
    let low = 0
    let high = this.#runs.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#runs[middle]?.end ?? 0) > row) high = middle
      else low = middle + 1
    }
    return this.#runs[low]?.bytes ?? Buffer.alloc(0)
  }
}

export function textIn(bytes: Buffer, start: number): string {
  return bytes.toString('utf8', start, start + lengthIn(bytes, start))
}

/** Length of the text that begins at `start`. */
export function lengthIn(bytes: Uint8Array, start: number): number {
  return (bytes[start - 4] ?? 0) | ((bytes[start - 3] ?? 0) << 8) | ((bytes[start - 2] ?? 0) << 16) | ((bytes[start - 1] ?? 0) << 24)
}

/** The texts of a page; a page of a dictionary gives those of the dictionary. @throws Error saying what is wrong with it */
export function openTexts(page: Page, leaf: ParquetLeaf, dictionary: TextBytes | undefined): TextBytes {
  if (leaf.element.type !== 'BYTE_ARRAY') throw new Error('it holds no text')
  if (page.kind === 'dictionary') return plainTexts(page.values, page.count)
  const { bytes, starts } = presentTexts(page, leaf, dictionary)
  return { bytes, starts: spread(starts, page.definition, leaf.maxDefinition) }
}

function presentTexts(page: Extract<Page, { kind: 'data' }>, { element }: ParquetLeaf, dictionary: TextBytes | undefined): TextBytes {
  const { encoding, present, values } = page
  if (encoding === 'PLAIN') return plainTexts(values, present)
  if (encoding !== 'RLE_DICTIONARY' && encoding !== 'PLAIN_DICTIONARY') {
    const decoded = decodeValues(values, { start: 0, end: present }, { encoding, element, dictionary: undefined })
    return behindLengths(decoded instanceof ByteColumn ? decoded : new ByteColumn(new Int32Array(1), new Uint8Array(0)))
  }
  if (present === 0) return { bytes: Buffer.alloc(0), starts: new Int32Array(0) }
  if (!dictionary) throw new Error('a page refers to a dictionary that is not there')
  return { bytes: dictionary.bytes, starts: lookUp(values, present, dictionary.starts) }
}

/** The items that a dictionary page's indexes stand for. */
export function lookUp<T extends Int32Array | Float64Array>(values: Uint8Array, count: number, dictionary: T): T {
  const indexes = new Int32Array(count)
  if (count > 0) decodeHybrid(values, 1, values[0] ?? Number.NaN, indexes)
  const found = zerosLike(dictionary, count)
  for (let i = 0; i < count; i += 1) {
    const index = indexes[i] ?? -1
    if (index < 0 || index >= dictionary.length) throw new Error('a page refers beyond its dictionary')
    found[i] = dictionary[index] ?? 0
  }
  return found
}

function plainTexts(values: Uint8Array, count: number): TextBytes {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
  if (count > bytes.byteLength / 4) throw new Error('it ends too early')
  const starts = new Int32Array(count)
  let at = 4
  for (let i = 0; i < count; i += 1) {
    if (at > bytes.byteLength) throw new Error('it ends too early')
    const length = lengthIn(bytes, at)
    if (length < 0 || at + length > bytes.byteLength) throw new Error('it ends too early')
    starts[i] = at
    at += length + 4
  }
  return { bytes, starts }
}

function behindLengths(column: ByteColumn): TextBytes {
  const starts = new Int32Array(column.length)
  const bytes = Buffer.alloc(column.bytes.byteLength + 4 * column.length)
  let at = 0
  for (let i = 0; i < column.length; i += 1) {
    const text = column.at(i)
    bytes.writeUInt32LE(text.byteLength, at)
    starts[i] = at + 4
    bytes.set(text, at + 4)
    at += 4 + text.byteLength
  }
  return { bytes, starts }
}

/** One item an entry: those of values where there is one, else -1. */
function spread(present: Int32Array, definition: Uint8Array | undefined, level: number): Int32Array {
  if (!definition) return present
  const all = new Int32Array(definition.length).fill(-1)
  let next = 0
  for (let i = 0; i < definition.length; i += 1) if (definition[i] === level) all[i] = present[next++] ?? -1
  return all
}
