import { LakehouseError } from '#base/errors.ts'
import type { ObjectStore } from '#storage/objectStore.ts'

/** An immutable object of known size, read by ranges; what lies in the end that was fetched first costs no further request. */
export interface RangeFile {
  /** For messages. */
  readonly location: string
  /** Bytes. */
  readonly size: number
  /** True where each read is a trip over the network. */
  readonly isRemote: boolean
  /** Bytes [start, end). @throws LakehouseError `corrupt` when the object is shorter */
  read(start: number, end: number, signal: AbortSignal): Promise<Uint8Array>
}

/** Small files are fetched whole, of others the end, which holds the footer. */
export const tailBytes = 512 * 1024

/**
 * The file at `key`, of which the last 512 KiB are fetched at once. `size` is what the log says; without it, or
 * where the log is wrong, it costs a further look.
 */
export async function openRangeFile(store: ObjectStore, key: string, size: number | undefined, signal: AbortSignal): Promise<RangeFile> {
  const first = size !== undefined && Number.isSafeInteger(size) && size > 8 ? await fetchTail(store, key, size, signal) : undefined
  if (first) return first
  const { size: actual } = await store.stat(key, signal)
  const second = await fetchTail(store, key, actual, signal)
  if (second) return second
  throw new LakehouseError('corrupt', `Cannot read ${store.locate(key)}: it is not a Parquet file.`)
}

/** Undefined when no Parquet file ends at `size`. */
async function fetchTail(store: ObjectStore, key: string, size: number, signal: AbortSignal): Promise<RangeFile | undefined> {
  const from = Math.max(0, size - tailBytes)
  const tail = await store.read(key, { start: from, end: size }, signal)
  if (tail.byteLength !== size - from || !endsWithMagic(tail)) return undefined
  const location = store.locate(key)
  return {
    location,
    size,
    isRemote: store.isRemote,
    async read(start, end, readSignal) {
      readSignal.throwIfAborted()
      if (!(start >= 0 && start <= end && end <= size)) throw shorter(location, end)
      if (start >= from) return tail.subarray(start - from, end - from)
      const bytes = await store.read(key, { start, end }, readSignal)
      if (bytes.byteLength !== end - start) throw shorter(location, end)
      return bytes
    },
  }
}

function endsWithMagic(tail: Uint8Array): boolean {
  return tail.byteLength >= 12 && new TextDecoder('latin1').decode(tail.subarray(-4)) === 'PAR1'
}

function shorter(location: string, end: number): LakehouseError {
  return new LakehouseError('corrupt', `Cannot read ${location}: it has no byte ${end - 1}, which its footer refers to.`)
}
