import { concatBytes, exactBytes } from '#base/bytes.ts'
import { LakehouseError } from '#base/errors.ts'
import type { ExecutePlanResponse_ArrowBatch } from './proto/service_pb.ts'

/** A complete Arrow IPC stream with rows [offset, offset + rows) of a result. */
export interface RowBatch {
  readonly arrow: Uint8Array
  readonly offset: number
  readonly rows: number
}

/** Puts the pieces of large batches together and sees to it that no row is missing or comes twice. */
export class BatchAssembler {
  #chunks: Uint8Array[] = []
  #rows = 0

  /** The batch that this message completes; undefined while pieces are missing. @throws LakehouseError `corrupt` */
  add(message: ExecutePlanResponse_ArrowBatch): RowBatch | undefined {
    const of = Number(message.numChunksInBatch ?? 1n)
    if (of > 1 && Number(message.chunkIndex) !== this.#chunks.length) {
      throw disorder(`piece ${this.#chunks.length} of a batch`, `piece ${message.chunkIndex}`)
    }
    this.#chunks.push(message.data)
    if (this.#chunks.length < of) return undefined
    const offset = this.#rows
    if (message.startOffset !== undefined && Number(message.startOffset) !== offset) {
      throw disorder(`row ${offset}`, `row ${message.startOffset}`)
    }
    const [only = new Uint8Array(0)] = this.#chunks
    const arrow = this.#chunks.length === 1 ? exactBytes(only) : concatBytes(this.#chunks)
    const rows = Number(message.rowCount)
    this.#chunks = []
    this.#rows += rows
    return { arrow, offset, rows }
  }
}

function disorder(expected: string, got: string): LakehouseError {
  return new LakehouseError('corrupt', `Spark's result is out of order: ${expected} was to come, ${got} came. The rows are not shown.`)
}
