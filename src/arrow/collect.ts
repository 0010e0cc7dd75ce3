import type { RecordBatch } from 'apache-arrow/recordbatch'
import type { Schema } from 'apache-arrow/schema'
import { encodeBatches, readStream } from './ipc.ts'

/** How much of a result is kept; whichever comes first. */
export interface CollectCaps {
  readonly rows: number
  /** Of the kept rows as one Arrow IPC stream. */
  readonly bytes: number
}

/** The first rows of a result. */
export interface Collected {
  /** One complete Arrow IPC stream. */
  readonly arrow: Uint8Array<ArrayBuffer>
  readonly rows: number
  /** Why there are no more rows than these; null when these are all. */
  readonly cut: 'rows' | 'bytes' | null
}

/** Gathers the batches of a result up to the caps; what comes after is dropped. */
export interface Collector {
  /** A complete Arrow IPC stream; all of them have the schema of the first. @throws LakehouseError `corrupt` */
  add(arrow: Uint8Array): void
  /** Undefined when no batch came: there is no result, not even columns. */
  collected(): Collected | undefined
}

export function createCollector(caps: CollectCaps): Collector {
  let schema: Schema | undefined
  let emptyBytes = 0
  let bytes = 0
  let rows = 0
  let cut: Collected['cut'] = null
  const kept: RecordBatch[] = []
  const keep = (batch: RecordBatch, under: Schema): void => {
    if (cut !== null || batch.numRows === 0) return
    const room = Math.min(batch.numRows, caps.rows - rows)
    const fitting = fit(batch.slice(0, room), under, { emptyBytes, room: caps.bytes - bytes })
    cut = fitting.numRows < room ? 'bytes' : room < batch.numRows ? 'rows' : null
    if (fitting.numRows === 0) return
    kept.push(fitting)
    rows += fitting.numRows
    bytes += messageBytes(fitting, under, emptyBytes)
  }
  return {
    add: arrow => {
      if (cut !== null) return
      const stream = readStream(arrow)
      if (schema === undefined) {
        schema = stream.schema
        bytes = emptyBytes = encodeBatches(schema, []).byteLength
      }
      for (const batch of stream.batches) keep(batch, schema)
    },
    collected: () => schema && { arrow: encodeBatches(schema, kept), rows, cut },
  }
}

/** As many first rows of the batch as encode into the room, about. */
function fit(
  batch: RecordBatch,
  schema: Schema,
  { emptyBytes, room }: { readonly emptyBytes: number; readonly room: number },
): RecordBatch {
  let fitting = batch
  while (fitting.numRows > 0) {
    const size = messageBytes(fitting, schema, emptyBytes)
    if (size <= room) break
    fitting = fitting.slice(0, Math.min(fitting.numRows - 1, Math.floor((fitting.numRows * Math.max(room, 0)) / size)))
  }
  return fitting
}

function messageBytes(batch: RecordBatch, schema: Schema, emptyBytes: number): number {
  return encodeBatches(schema, [batch]).byteLength - emptyBytes
}
