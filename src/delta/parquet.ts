import { parquetMetadata } from 'hyparquet'
import { readOffsetIndex } from 'hyparquet/src/indexes.js'
import type { ColumnChunk, ColumnMetaData, FileMetaData, OffsetIndex, RowGroup } from 'hyparquet'
import { isProblem, LakehouseError } from '#base/errors.ts'
import { limit } from '#base/limit.ts'
import { calendarOf, toModernCalendar, type FileCalendar } from './calendar.ts'
import { damageOf } from './damage.ts'
import type { LeafData, RowChoice } from './leaf.ts'
import { decodeRows } from './pageRows.ts'
import { leavesBelow, parquetTree, type ParquetLeaf, type ParquetNode } from './parquetTree.ts'
import type { RangeFile } from './rangeFile.ts'
import { nextTurn } from './turn.ts'

/** A Parquet file whose footer has been read. */
export interface ParquetFile {
  readonly source: RangeFile
  readonly root: ParquetNode
  readonly groups: readonly RowGroupAt[]
  readonly calendar: FileCalendar
  readonly rows: number
}

export interface RowGroupAt {
  /** First row, counted in the file. */
  readonly start: number
  readonly rows: number
  /** By leaf. */
  readonly columns: readonly ColumnChunk[]
}

/** Reads and checks the footer. @throws LakehouseError `corrupt` */
export async function openParquet(source: RangeFile, signal: AbortSignal): Promise<ParquetFile> {
  const metadata = await readFooter(source, signal)
  return await whole(source, signal, () => {
    const root = parquetTree(metadata)
    const leaves = leavesBelow(root).length
    let start = 0
    const groups = metadata.row_groups.map((group): RowGroupAt => {
      const at = { start, rows: Number(group.num_rows), columns: columnsOf(group, leaves) }
      start += at.rows
      return at
    })
    if (start !== Number(metadata.num_rows)) throw new Error('its row groups do not add up to its rows')
    return Promise.resolve({ source, root, groups, calendar: calendarOf(metadata), rows: start })
  })
}

/**
 * The chosen rows of some leaves of a row group; rows count from the beginning of the group. Reads only the pages that hold
 * them where the file has an offset index, else whole column chunks; at most 8 requests at once.
 * @throws LakehouseError `corrupt` with the column
 */
export async function readLeaves(
  { source, calendar }: ParquetFile,
  group: RowGroupAt,
  leaves: readonly ParquetLeaf[],
  choice: RowChoice,
  signal: AbortSignal,
): Promise<ReadonlyMap<ParquetLeaf, LeafData>> {
  return await whole(source, signal, async () => {
    const chunks = leaves.map(leaf => ({ leaf, ...chunkOf(group, leaf) }))
    const pages = await Promise.all(chunks.map(({ chunk }) => pagesFor(source, group, chunk, choice, signal)))
    const spans = chunks.map(({ meta }, i) => pages[i]?.spans ?? [chunkSpan(meta)])
    const fetched = await fetchSpans(source, spans.flat(), signal)
    const answer = new Map<ParquetLeaf, LeafData>()
    for (const [i, { leaf, meta }] of chunks.entries()) {
      await nextTurn()
      const bytes = join((spans[i] ?? []).map(span => fetched(span)))
      const firstRow = pages[i]?.firstRow ?? 0
      const data = decodeLeaf(bytes, meta, leaf, shifted(choice, firstRow), signal)
      answer.set(leaf, { ...data, values: toModernCalendar(data.values, leaf.element, calendar) })
    }
    return answer
  })
}

interface Span {
  readonly start: number
  readonly end: number
}

/** Spans closer than this are fetched together. */
const gapBytes = 32 * 1024
const longestFetch = 16 * 1024 * 1024
const fetchesAtOnce = 8

async function readFooter(source: RangeFile, signal: AbortSignal): Promise<FileMetaData> {
  const end = await source.read(source.size - 8, source.size, signal)
  const length = new DataView(end.buffer, end.byteOffset, 8).getUint32(0, true)
  if (length + 12 > source.size) throw new LakehouseError('corrupt', `Cannot read ${source.location}: its footer is longer than the file.`)
  const footer = await source.read(source.size - 8 - length, source.size, signal)
  return await whole(source, signal, () => Promise.resolve(parquetMetadata(footer, { geoparquet: false, parsers: statisticsAsTheyAre })))
}

/** Statistics are converted while a footer is parsed; these cannot fail on odd values. */
const statisticsAsTheyAre = {
  timestampFromMilliseconds: (value: bigint) => value,
  timestampFromMicroseconds: (value: bigint) => value,
  timestampFromNanoseconds: (value: bigint) => value,
  dateFromDays: (value: number) => value,
  stringFromBytes: (value: Uint8Array) => value,
}

function columnsOf(group: RowGroup, leaves: number): readonly ColumnChunk[] {
  if (group.columns.length !== leaves) throw new Error('a row group has more or fewer columns than the schema')
  return group.columns
}

export function chunkOf(group: RowGroupAt, leaf: ParquetLeaf): { readonly chunk: ColumnChunk; readonly meta: ColumnMetaData } {
  const chunk = group.columns[leaf.leaf]
  const meta = chunk?.meta_data
  if (!chunk || !meta || chunk.file_path || meta.path_in_schema.at(-1) !== leaf.name || meta.type !== leaf.element.type) {
    throw new Error(`column ${leaf.name} is not where the schema says`)
  }
  return { chunk, meta }
}

export function chunkSpan(meta: ColumnMetaData): Span {
  const data = Number(meta.data_page_offset)
  const dictionary = Number(meta.dictionary_page_offset ?? 0)
  const start = dictionary > 0 && dictionary < data ? dictionary : data
  return { start, end: start + Number(meta.total_compressed_size) }
}

/** The spans of the pages that hold the chosen rows; undefined to read the whole chunk. */
async function pagesFor(source: RangeFile, group: RowGroupAt, chunk: ColumnChunk, { start, end }: RowChoice, signal: AbortSignal) {
  const { offset_index_offset: offset, offset_index_length: length, meta_data: meta } = chunk
  if (!offset || !length || !meta || (start === 0 && end >= group.rows) || end <= start) return undefined
  const bytes = await source.read(Number(offset), Number(offset) + length, signal)
  const pages: OffsetIndex['page_locations'] = readOffsetIndex({
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    offset: 0,
  }).page_locations
  const rowOf = (page: OffsetIndex['page_locations'][number] | undefined): number => (page ? Number(page.first_row_index) : group.rows)
  const first = pages.findLastIndex(page => rowOf(page) <= start)
  const last = pages.findLastIndex(page => rowOf(page) < end)
  const [firstPage, lastPage] = [pages[first], pages[last]]
  if (!firstPage || !lastPage || !pages[0]) return undefined
  const dictionary: Span = { start: chunkSpan(meta).start, end: Number(pages[0].offset) }
  const data: Span = { start: Number(firstPage.offset), end: Number(lastPage.offset) + lastPage.compressed_page_size }
  return { firstRow: rowOf(firstPage), spans: dictionary.end > dictionary.start ? [dictionary, data] : [data] }
}

/** Fetches spans, neighbours together, and answers with the bytes of each. */
async function fetchSpans(source: RangeFile, spans: readonly Span[], signal: AbortSignal): Promise<(span: Span) => Uint8Array> {
  const runs: { start: number; end: number }[] = []
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const run = runs.at(-1)
    if (run && span.start - run.end <= gapBytes && Math.max(run.end, span.end) - run.start <= longestFetch) {
      run.end = Math.max(run.end, span.end)
    } else runs.push({ ...span })
  }
  const atOnce = limit(fetchesAtOnce)
  const fetched = await Promise.all(runs.map(run => atOnce(() => source.read(run.start, run.end, signal))))
  return ({ start, end }) => {
    const index = runs.findIndex(run => run.start <= start && end <= run.end)
    const from = runs[index]?.start ?? 0
    return fetched[index]?.subarray(start - from, end - from) ?? new Uint8Array(0)
  }
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts
  return parts.length === 1 && only ? only : Buffer.concat(parts)
}

function shifted(choice: RowChoice, by: number): RowChoice {
  const { start, end, deleted } = choice
  return { start: start - by, end: end - by, ...(deleted ? { deleted: row => deleted(row + by) } : {}) }
}

function decodeLeaf(bytes: Uint8Array, meta: ColumnMetaData, leaf: ParquetLeaf, choice: RowChoice, signal: AbortSignal): LeafData {
  signal.throwIfAborted()
  try {
    return decodeRows(bytes, meta, leaf, choice)
  } catch (error) {
    throw new Error(`column ${meta.path_in_schema.join('.')}: ${damageOf(error)}`, { cause: error })
  }
}

/** Anything that goes wrong in a decoder is the file's fault. */
export async function whole<T>(source: RangeFile, signal: AbortSignal, task: () => Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (error) {
    if (isProblem(error) || signal.aborted) throw error
    throw new LakehouseError('corrupt', `Cannot read ${source.location}: ${damageOf(error)}.`, { cause: error })
  }
}
