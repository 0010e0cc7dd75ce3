import { RecordBatch, Schema, Struct, type Data } from 'apache-arrow'
import { encodeBatches } from '#arrow/ipc.ts'
import { isProblem, LakehouseError } from '#base/errors.ts'
import { liveRecordsOf, type AddFile } from './actions.ts'
import { arrowData, arrowField } from './arrowTypes.ts'
import { countBelow, physicalRow } from './deletionVector.ts'
import { checkReadable, columnMappingOf } from './features.ts'
import { openDataFile, readDataBatch, type DataFile, type ScanColumns } from './dataFile.ts'
import type { Snapshot } from './snapshot.ts'
import { problem, type DeltaTable } from './table.ts'
import type { DeltaField, DeltaStruct, RowsRequest, TableRows } from './types.ts'

/**
 * Rows [offset, offset + limit) of a version as one Arrow IPC stream, files in the order of the log. Statistics skip whole
 * files without a request; of the others only the pages that hold the rows are read where the file allows it.
 * @throws LakehouseError `unsupported` with the feature, `corrupt`, `notFound` with the file, `invalid` for unknown columns
 */
export async function readRows(table: DeltaTable, snapshot: Snapshot, request: RowsRequest, signal: AbortSignal): Promise<TableRows> {
  const { version } = snapshot
  checkReadable(table, version, snapshot.protocol)
  const schema = chosenSchema(table, snapshot, request.columns)
  const arrowSchema = new Schema(schema.fields.map(arrowField))
  const columns = scanColumns(snapshot, schema)
  const batches: RecordBatch[] = []
  const scan = new Scan(snapshot.files ?? [], request)
  for (let add = scan.next(); add; add = scan.next()) {
    const file = await inFile(table, version, add, () => openDataFile(table, add, signal))
    const range = scan.take(file)
    if (!range) continue
    for (const group of file.parquet.groups) {
      const start = Math.max(range.start, group.start)
      const end = Math.min(range.end, group.start + group.rows)
      if (start >= end) continue
      const children = await inFile(table, version, add, () => readDataBatch(file, group, { start, end }, columns, signal))
      batches.push(batchOf(arrowSchema, children, end - start - countBelow(file.deleted, end) + countBelow(file.deleted, start)))
    }
  }
  const arrow = encodeBatches(arrowSchema, batches)
  return { version, schema, arrow, rows: scan.taken, truncated: await hasMore(table, version, scan, signal) }
}

/** Walks the files, counting live rows until the range is complete. */
class Scan {
  readonly #files: readonly AddFile[]
  readonly #limit: number
  #index = 0
  #skip: number
  #partly = false
  taken = 0

  constructor(files: readonly AddFile[], { offset, limit }: RowsRequest) {
    this.#files = files
    this.#skip = offset
    this.#limit = limit
  }

  /** The next file that may hold rows of the range; undefined when the range is complete. */
  next(): AddFile | undefined {
    while (this.taken < this.#limit) {
      const add = this.#files[this.#index]
      if (!add) return undefined
      this.#index += 1
      const live = liveRecordsOf(add)
      if (live === undefined || live > this.#skip) return add
      this.#skip -= live
    }
    return undefined
  }

  /** Physical rows to read of an opened file; undefined when the range begins behind it. */
  take({ parquet, deleted }: DataFile): { readonly start: number; readonly end: number } | undefined {
    const live = parquet.rows - deleted.length
    const skip = Math.min(this.#skip, live)
    this.#skip -= skip
    const count = Math.min(this.#limit - this.taken, live - skip)
    if (count <= 0) return undefined
    this.taken += count
    this.#partly = skip + count < live
    return { start: physicalRow(deleted, skip), end: physicalRow(deleted, skip + count - 1) + 1 }
  }

  /** What follows the range. */
  get rest(): { readonly known: boolean; readonly files: readonly AddFile[] } {
    return { known: this.#partly, files: this.#files.slice(this.#index) }
  }
}

async function hasMore(table: DeltaTable, version: number, scan: Scan, signal: AbortSignal): Promise<boolean> {
  const { known, files } = scan.rest
  if (known || files.some(add => (liveRecordsOf(add) ?? 0) > 0)) return true
  for (const add of files.filter(each => liveRecordsOf(each) === undefined)) {
    const { parquet, deleted } = await inFile(table, version, add, () => openDataFile(table, add, signal))
    if (parquet.rows > deleted.length) return true
  }
  return false
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

function scanColumns({ protocol, metadata }: Snapshot, { fields }: DeltaStruct): ScanColumns {
  return { fields, partitionColumns: metadata.partitionColumns, mapping: columnMappingOf(protocol, metadata.configuration) }
}

function batchOf(schema: Schema, children: Data[], length: number): RecordBatch {
  return new RecordBatch(schema, arrowData(new Struct(schema.fields), length, { children }))
}

/** Names table, version and file in whatever goes wrong with a file. */
async function inFile<T>(table: DeltaTable, version: number, { path }: AddFile, task: () => Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (error) {
    if (!isProblem(error) || error.code === 'cancelled') throw error
    const { code, message, hint, details } = error
    throw new LakehouseError(code, `Cannot read ${table.location} version ${version}, file ${path}: ${message}`, {
      ...(hint === undefined ? {} : { hint }),
      ...(details === undefined ? {} : { details }),
      cause: error,
    })
  }
}
