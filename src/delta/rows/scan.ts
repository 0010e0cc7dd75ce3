import { RecordBatch, Schema, Struct, type Data } from 'apache-arrow'
import { encodeBatches } from '#arrow/ipc.ts'
import { isProblem, LakehouseError } from '#base/errors.ts'
import { limit } from '#base/limit.ts'
import { ProgressCount } from '#base/progress.ts'
import { liveRecordsOf, recordsOf, type AddFile } from '#delta/actions.ts'
import { checkReadable, columnMappingOf } from '#delta/features.ts'
import { ListedFiles, liveRecords } from '#delta/files/activeFiles.ts'
import { declaredFields } from '#delta/schema.ts'
import type { Header, Snapshot } from '#delta/snapshot.ts'
import { problem, whileReading, type DeltaTable } from '#delta/table.ts'
import type { DeltaField, DeltaStruct, RowsRequest, TableRows } from '#delta/types.ts'
import { arrowData, arrowField } from './arrowTypes.ts'
import { countBelow, physicalRow } from './deletionVector.ts'
import { openDataFile, readDataBatch, type ScanColumns } from './dataFile.ts'
import { planSlices, type Slice } from './slices.ts'
import { checkTypeChanges } from './typeChanges.ts'

/**
 * Rows [offset, offset + limit) of a version as one Arrow IPC stream, files in the order of the log. Statistics skip whole
 * files without a request; of the others only the pages that hold the rows are read where the file allows it. Statistics that
 * turn out to be wrong are not used again. Of rows that come to more than 1 GiB only the first ones, `truncated`.
 * @throws LakehouseError `unsupported` with the feature, `corrupt`, `notFound` with the file, `invalid` for unknown columns
 */
export async function readRows(
  table: DeltaTable,
  snapshot: Snapshot,
  request: RowsRequest,
  signal: AbortSignal,
  plan: Plan,
): Promise<TableRows> {
  checkPage('Rows', request.offset, request.limit)
  checkReadable(table, snapshot.version, snapshot.protocol)
  checkTypeChanges(table, snapshot)
  const schema = chosenSchema(table, snapshot, request.columns)
  const arrowSchema = new Schema(schema.fields.map(arrowField))
  const scan = { table, snapshot, columns: scanColumns(snapshot, schema), arrowSchema, signal }
  const { batches, more } = await readAsMuch(scan, request, plan)
  const rows = batches.reduce((sum, { numRows }) => sum + numRows, 0)
  return {
    version: snapshot.version,
    schema,
    arrow: encodeBatches(arrowSchema, batches),
    rows,
    truncated: more,
    warnings: snapshot.warnings,
  }
}

type Read = Promise<{ readonly batches: readonly RecordBatch[]; readonly more: boolean }>

/** Asks for half as many rows as long as they are too large. */
async function readAsMuch(scan: Omit<Scan, 'budget'>, request: RowsRequest, plan: Plan): Read {
  try {
    return await readParts(scan, request, plan)
  } catch (error) {
    if (error instanceof WrongStatistics) {
      misleading.add(scan.snapshot)
      return await readAsMuch(scan, request, plan)
    }
    if (!isTooLarge(error) || request.limit <= 1) throw error
    return await readAsMuch(scan, { ...request, limit: Math.floor(Math.min(request.limit, mostRows) / 2) }, plan)
  }
}

/** Finds the rows of a request: parts of files in order, and whether there are rows after them. */
export type Plan = (scan: Scan, request: RowsRequest) => Promise<{ readonly parts: readonly RowPart[]; readonly more: boolean }>

/** Rows of one file, read when they are asked for. */
export interface RowPart {
  readonly add: AddFile
  readonly read: () => Promise<readonly RecordBatch[]>
}

/** What the rows of one answer are read with. */
export interface Scan {
  readonly table: DeltaTable
  readonly snapshot: Snapshot
  readonly columns: ScanColumns
  readonly arrowSchema: Schema
  /** Bytes that the answer may still grow by. */
  readonly budget: { left: number }
  readonly signal: AbortSignal
}

const mostBytes = 1024 * 1024 * 1024
/** Of all rows, what is tried first after they were too large. */
const mostRows = 1_000_000

function spend(budget: { left: number }, bytes: number): void {
  budget.left -= bytes
  if (budget.left >= 0) return
  throw new LakehouseError('exhausted', 'These rows are more than 1 GiB at once.', {
    hint: 'Ask for fewer rows or columns, page by page.',
    details: { mostBytes },
  })
}

function isTooLarge(error: unknown): boolean {
  return isProblem(error, 'exhausted') && error.details?.['mostBytes'] === mostBytes
}

/** Versions whose statistics miscount rows; of these every file is opened to count. */
const misleading = new WeakSet<Snapshot>()
const filesAtOnce = 4

class WrongStatistics extends Error {}

async function readParts(scan: Omit<Scan, 'budget'>, request: RowsRequest, plan: Plan): Read {
  const ending = new AbortController()
  const bounded: Scan = { ...scan, budget: { left: mostBytes }, signal: AbortSignal.any([scan.signal, ending.signal]) }
  const { parts, more } = await plan(bounded, request)
  const atOnce = limit(filesAtOnce)
  const progress = new ProgressCount(scan.table.report, { stage: 'rows', total: parts.length, unit: 'files' })
  const read = async ({ add, read: readPart }: RowPart): Promise<readonly RecordBatch[]> => {
    const batches = await inFile(bounded, add, readPart)
    progress.add(1)
    return batches
  }
  try {
    return { batches: (await Promise.all(parts.map(part => atOnce(() => read(part))))).flat(), more }
  } finally {
    ending.abort()
  }
}

/** Rows of all kinds; statistics tell in which files. */
export async function planEveryRow(scan: Scan, request: RowsRequest): ReturnType<Plan> {
  const files = scan.snapshot.files ?? new ListedFiles([])
  const { slices, more } = await planSlices(files, request, {
    count: add => countLive(scan, add),
    known: add => knownLive(scan, add),
    allKnown: async () => (isMisleading(scan.snapshot) ? new Float64Array(0) : await liveRecords(files, scan.signal)),
    signal: scan.signal,
  })
  return { parts: slices.map(slice => ({ add: slice.add, read: () => readSlice(scan, slice) })), more }
}

/** Opens a file to count its live rows. */
export async function countLive(scan: Scan, add: AddFile): Promise<number> {
  const { parquet, deleted } = await inFile(scan, add, () => openDataFile(scan.table, add, scan.signal))
  return parquet.rows - deleted.length
}

/** Live rows by statistics; undefined without any, or where those of the version have miscounted. */
export function knownLive({ snapshot }: Scan, add: AddFile): number | undefined {
  return isMisleading(snapshot) ? undefined : liveRecordsOf(add)
}

/** True once the statistics of a version have miscounted rows. */
export function isMisleading(snapshot: Snapshot): boolean {
  return misleading.has(snapshot)
}

/** Live rows of a file. @throws an error after which everything is counted anew where its statistics miscount */
export async function readSlice(
  { table, snapshot, columns, arrowSchema, budget, signal }: Scan,
  { add, start, count }: Slice,
): Promise<RecordBatch[]> {
  signal.throwIfAborted()
  const file = await openDataFile(table, add, signal)
  const { parquet, deleted } = file
  if (recordsOf(add) !== undefined && recordsOf(add) !== parquet.rows && !isMisleading(snapshot)) throw new WrongStatistics()
  const first = physicalRow(deleted, start)
  const last = physicalRow(deleted, start + count - 1)
  const batches: RecordBatch[] = []
  for (const group of parquet.groups) {
    const range = { start: Math.max(first, group.start), end: Math.min(last + 1, group.start + group.rows) }
    if (range.start >= range.end) continue
    const children = await readDataBatch(file, group, range, columns, signal)
    const rows = range.end - range.start - countBelow(deleted, range.end) + countBelow(deleted, range.start)
    batches.push(rowBatch({ arrowSchema, budget }, rows, children))
  }
  return batches
}

/** Columns as a batch of the answer, which must not grow without end. */
export function rowBatch({ arrowSchema, budget }: Pick<Scan, 'arrowSchema' | 'budget'>, rows: number, children: Data[]): RecordBatch {
  const data = arrowData(new Struct(arrowSchema.fields), rows, { children })
  spend(budget, data.byteLength)
  return new RecordBatch(arrowSchema, data)
}

/** @throws LakehouseError `invalid` for anything that is no page of rows or files */
export function checkPage(what: 'Rows' | 'Files', offset: number, most: number): void {
  if (Number.isSafeInteger(offset) && offset >= 0 && (most === Infinity || (Number.isSafeInteger(most) && most >= 0))) return
  throw new LakehouseError('invalid', `${what} ${offset} to ${offset + most} cannot be read: both numbers count from 0.`)
}

function chosenSchema(table: DeltaTable, { version, schema }: Snapshot, columns: readonly string[] | undefined): DeltaStruct {
  if (!schema) throw problem(table, 'invalid', 'its metadata has no schema, and so it has no rows', { version })
  if (!columns) return schema
  const fields = columns.map((name): DeltaField => {
    const field =
      schema.fields.find(each => each.name === name) ?? schema.fields.find(each => each.name.toLowerCase() === name.toLowerCase())
    if (field) return field
    throw new LakehouseError('invalid', `${table.location} version ${version} has no column ${name}.`, {
      hint: `Its columns: ${schema.fields.map(each => each.name).join(', ')}`,
    })
  })
  return { type: 'struct', fields }
}

/** How the columns of a schema are found in the files of a version. */
export function scanColumns({ protocol, metadata }: Header, { fields }: DeltaStruct): ScanColumns {
  return {
    fields: declaredFields(fields),
    partitionColumns: metadata.partitionColumns,
    mapping: columnMappingOf(protocol, metadata.configuration),
  }
}

/** Names table, version and file in whatever goes wrong with a file. */
export async function inFile<T>({ table, snapshot: { version } }: Scan, { path }: AddFile, task: () => Promise<T>): Promise<T> {
  return await whileReading(`${table.location} version ${version}, file ${path}`, task)
}
