import type { ObjectInfo } from '#storage/objectStore.ts'
import { parseObjects } from './commits.ts'
import type { DeltaTable } from './table.ts'
import { isWire, type Wire } from './wire.ts'

/** Writers put it first; of a long commit only this much is fetched to look for it. */
const headBytes = 128 * 1024

/** The `commitInfo` of a commit; undefined when its writer left none. @throws LakehouseError `corrupt` */
export async function readCommitInfo(table: DeltaTable, info: ObjectInfo, signal: AbortSignal): Promise<Wire | undefined> {
  if (info.size <= headBytes) return findCommitInfo(await table.store.read(info.key, undefined, signal), table.store.locate(info.key))
  const head = await table.store.read(info.key, { start: 0, end: headBytes }, signal)
  const found = wholeLine(head)
  return found ?? findCommitInfo(await table.store.read(info.key, undefined, signal), table.store.locate(info.key))
}

const mark = new TextEncoder().encode('"commitInfo"')

function findCommitInfo(bytes: Uint8Array, location: string): Wire | undefined {
  if (Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(mark) < 0) return undefined
  const found = wholeLine(bytes)
  if (found) return found
  for (const { value } of parseObjects(bytes, location)) if (isWire(value) && isWire(value['commitInfo'])) return value['commitInfo']
  return undefined
}

/** The member of the first line that mentions it, when that line is one whole object. */
function wholeLine(bytes: Uint8Array): Wire | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const at = buffer.indexOf(mark)
  if (at < 0) return undefined
  const start = buffer.lastIndexOf(0x0a, at) + 1
  const end = buffer.indexOf(0x0a, at)
  try {
    const value: unknown = JSON.parse(buffer.toString('utf8', start, end < 0 ? buffer.length : end))
    return isWire(value) && isWire(value['commitInfo']) ? value['commitInfo'] : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
