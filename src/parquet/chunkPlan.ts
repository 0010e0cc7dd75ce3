import { readOffsetIndex } from 'hyparquet/src/indexes.js'
import type { ColumnMetaData } from 'hyparquet'
import { smallestFront } from './codecs.ts'
import type { RowChoice } from './leaf.ts'
import { thriftReader } from './thriftReader.ts'

/** Bytes [start, end) of a file. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** What to read of a column chunk for some rows. */
export interface ChunkPlan {
  /** The row that the first data page begins with, counted in the group. */
  readonly firstRow: number
  /** Its dictionary page, and the data pages that hold the rows. */
  readonly spans: readonly Span[]
  /** The beginnings of the spans that are probably enough; a span itself where little would be saved. */
  readonly fronts: readonly Span[]
}

/** Where the pages of a chunk lie. */
export function chunkSpan(meta: ColumnMetaData): Span {
  const data = Number(meta.data_page_offset)
  const dictionary = Number(meta.dictionary_page_offset ?? 0)
  const start = dictionary > 0 && dictionary < data ? dictionary : data
  return { start, end: start + Number(meta.total_compressed_size) }
}

/** The pages that hold the chosen rows by the offset index; the whole chunk without one. */
export function planChunk(
  meta: ColumnMetaData,
  groupRows: number,
  { start, end }: RowChoice,
  { index, margin }: { readonly index: Uint8Array | undefined; readonly margin: number },
): ChunkPlan {
  const chunk = chunkSpan(meta)
  const pages = (index && pagesIn(index, chunk)) ?? [
    { start: Math.max(Number(meta.data_page_offset), chunk.start), end: chunk.end, row: 0 },
  ]
  const last = pages.findLastIndex(page => page.row < end)
  const [zeroth, firstPage, lastPage] = [pages[0], pages.findLast(page => page.row <= start), pages[last]]
  if (!zeroth || !firstPage || !lastPage) return { firstRow: 0, spans: [chunk], fronts: [chunk] }
  const dictionary = { start: chunk.start, end: zeroth.start }
  const data = { start: firstPage.start, end: lastPage.end }
  const rows = (pages[last + 1]?.row ?? groupRows) - lastPage.row
  const values = ((lastPage.end - lastPage.start) / ratioOf(meta)) * ((end - lastPage.row) / rows)
  const parts = [
    { span: dictionary, front: frontOf(dictionary, dictionary.start, end * dictionaryValueBytes * margin, meta) },
    { span: data, front: frontOf(data, lastPage.start, values * margin, meta) },
  ].filter(({ span }) => span.end > span.start)
  return { firstRow: firstPage.row, spans: parts.map(({ span }) => span), fronts: parts.map(({ front }) => front) }
}

/** Undefined when it has none, or some that cannot be: out of order, or outside of their chunk. */
function pagesIn(index: Uint8Array, chunk: Span): readonly (Span & { readonly row: number })[] | undefined {
  const pages = readOffsetIndex(thriftReader(index)).page_locations.map(({ offset, compressed_page_size: size, first_row_index: row }) => ({
    start: Number(offset),
    end: Number(offset) + size,
    row: Number(row),
  }))
  const isSound = pages.every(({ start, end, row }, i) => {
    const before = pages[i - 1]
    return start >= (before?.end ?? chunk.start) && end > start && end <= chunk.end && (before ? row > before.row : row === 0)
  })
  return pages.length > 0 && isSound ? pages : undefined
}

/** The part of `span` that holds what is before `from` and, if all goes well, the values behind it that come to so many bytes. */
function frontOf(span: Span, from: number, valueBytes: number, meta: ColumnMetaData): Span {
  const unit = smallestFront(meta.codec)
  if (unit === undefined) return span
  const bytes = Math.ceil((valueBytes + headerBytes) / unit) * unit
  const end = Math.ceil(from + bytes * ratioOf(meta) * 1.25 + headerBytes)
  return (end - span.start) * 2 < span.end - span.start ? { start: span.start, end } : span
}

/** Of a page, with least and greatest value. */
const headerBytes = 4096
/** A guess. Values stand in a dictionary in the order in which rows met them. */
const dictionaryValueBytes = 64

/** Compressed bytes of each byte. */
function ratioOf(meta: ColumnMetaData): number {
  const ratio = Number(meta.total_compressed_size) / Number(meta.total_uncompressed_size)
  return ratio > 0 && ratio < 1 ? ratio : 1
}
