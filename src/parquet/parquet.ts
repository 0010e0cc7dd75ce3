import { parquetMetadata } from 'hyparquet'
import type { ColumnChunk, ColumnMetaData, FileMetaData, RowGroup } from 'hyparquet'
import { isProblem, LakehouseError } from '#base/errors.ts'
import { limit } from '#base/limit.ts'
import { nextTurn } from '#base/turn.ts'
import { calendarOf, toModernCalendar, type FileCalendar } from './calendar.ts'
import { planChunk, type ChunkPlan, type Span } from './chunkPlan.ts'
import { damageOf } from './damage.ts'
import type { LeafData, RowChoice } from './leaf.ts'
import { decodeRows } from './pageRows.ts'
import { leavesBelow, parquetTree, type ParquetLeaf, type ParquetNode } from './parquetTree.ts'
import type { RangeFile } from './rangeFile.ts'

/** A Parquet file whose footer has been read. */
export interface ParquetFile {
  readonly source: RangeFile
  readonly root: ParquetNode
  readonly groups: readonly RowGroupAt[]
  readonly calendar: FileCalendar
  readonly rows: number
  /** True when its writer puts a checksum into each page, which takes the whole page to verify. */
  readonly hasChecksums: boolean
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
    const hasChecksums = metadata.created_by?.startsWith('parquet-mr') ?? false
    return Promise.resolve({ source, root, groups, calendar: calendarOf(metadata), rows: start, hasChecksums })
  })
}

/**
 * The chosen rows of some leaves of a row group; rows count from the beginning of the group. Reads only the pages that hold
 * them where the file has an offset index, else whole column chunks, and of the last page its beginning if that is enough; at
 * most 16 requests at once.
 * @throws LakehouseError `corrupt` with the column
 */
export async function readLeaves(
  file: ParquetFile,
  group: RowGroupAt,
  leaves: readonly ParquetLeaf[],
  choice: RowChoice,
  signal: AbortSignal,
): Promise<ReadonlyMap<ParquetLeaf, LeafData>> {
  return await whole(file.source, signal, async () => {
    const chunks = await planChunks(file, group, leaves, choice, signal)
    const answer = new Map<ParquetLeaf, LeafData>()
    const short = await decodeChunks(file, chunks, answer, signal)
    await decodeChunks(
      file,
      short.map(chunk => ({ ...chunk, fronts: chunk.spans })),
      answer,
      signal,
    )
    return answer
  })
}

interface PlannedChunk extends ChunkPlan {
  readonly leaf: ParquetLeaf
  readonly meta: ColumnMetaData
  /** Rows count from the first page. */
  readonly choice: RowChoice
}

/** How much more of a page is fetched than is probably enough: from afar a second request costs more than bytes. */
const nearMargin = 1.25
const farMargin = 2.5

/** Spans closer than this are fetched together. */
const gapBytes = 128 * 1024
const longestFetch = 16 * 1024 * 1024
const fetchesAtOnce = 16

async function planChunks(
  { source, hasChecksums }: ParquetFile,
  group: RowGroupAt,
  leaves: readonly ParquetLeaf[],
  choice: RowChoice,
  signal: AbortSignal,
): Promise<readonly PlannedChunk[]> {
  const chunks = leaves.map(leaf => ({ leaf, ...chunkOf(group, leaf) }))
  const isAll = choice.start === 0 && choice.end >= group.rows
  const indexes = chunks.map(({ chunk }) => (isAll ? undefined : indexSpan(chunk)))
  const fetched = await fetchSpans(
    source,
    indexes.filter(span => span !== undefined),
    signal,
  )
  return chunks.map(({ leaf, meta }, i) => {
    const index = indexes[i]
    const plan = planChunk(meta, group.rows, choice, { index: index && fetched(index), margin: source.isRemote ? farMargin : nearMargin })
    return {
      leaf,
      meta,
      ...plan,
      fronts: isAll || hasChecksums || leaf.maxRepetition > 0 ? plan.spans : plan.fronts,
      choice: shifted(choice, plan.firstRow),
    }
  })
}

function indexSpan({ offset_index_offset: offset, offset_index_length: length }: ColumnChunk): Span | undefined {
  return offset && length ? { start: Number(offset), end: Number(offset) + length } : undefined
}

/** Adds the rows of each chunk to the answer, and gives those whose fronts were too short. */
async function decodeChunks(
  { source, calendar }: ParquetFile,
  chunks: readonly PlannedChunk[],
  answer: Map<ParquetLeaf, LeafData>,
  signal: AbortSignal,
): Promise<readonly PlannedChunk[]> {
  const short: PlannedChunk[] = []
  const fetched = await fetchSpans(
    source,
    chunks.flatMap(({ fronts }) => fronts),
    signal,
  )
  for (const chunk of chunks) {
    await nextTurn()
    signal.throwIfAborted()
    const { leaf, meta, fronts, spans, choice } = chunk
    const runs = fronts.map((front, i) => ({ bytes: fetched(front), isCut: front.end !== spans[i]?.end }))
    try {
      const data = decodeRows(runs, meta, leaf, choice)
      answer.set(leaf, { ...data, values: toModernCalendar(data.values, leaf.element, calendar) })
    } catch (error) {
      if (isProblem(error)) throw error
      if (!runs.some(({ isCut }) => isCut)) throw new Error(`column ${meta.path_in_schema.join('.')}: ${damageOf(error)}`, { cause: error })
      short.push(chunk)
    }
  }
  return short
}

async function readFooter(source: RangeFile, signal: AbortSignal): Promise<FileMetaData> {
  const end = await source.read(source.size - 8, source.size, signal)
  const length = new DataView(end.buffer, end.byteOffset, 8).getUint32(0, true)
  if (length + 12 > source.size) throw new LakehouseError('corrupt', `Cannot read ${source.location}: its footer is longer than the file.`)
  const footer = await source.read(source.size - 8 - length, source.size, signal)
  return await whole(source, signal, () => Promise.resolve(parquetMetadata(footer, { geoparquet: false, parsers: statisticsAsTheyAre })))
}

/** Statistics are converted while a footer is parsed; these cannot fail on odd values. */
export const statisticsAsTheyAre = {
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

function shifted(choice: RowChoice, by: number): RowChoice {
  const { start, end, deleted } = choice
  return { start: start - by, end: end - by, ...(deleted ? { deleted: row => deleted(row + by) } : {}) }
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
