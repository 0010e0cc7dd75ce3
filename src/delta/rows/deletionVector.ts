import { isProblem, LakehouseError } from '#base/errors.ts'
import type { DeletionVectorDescriptor } from '#delta/actions.ts'
import { decodePath } from '#delta/actions.ts'
import { locateFile, type DeltaTable, type StoredAt } from '#delta/table.ts'
import { crc32 } from '#parquet/crc32.ts'
import { damageOf } from '#parquet/damage.ts'
import { decodeRoaring } from './roaring.ts'
import { decodeZ85 } from './z85.ts'

/**
 * The deleted rows of a data file, as sorted positions in the file; checksum and cardinality are verified.
 * @throws LakehouseError `corrupt` with both numbers, `notFound`, `unsupported`
 */
export async function readDeletionVector(
  table: DeltaTable,
  descriptor: DeletionVectorDescriptor,
  signal: AbortSignal,
): Promise<Float64Array> {
  const at = descriptor.storageType === 'i' ? undefined : vectorFile(table, descriptor)
  const name = at ? at.store.locate(at.key) : `an inline deletion vector of ${table.location}`
  const bytes = at ? await readBlob(at, name, descriptor, signal) : inlineBytes(descriptor)
  const { cardinality } = descriptor
  if (!Number.isSafeInteger(cardinality) || cardinality < 0 || cardinality > mostRows) throw broken(name, `it claims ${cardinality} rows`)
  const rows = decoded(name, () => decodeRoaring(bytes, cardinality))
  if (rows.length !== cardinality) throw broken(name, `the log says ${cardinality} deleted rows, it holds ${rows.length}`)
  return rows
}

/** How many of the sorted rows lie below `row`. */
export function countBelow(rows: Float64Array, row: number): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((rows[middle] ?? 0) < row) low = middle + 1
    else high = middle
  }
  return low
}

/** A flag for each row of [start, end): 1 when it is deleted; undefined when none is. */
export function deletedFlags(rows: Float64Array, start: number, end: number): Uint8Array | undefined {
  const [first, last] = [countBelow(rows, start), countBelow(rows, end)]
  if (first === last) return undefined
  const flags = new Uint8Array(end - start)
  for (const row of rows.subarray(first, last)) flags[row - start] = 1
  return flags
}

/** Position in the file of the live row number `live`, counted from 0. */
export function physicalRow(rows: Float64Array, live: number): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((rows[middle] ?? 0) - middle <= live) low = middle + 1
    else high = middle
  }
  return live + low
}

const mostRows = 2 ** 29

/**
 * The file that holds a vector, relative to the table or absolute; undefined for an inline one, and for a kind that is not known.
 */
export function vectorPath({ storageType, pathOrInlineDv }: DeletionVectorDescriptor): string | undefined {
  if (storageType === 'p') return decodePath(pathOrInlineDv)
  if (storageType !== 'u') return undefined
  const prefix = pathOrInlineDv.slice(0, -20)
  const hex = Buffer.from(decodeZ85(pathOrInlineDv.slice(-20))).toString('hex')
  const uuid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  return `${prefix === '' ? '' : `${prefix}/`}deletion_vector_${uuid}.bin`
}

function vectorFile(table: DeltaTable, descriptor: DeletionVectorDescriptor): StoredAt {
  const path = vectorPath(descriptor)
  if (path !== undefined) return locateFile(table, path)
  throw new LakehouseError(
    'unsupported',
    `Cannot read ${table.location}: its deletion vectors are stored as ${JSON.stringify(descriptor.storageType)}.`,
  )
}

function inlineBytes({ pathOrInlineDv, sizeInBytes }: DeletionVectorDescriptor): Uint8Array {
  return decodeZ85(pathOrInlineDv).subarray(0, sizeInBytes)
}

/** The data of one vector in its file: size and data and CRC-32, the numbers big-endian. */
async function readBlob(
  { store, key }: StoredAt,
  name: string,
  { offset = 1, sizeInBytes }: DeletionVectorDescriptor,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (!(sizeInBytes > 0 && sizeInBytes < 2 ** 31 && offset >= 0)) throw broken(name, `the log says ${sizeInBytes} bytes at ${offset}`)
  const bytes = await store.read(key, { start: offset, end: offset + sizeInBytes + 8 }, signal).catch((error: unknown) => {
    if (!isProblem(error, 'notFound')) throw error
    throw new LakehouseError('notFound', `Cannot read ${name}: the deletion vector is missing.`, { cause: error })
  })
  if (bytes.byteLength < sizeInBytes + 8) throw broken(name, 'it ends too early')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(0) !== sizeInBytes) throw broken(name, `the log says ${sizeInBytes} bytes, the file ${view.getUint32(0)}`)
  const data = bytes.subarray(4, 4 + sizeInBytes)
  const expected = view.getUint32(4 + sizeInBytes)
  if (crc32(data) !== expected) throw broken(name, `its checksum is ${crc32(data)} instead of ${expected}`)
  return data
}

function decoded<T>(name: string, task: () => T): T {
  try {
    return task()
  } catch (error) {
    throw broken(name, damageOf(error))
  }
}

function broken(name: string, why: string): LakehouseError {
  return new LakehouseError('corrupt', `Cannot read ${name}: ${why}.`)
}
