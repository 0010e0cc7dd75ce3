import type { Data } from 'apache-arrow'
import { isProblem, LakehouseError } from '#base/errors.ts'
import type { AddFile, DeletionVectorDescriptor } from '#delta/actions.ts'
import { paddedLength } from '#delta/schema.ts'
import { locateFile, type DeltaTable } from '#delta/table.ts'
import type { DeltaField } from '#delta/types.ts'
import { ByteColumn, padTexts } from '#parquet/leaf.ts'
import { openParquet, readLeaves, type ParquetFile, type RowGroupAt } from '#parquet/parquet.ts'
import { openRangeFile } from '#parquet/rangeFile.ts'
import { arrowType } from './arrowTypes.ts'
import { assembleColumn } from './assemble.ts'
import { bindField, leavesOf, physicalName, type ColumnMapping } from './columns.ts'
import { countBelow, deletedFlags, readDeletionVector } from './deletionVector.ts'
import { repeatValue } from './fill.ts'
import { parsePartitionValue } from './partition.ts'

/** A data file of a table with its footer and its deleted rows. */
export interface DataFile {
  readonly add: AddFile
  readonly parquet: ParquetFile
  /** Sorted positions. */
  readonly deleted: Float64Array
}

/** What to read of every file. */
export interface ScanColumns {
  readonly fields: readonly DeltaField[]
  readonly partitionColumns: readonly string[]
  readonly mapping: ColumnMapping
}

/** Reads footer and deletion vector. @throws LakehouseError `notFound`, `corrupt` */
export async function openDataFile(table: DeltaTable, add: AddFile, signal: AbortSignal): Promise<DataFile> {
  const { deletionVector } = add
  const [parquet, deleted] = await Promise.all([
    openFooter(table, add, signal),
    deletionVector ? readDeleted(table, deletionVector, signal) : new Float64Array(0),
  ])
  const last = deleted.at(-1)
  if (last !== undefined && last >= parquet.rows) {
    throw new LakehouseError('corrupt', `Its deletion vector deletes row ${last}, but it has only ${parquet.rows} rows.`)
  }
  return { add, parquet, deleted }
}

/** The live rows of [start, end) in one row group as Arrow columns; rows count in the file. */
export async function readDataBatch(
  { add, parquet, deleted }: DataFile,
  group: RowGroupAt,
  { start, end }: { readonly start: number; readonly end: number },
  { fields, partitionColumns, mapping }: ScanColumns,
  signal: AbortSignal,
): Promise<Data[]> {
  const bindings = fields.map(field => (partitionColumns.includes(field.name) ? undefined : bindField(parquet.root, field, mapping)))
  const leaves = new Map(bindings.flatMap(binding => (binding ? leavesOf(binding) : [])).map(leaf => [leaf.leaf, leaf]))
  const flags = deletedFlags(deleted, group.start, group.start + group.rows)
  const choice = { start: start - group.start, end: end - group.start, ...(flags ? { deleted: (row: number) => flags[row] === 1 } : {}) }
  const data = await readLeaves(parquet, group, [...leaves.values()], choice, signal)
  const count = end - start - (countBelow(deleted, end) - countBelow(deleted, start))
  return fields.map((field, i) => {
    const binding = bindings[i]
    return binding
      ? assembleColumn(binding, data, { repetition: 0, definition: 0, count })
      : partitionData(add, field, physicalName(field, mapping), count)
  })
}

/** The deleted rows that a descriptor names, kept in memory; sorted positions. @throws LakehouseError `notFound`, `corrupt` */
export async function readDeleted(table: DeltaTable, vector: DeletionVectorDescriptor, signal: AbortSignal): Promise<Float64Array> {
  const read = (): Promise<Float64Array> => readDeletionVector(table, vector, signal)
  return await table.memo(`deleted ${table.location} ${JSON.stringify(vector)}`, read, rows => rows.byteLength)
}

async function openFooter(table: DeltaTable, { path, size }: AddFile, signal: AbortSignal): Promise<ParquetFile> {
  const { store, key } = locateFile(table, path)
  const open = async (): Promise<ParquetFile> => {
    try {
      return await openParquet(await openRangeFile(store, key, size, signal), signal)
    } catch (error) {
      if (!isProblem(error, 'notFound')) throw error
      throw new LakehouseError('notFound', 'The data file is missing.', {
        hint: 'VACUUM or something else has deleted it: versions that need it can no longer be read.',
        cause: error,
      })
    }
  }
  return await table.memo(`footer ${store.locate(key)} ${size}`, open, file => Math.min(file.source.size, 600_000))
}

function partitionData({ partitionValues }: AddFile, field: DeltaField, physical: string, count: number): Data {
  const { name, type } = field
  if (typeof type !== 'string') throw new LakehouseError('corrupt', `Partition column ${name} is nested.`)
  const text = Object.hasOwn(partitionValues, physical) ? (partitionValues[physical] ?? null) : null
  const value = parsePartitionValue(text, type, name)
  const letters = paddedLength(type)
  const padded = letters !== undefined && value instanceof ByteColumn ? padTexts(value, letters) : value
  return repeatValue(arrowType(type, name), count, padded)
}
