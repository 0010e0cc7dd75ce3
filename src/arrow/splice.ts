import type { Schema } from 'apache-arrow/schema'
import { encodeBatches, readStream } from './ipc.ts'

/** Joins complete Arrow IPC streams of one schema to a single one, piece by piece, without holding more than one of them. */
export interface Splice {
  /** The bytes that this stream adds: of the first one also the schema. */
  add(arrow: Uint8Array): readonly Uint8Array[]
  /** The bytes that close the stream. */
  end(): Uint8Array
}

/** Continuation marker and length 0 (https://arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format). */
const endOfStream = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0)

export function createSplice(): Splice {
  let schema: Schema | undefined
  let head = 0
  return {
    add: arrow => {
      const stream = readStream(arrow)
      const parts: Uint8Array[] = []
      if (schema === undefined) {
        schema = stream.schema
        const empty = encodeBatches(schema, [])
        head = empty.byteLength - endOfStream.byteLength
        parts.push(empty.subarray(0, head))
      }
      if (stream.batches.length > 0) parts.push(encodeBatches(schema, stream.batches).subarray(head, -endOfStream.byteLength))
      return parts
    },
    end: () => endOfStream,
  }
}
