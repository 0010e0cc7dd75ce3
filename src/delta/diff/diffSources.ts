import type { Data } from 'apache-arrow'
import { canonicalPath, type AddFile, type DeletionVectorDescriptor } from '#delta/actions.ts'
import { openDataFile, readDataBatch, readDeleted, type DataFile, type ScanColumns } from '#delta/rows/dataFile.ts'
import { countBelow, physicalRow } from '#delta/rows/deletionVector.ts'
import type { RowGroupAt } from '#parquet/parquet.ts'
import type { DeltaTable } from '#delta/table.ts'

/** The version whose row a changed row is. */
export type Side = 'from' | 'to'

/** A file whose rows are to be compared. */
export type RowSource =
  /** Its rows; with `except` only those that are deleted under that other deletion vector (or none) of the file. */
  | { readonly kind: 'rows'; readonly side: Side; readonly add: AddFile; readonly except?: Except }
  /** Rows that a column calls added or removed, or before or after an update; `isBackwards` turns this round. */
  | { readonly kind: 'changes'; readonly add: AddFile; readonly isBackwards: boolean }

export interface Except {
  readonly deletionVector: DeletionVectorDescriptor | undefined
}

/** A source whose rows are known by their positions. */
export interface OpenSource {
  readonly source: RowSource
  readonly file: DataFile
  /** Positions of the rows in the file; undefined for all that are not deleted. */
  readonly rows: Float64Array | undefined
  readonly count: number
}

/** Some rows of a source; they count from `first`. */
export interface SourceBatch {
  readonly columns: readonly Data[]
  /** Of change data: what happened to each row. */
  readonly types: Data | undefined
  readonly rows: number
  readonly first: number
}

/** Of a file with one deletion vector on each side only the rows whose deletion differs are compared. */
export function sourcesOf(
  removed: readonly AddFile[],
  added: readonly AddFile[],
  sides: { readonly removed: Side; readonly added: Side },
): readonly RowSource[] {
  const [before, after] = [byPath(removed), byPath(added)]
  const source = (side: Side, add: AddFile): RowSource => {
    const path = canonicalPath(add.path)
    const [was, is] = [before.get(path) ?? [], after.get(path) ?? []]
    const [other] = add === was[0] ? is : was
    if (!other || was.length !== 1 || is.length !== 1) return { kind: 'rows', side, add }
    return { kind: 'rows', side, add, except: { deletionVector: other.deletionVector } }
  }
  return [...removed.map(add => source(sides.removed, add)), ...added.map(add => source(sides.added, add))]
}

function byPath(files: readonly AddFile[]): ReadonlyMap<string, readonly AddFile[]> {
  const paths = new Map<string, AddFile[]>()
  for (const add of files) {
    const path = canonicalPath(add.path)
    paths.set(path, [...(paths.get(path) ?? []), add])
  }
  return paths
}

/** Footer and deletion vectors; of a file that only lacks its deletion vector's rows nothing else. */
export async function openSource(table: DeltaTable, source: RowSource, signal: AbortSignal): Promise<OpenSource> {
  const file = await openDataFile(table, source.add, signal)
  if (source.kind === 'changes' || !source.except) {
    return { source, file, rows: undefined, count: file.parquet.rows - file.deleted.length }
  }
  const { deletionVector } = source.except
  const other = deletionVector ? await readDeleted(table, deletionVector, signal) : new Float64Array(0)
  const rows = without(other, file.deleted)
  return { source, file, rows, count: rows.length }
}

/** Bytes of the row groups that hold rows of the source. */
export function bytesToRead({ file: { parquet }, rows }: OpenSource): number {
  let bytes = 0
  for (const group of parquet.groups) {
    if (rows && !rows.some(row => row >= group.start && row < group.start + group.rows)) continue
    for (const { meta_data: meta } of group.columns) bytes += Number(meta?.total_compressed_size ?? 0)
  }
  return bytes
}

/** The rows of a source, a row group or a run of neighbours at a time. */
export async function* readSource(open: OpenSource, columns: ScanColumns, signal: AbortSignal): AsyncGenerator<SourceBatch, void> {
  const { deleted } = open.file
  let first = 0
  for (const group of open.file.parquet.groups) {
    if (open.rows) {
      for (const run of runsIn(open.rows, group)) {
        const range = { start: run[0] ?? 0, end: (run.at(-1) ?? -1) + 1 }
        const file = { ...open.file, deleted: othersOf(run, range) }
        yield { ...(await readRange({ ...open, file }, group, range, columns, signal)), rows: run.length, first }
        first += run.length
      }
      continue
    }
    const range = { start: group.start, end: group.start + group.rows }
    const data = await readRange(open, group, range, columns, signal)
    const rows = group.rows - countBelow(deleted, range.end) + countBelow(deleted, range.start)
    yield { ...data, rows, first }
    first += rows
  }
}

/** Only these rows of a source, numbered as {@link readSource} numbers them, ascending. */
export function narrowed(open: OpenSource, numbers: readonly number[]): OpenSource {
  const { rows, file } = open
  const positions = Float64Array.from(numbers, number => (rows ? (rows[number] ?? 0) : physicalRow(file.deleted, number)))
  return { ...open, rows: positions, count: positions.length }
}

/** Rows closer than this are read together, for pages rarely hold fewer. */
const gapRows = 20_000
const mostRuns = 8

/** Neighbouring rows of a row group; few runs, since each of them may cost a read of its own. */
function runsIn(rows: Float64Array, { start, rows: length }: RowGroupAt): readonly Float64Array[] {
  const [low, high] = [countBelow(rows, start), countBelow(rows, start + length)]
  const runs: Float64Array[] = []
  let from = low
  for (let i = low + 1; i <= high; i += 1) {
    if (i < high && (rows[i] ?? 0) - (rows[i - 1] ?? 0) <= gapRows) continue
    runs.push(rows.subarray(from, i))
    from = i
  }
  return runs.length <= mostRuns ? runs : [rows.subarray(low, high)]
}

async function readRange(
  { source, file }: OpenSource,
  group: RowGroupAt,
  range: { readonly start: number; readonly end: number },
  columns: ScanColumns,
  signal: AbortSignal,
): Promise<Pick<SourceBatch, 'columns' | 'types'>> {
  signal.throwIfAborted()
  const data = await readDataBatch(file, group, range, columns, signal)
  const [types] = source.kind === 'changes' ? await readDataBatch(file, group, range, changeTypes, signal) : []
  return { columns: data, types }
}

/** The one column that has its name in files of every mapping. */
const changeTypes: ScanColumns = {
  fields: [{ name: '_change_type', type: 'string', nullable: true, metadata: {} }],
  partitionColumns: [],
  mapping: 'none',
}

/** The numbers of [start, end) that are not among these. */
function othersOf(numbers: Float64Array, { start, end }: { readonly start: number; readonly end: number }): Float64Array {
  const rest = new Float64Array(end - start - numbers.length)
  let next = 0
  let at = 0
  for (let number = start; number < end; number += 1) {
    if (numbers[next] === number) next += 1
    else rest[at++] = number
  }
  return rest
}

/** The sorted numbers of one list that are not in the other. */
function without(numbers: Float64Array, others: Float64Array): Float64Array {
  let next = 0
  return numbers.filter(number => {
    while ((others[next] ?? Infinity) < number) next += 1
    return others[next] !== number
  })
}
