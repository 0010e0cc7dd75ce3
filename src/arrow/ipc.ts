import { RecordBatchReader } from 'apache-arrow/ipc/reader'
import { RecordBatchStreamWriter } from 'apache-arrow/ipc/writer'
import { RecordBatch } from 'apache-arrow/recordbatch'
import type { Schema } from 'apache-arrow/schema'
import { Table } from 'apache-arrow/table'
import { exactBytes } from '#base/bytes.ts'
import { LakehouseError } from '#base/errors.ts'
import { verifyStream } from './verify.ts'

/** The rows of complete Arrow IPC streams, one after another, as one table with the first one's schema. */
export function decodeArrow(streams: Uint8Array | readonly Uint8Array[]): Table {
  const list = streams instanceof Uint8Array ? [streams] : streams
  const [first, ...rest] = list.map(readStream)
  if (first === undefined) return new Table()
  const batches = [first, ...rest].flatMap(({ batches: own }) => own)
  return new Table(
    first.schema,
    batches.map(batch => underSchema(first.schema, batch)),
  )
}

/** A table as one complete Arrow IPC stream of exactly these bytes. */
export function encodeArrow(table: Table): Uint8Array<ArrayBuffer> {
  return encodeBatches(table.schema, table.batches)
}

/** Batches as one complete Arrow IPC stream; every batch must have this schema. */
export function encodeBatches(schema: Schema, batches: readonly RecordBatch[]): Uint8Array<ArrayBuffer> {
  const writer = new RecordBatchStreamWriter()
  writer.reset(undefined, schema)
  for (const batch of batches) writer.write(underSchema(schema, batch))
  return exactBytes(writer.finish().toUint8Array(true))
}

/** How many rows and columns an Arrow IPC stream holds. */
export function countRows(stream: Uint8Array): { readonly rows: number; readonly columns: number } {
  const { schema, batches } = readStream(stream)
  return { rows: batches.reduce((sum, batch) => sum + batch.numRows, 0), columns: schema.fields.length }
}

/** @throws LakehouseError `corrupt` for bytes that are no such stream, none at all included. */
export function readStream(stream: Uint8Array): { readonly schema: Schema; readonly batches: readonly RecordBatch[] } {
  try {
    verifyStream(stream)
    const reader = RecordBatchReader.from(stream).open()
    const schema: Schema | null = reader.schema
    if (!schema) throw new Error('It has no schema.')
    return { schema, batches: Array.from(reader, batch => underSchema(schema, batch)) }
  } catch (cause) {
    throw new LakehouseError('corrupt', 'The rows are not a complete Arrow stream.', { cause })
  }
}

/**
 * Equal schemas of two streams are two objects, and the writer would begin a second stream for the second one. A batch also
 * mixes up the types of columns that share a name, so its schema and columns are set again.
 */
function underSchema(schema: Schema, batch: RecordBatch): RecordBatch {
  return batch.schema === schema ? batch : Object.assign(new RecordBatch(schema, batch.data), { schema, data: batch.data })
}
