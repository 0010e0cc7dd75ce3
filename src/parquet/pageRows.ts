import { parquetHeader } from 'hyparquet/src/column.js'
import type { ColumnMetaData, CompressionCodec, Encoding, PageHeader } from 'hyparquet'
import { decompress, decompressFront } from './codecs.ts'
import { decodeValues, emptyValues, isReadInOrder, PageDictionary } from './encodings.ts'
import { chooseRows, concatLeaves, countAt, type LeafData, type RowChoice } from './leaf.ts'
import { checkPage, separateLevels, splitLevels, type Levels } from './pages.ts'
import type { ParquetLeaf } from './parquetTree.ts'
import { thriftReader } from './thriftReader.ts'

/** Pages of a column chunk one after another. */
export interface PageRun {
  readonly bytes: Uint8Array
  /** True when the last page may be cut off, since its beginning is probably enough. */
  readonly isCut: boolean
}

/**
 * The chosen rows of some pages: a whole column chunk, or its dictionary page and some of its data pages. Rows count from the first
 * of these. What comes behind the last row is not decoded, and of a flat column nothing before the first.
 * @throws Error saying what is wrong with a page, also when it is cut too short
 */
export function decodeRows(runs: readonly PageRun[], chunk: ColumnMetaData, leaf: ParquetLeaf, choice: RowChoice): LeafData {
  const isFlat = leaf.maxRepetition === 0
  const { start, end } = choice
  const parts: LeafData[] = []
  let dictionary: PageDictionary | undefined
  let entries = 0
  let rows = 0
  for (const { header, body, isCut } of pagesOf(runs)) {
    const entriesLeft = Number(chunk.num_values) - entries
    if (entriesLeft <= 0 || (isFlat ? entries >= end : rows > end)) break
    const count = (header.data_page_header ?? header.data_page_header_v2)?.num_values ?? 0
    if (!(count >= 0 && count <= entriesLeft)) throw new Error('a page has more values than its column')
    const wanted = isFlat ? { start: Math.max(start - entries, 0), end: Math.min(end - entries, count) } : { start: 0, end: count }
    const context = { codec: chunk.codec, leaf, dictionary, wanted, isCut }
    if (header.type === 'DICTIONARY_PAGE') {
      checkPage(header, body, chunk, entriesLeft)
      dictionary = openDictionary(body, header, context)
    } else if (wanted.start < wanted.end) {
      checkPage(header, body, chunk, entriesLeft)
      const data = decodePage(body, header, context)
      parts.push(data)
      rows += data.repetition ? countAt(data.repetition, 0) : data.entries
    }
    entries += count
  }
  if (parts.length === 0) return { entries: 0, definition: undefined, repetition: undefined, values: emptyValues(chunk.type) }
  return chosen(concatLeaves(parts, leaf.maxDefinition), leaf, choice)
}

function* pagesOf(runs: readonly PageRun[]) {
  for (const { bytes, isCut: mayBeCut } of runs) {
    const reader = thriftReader(bytes)
    while (reader.offset < bytes.byteLength) {
      const header = parquetHeader(reader)
      const from = reader.offset
      reader.offset += header.compressed_page_size
      const isCut = reader.offset > bytes.byteLength
      if (!(header.compressed_page_size >= 0) || (isCut && !mayBeCut)) throw new Error('a page is longer than its column')
      yield { header, body: bytes.subarray(from, reader.offset), isCut }
    }
  }
}

/** A flat column holds no other rows than those of the range. */
function chosen(data: LeafData, leaf: ParquetLeaf, choice: RowChoice): LeafData {
  if (leaf.maxRepetition > 0) return chooseRows(data, leaf.maxDefinition, choice)
  const { start, deleted } = choice
  if (!deleted) return data
  return chooseRows(data, leaf.maxDefinition, { start: 0, end: data.entries, deleted: row => deleted(row + start) })
}

interface PageContext {
  readonly isCut: boolean
  readonly codec: CompressionCodec
  readonly leaf: ParquetLeaf
  readonly dictionary: PageDictionary | undefined
  /** Entries of the page. */
  readonly wanted: { readonly start: number; readonly end: number }
}

function openDictionary(page: Uint8Array, header: PageHeader, { codec, isCut, leaf: { element } }: PageContext): PageDictionary {
  const own = header.dictionary_page_header
  if (!own) throw new Error('a dictionary page has no header')
  const { num_values: all } = own
  const size = header.uncompressed_page_size
  return new PageDictionary(all, count =>
    decodeFront(page, { size, codec, isCut, guess: guessFor(size, count, all) }, bytes =>
      decodeValues(bytes, { start: 0, end: count }, { encoding: 'PLAIN', element, dictionary: undefined }),
    ),
  )
}

function decodePage(page: Uint8Array, header: PageHeader, context: PageContext): LeafData {
  const { data_page_header: first, data_page_header_v2: second, uncompressed_page_size: size } = header
  const { leaf, codec, isCut } = context
  const own = header.type === 'DATA_PAGE' ? first : second
  if (!own) throw new Error('a data page has no header')
  const { num_values: entries, encoding } = own
  const count = isReadInOrder(encoding) ? context.wanted.end : entries
  if (own === first) {
    return decodeFront(page, { size, codec, isCut, guess: guessFor(size, count, entries) }, bytes =>
      withValues(splitLevels(bytes, first, leaf, count), encoding, context),
    )
  }
  if (!second) throw new Error('a data page has no header')
  const levels = separateLevels(page, second, leaf, count)
  const left = size - page.byteLength + levels.values.byteLength
  const form = {
    size: left,
    codec: second.is_compressed === false ? 'UNCOMPRESSED' : codec,
    isCut,
    guess: guessFor(left, count, entries),
  } as const
  return decodeFront(levels.values, form, values => withValues({ ...levels, values }, encoding, context))
}

/** Bytes that the first `count` of `all` values probably take. */
function guessFor(size: number, count: number, all: number): number {
  return Math.min(Math.ceil((size / Math.max(all, 1)) * count * 1.25) + leastGuess, size)
}

const leastGuess = 4096

interface PageForm {
  /** Bytes when it is decompressed. */
  readonly size: number
  readonly codec: CompressionCodec
  readonly isCut: boolean
  /** Bytes that are probably enough. */
  readonly guess: number
}

/** Decodes the beginning of a page where that is enough: whatever goes wrong with it is decided by the whole page. */
function decodeFront<T>(page: Uint8Array, { size, codec, isCut, guess }: PageForm, decode: (bytes: Uint8Array) => T): T {
  if (isCut) return decode(decompressFront(page, guess, codec) ?? cutTooShort())
  if (guess < size / 2) {
    try {
      const front = decompressFront(page, guess, codec)
      if (front) return decode(front)
    } catch {
      return decode(decompress(page, size, codec))
    }
  }
  return decode(decompress(page, size, codec))
}

function cutTooShort(): never {
  throw new Error('a page is cut too short')
}

function withValues(
  { definition: all, repetition, values }: Levels,
  encoding: Encoding,
  { leaf, dictionary, wanted }: PageContext,
): LeafData {
  const { start, end } = wanted
  const page = { encoding, element: leaf.element, dictionary }
  if (!all) return { entries: end - start, definition: undefined, repetition, values: decodeValues(values, wanted, page) }
  const definition = all.subarray(start, end)
  const before = countAt(all.subarray(0, start), leaf.maxDefinition)
  const present = countAt(definition, leaf.maxDefinition)
  const total = before + present + countAt(all.subarray(end), leaf.maxDefinition)
  return {
    entries: end - start,
    definition: present === end - start ? undefined : definition,
    repetition,
    values: decodeValues(values, { start: before, end: before + present, total }, page),
  }
}
