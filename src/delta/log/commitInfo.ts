import type { DeltaTable } from '#delta/table.ts'
import { isWire, type Wire } from '#base/wire.ts'
import type { ObjectHead, ObjectInfo } from '#storage/objectStore.ts'
import { inRanges } from './commits.ts'
import { JsonLines, type JsonObject } from './jsonLines.ts'
import type { CommitFile } from './logNames.ts'

/** What one look at a commit tells. */
export interface CommitHead {
  readonly info: ObjectInfo
  /** Undefined when its writer left none. */
  readonly commitInfo: Wire | undefined
}

/** Writers put it first; of a long commit only this much is fetched to look for it. */
const headBytes = 128 * 1024
/** Commits whose beginnings are in memory together. */
const headsAtOnce = 256

/** The `commitInfo` of some commits with size and time of their files, by version. @throws LakehouseError `corrupt`, `notFound` */
export async function readCommitHeads(
  table: DeltaTable,
  commits: readonly CommitFile[],
  signal: AbortSignal,
): Promise<ReadonlyMap<number, CommitHead>> {
  const found = new Map<number, CommitHead>()
  for (let start = 0; start < commits.length; start += headsAtOnce) {
    const block = commits.slice(start, start + headsAtOnce)
    const keys = block.map(({ key }) => key)
    for (const [i, head] of (await table.store.readHeads(keys, headBytes, signal)).entries()) {
      const version = block[i]?.version ?? Number.NaN
      found.set(version, { info: head.info, commitInfo: await commitInfoOf(table, head, signal) })
    }
  }
  return found
}

async function commitInfoOf({ store }: DeltaTable, head: ObjectHead, signal: AbortSignal): Promise<Wire | undefined> {
  const lead = wholeLine(head.bytes)
  if (lead) return lead
  const lines = new JsonLines(store.locate(head.info.key), line => line.indexOf(mark) < 0 && line.at(-1) === endOfObject)
  for await (const bytes of inRanges(store, head, signal)) {
    const found = memberIn(lines.push(bytes))
    if (found) return found
  }
  return memberIn(lines.end())
}

function memberIn(objects: Iterable<JsonObject>): Wire | undefined {
  for (const { value } of objects) if (isWire(value) && isWire(value['commitInfo'])) return value['commitInfo']
  return undefined
}

const mark = Buffer.from('"commitInfo"')
const endOfObject = 0x7d

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
