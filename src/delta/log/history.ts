import { loadHeader } from '#delta/snapshot.ts'
import type { DeltaTable } from '#delta/table.ts'
import type { HistoryEntry, HistoryPage } from '#delta/types.ts'
import { cutDeep, isWire, textMap, textOr, type Wire } from '#base/wire.ts'
import { readCommitHeads, type CommitHead } from './commitInfo.ts'
import { fileTimes } from './fileTimes.ts'
import { listBack, listFrom, type LogListing } from './log.ts'
import type { LogFiles } from './logNames.ts'
import { isWithin, readableRanges, type VersionRange } from './readable.ts'
import { inCommitTime, inCommitTimes } from './times.ts'
import { isoTime } from './versions.ts'

export interface HistoryRequest {
  /** Only versions below; from the newest when absent. */
  readonly before?: number
  readonly limit: number
}

/**
 * One page of the history, newest first. Reads the commits it shows and nothing else, except that in-commit timestamps need
 * the table's header.
 */
export async function readHistory(
  table: DeltaTable,
  listing: LogListing,
  { before, limit }: HistoryRequest,
  signal: AbortSignal,
): Promise<HistoryPage> {
  const below = Math.min(before ?? Infinity, listing.latestVersion + 1)
  const files = await filesBelow(table, listing, below, limit, signal)
  const shown = limit === 0 ? [] : files.commits.filter(({ version }) => version < below).slice(-limit)
  const [first, last] = [shown[0]?.version, shown.at(-1)?.version]
  if (first === undefined || last === undefined) return { entries: [], more: false }
  const range = { from: first, to: last }
  const heads = await readCommitHeads(table, shown, signal)
  const timeOf = await timesOf(table, listing, heads, range, signal)
  const readable = await readableOf(table, listing, files, range, signal)
  const entries = shown.toReversed().map(({ version }) => {
    const info = heads.get(version)?.commitInfo
    return entryOf(version, timeOf(version), info, isWithin(version, readable))
  })
  return { entries, more: (listing.firstCommit ?? Infinity) < first }
}

/** Files of the `limit` versions below one, and of more where commits are missing. */
async function filesBelow(table: DeltaTable, listing: LogListing, below: number, limit: number, signal: AbortSignal): Promise<LogFiles> {
  for (let block = Math.max(1, limit); ; block *= 4) {
    const from = Math.max(0, below - block)
    const files = from >= listing.from ? listing : await listFrom(table, from, below - 1, signal)
    if (from === 0 || files.commits.some(({ version }) => version < below)) return files
  }
}

/** Their own times where the table says that commits carry them; the header is asked for only when one of them does. */
async function timesOf(
  table: DeltaTable,
  listing: LogListing,
  heads: ReadonlyMap<number, CommitHead>,
  { from, to }: VersionRange,
  signal: AbortSignal,
): Promise<(version: number) => number> {
  const ownTime = (version: number): number | undefined => inCommitTime(heads.get(version)?.commitInfo)
  const carried = [...heads.keys()].some(version => ownTime(version) !== undefined)
  const own = carried ? inCommitTimes(await latestHeader(table, listing, signal)) : undefined
  const until = own === undefined ? to : Math.min(to, own.since - 1)
  const byFile = until < from ? undefined : await fileTimes(table, listing, { from, to: until, heads }, signal)
  return version => {
    const time = own !== undefined && version >= own.since ? ownTime(version) : byFile?.get(version)
    return time ?? heads.get(version)?.info.modified ?? 0
  }
}

async function latestHeader(table: DeltaTable, listing: LogListing, signal: AbortSignal) {
  return await loadHeader(table, await listBack(table, listing, listing.latestVersion, signal), listing.latestVersion, signal)
}

/** Which versions can be rebuilt, at least as far as the range goes. */
async function readableOf(
  table: DeltaTable,
  listing: LogListing,
  files: LogFiles,
  { from }: VersionRange,
  signal: AbortSignal,
): Promise<readonly VersionRange[]> {
  const isRebuilt = listing.earliest !== undefined && from >= listing.earliest
  const older = isRebuilt && files !== listing ? await listBack(table, listing, from, signal) : undefined
  return readableRanges(older ? joined(older, files, from) : files)
}

/** The files of `older` before a version, and those of `newer` from it on. */
function joined(older: LogFiles, newer: LogFiles, from: number): LogFiles {
  const before = ({ version }: { readonly version: number }): boolean => version < from
  const after = ({ version }: { readonly version: number }): boolean => version >= from
  return {
    commits: [...older.commits.filter(before), ...newer.commits.filter(after)],
    checkpoints: [...older.checkpoints, ...newer.checkpoints.filter(({ version }) => version > from)],
    compacted: [...older.compacted.filter(before), ...newer.compacted.filter(after)],
    checksums: [],
  }
}

function entryOf(version: number, time: number, info: Wire | undefined, readable: boolean): HistoryEntry {
  const wire = info ?? {}
  const parameters = cutDeep(wire['operationParameters'])
  return {
    version,
    timestamp: isoTime(time),
    operation: textOr(wire, 'operation') ?? null,
    operationParameters: isWire(parameters) ? parameters : {},
    operationMetrics: textMap(wire['operationMetrics']),
    userName: textOr(wire, 'userName') ?? null,
    userMetadata: textOr(wire, 'userMetadata') ?? null,
    readable,
  }
}
