import { Int64, Table, vectorFromArray } from 'apache-arrow'
import { encodeArrow } from '#arrow/ipc.ts'
import type { FakeMessage } from '../fakes/sparkServer.ts'

/** Rows [from, from + count) of a column `id` as one Arrow IPC stream. */
export function idStream(from: number, count: number): Uint8Array<ArrayBuffer> {
  const ids = Array.from({ length: count }, (_, index) => BigInt(from + index))
  return encodeArrow(new Table({ id: vectorFromArray(ids, new Int64()) }))
}

/** The same as a message of an operation. */
export function batchMessage(from: number, count: number): FakeMessage {
  return { case: 'arrowBatch', value: { data: idStream(from, count), rowCount: BigInt(count), startOffset: BigInt(from) } }
}

/** One batch in pieces, as servers send large ones. */
export function chunkMessages(from: number, count: number, pieces: number): FakeMessage[] {
  const data = idStream(from, count)
  const size = Math.ceil(data.byteLength / pieces)
  return Array.from({ length: pieces }, (_, index) => ({
    case: 'arrowBatch',
    value: {
      data: data.slice(index * size, (index + 1) * size),
      rowCount: BigInt(count),
      startOffset: BigInt(from),
      chunkIndex: BigInt(index),
      numChunksInBatch: BigInt(pieces),
    },
  }))
}
