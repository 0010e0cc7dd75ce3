import { earliestVersion, listBack, listFrom, type CommitFile, type LogListing } from './log.ts'
import { loadHeader } from './snapshot.ts'
import type { DeltaTable } from './table.ts'
import { fileTimes, inCommitSince, inCommitTime, readCommitInfos } from './times.ts'
import type { HistoryEntry, HistoryPage } from './types.ts'
import { isoTime } from './versions.ts'
import { cutDeep, isWire, textMap, textOr, type Wire } from './wire.ts'

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
  const known = await commitsBelow(table, listing, below, limit, signal)
  const shown = known.filter(({ version }) => version < below).slice(limit === 0 ? Infinity : -limit)
  const infos = await readCommitInfos(table, shown, signal)
  const since = await shownSince(table, listing, infos, signal)
  const times = fileTimes(known)
  const earliest = earliestVersion(listing) ?? Infinity
  const entries = shown.toReversed().map(({ version }) => {
    const info = infos.get(version)
    const own = since !== undefined && version >= since ? inCommitTime(info) : undefined
    return entryOf(version, own ?? times.get(version) ?? 0, info, version >= earliest)
  })
  const oldest = shown[0]?.version ?? below
  return { entries, more: (listing.head.commits[0]?.version ?? Infinity) < oldest && limit > 0 }
}

/** Commits whose times go before those shown, to make them increase as Delta does. */
const lookBack = 1000

async function commitsBelow(
  table: DeltaTable,
  listing: LogListing,
  below: number,
  limit: number,
  signal: AbortSignal,
): Promise<readonly CommitFile[]> {
  const from = Math.max(0, below - Math.min(limit, below) - lookBack)
  if (from >= listing.from) return listing.commits
  return (await listFrom(table, from, listing.latestVersion, signal)).commits
}

/** Asks for the header only when one of the commits shown carries its own time. */
async function shownSince(
  table: DeltaTable,
  listing: LogListing,
  infos: ReadonlyMap<number, Wire | undefined>,
  signal: AbortSignal,
): Promise<number | undefined> {
  if (![...infos.values()].some(info => inCommitTime(info) !== undefined)) return undefined
  const files = await listBack(table, listing, listing.latestVersion, signal)
  return inCommitSince(await loadHeader(table, files, listing.latestVersion, signal))
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
