import type { NamedObject, ObjectInfo } from '#storage/objectStore.ts'
import { listFrom, type LogListing } from './log.ts'
import type { CommitFile } from './logNames.ts'
import type { VersionRange } from './readable.ts'
import type { Header } from './snapshot.ts'
import type { DeltaTable } from './table.ts'
import { countOr, type Wire } from './wire.ts'

/** From which version on commits carry their own time, and which time that begins at. */
export interface InCommitTimes {
  readonly since: number
  /** Epoch ms; -Infinity when all versions that are left carry their own, NaN when the table does not say it. */
  readonly from: number
}

/** Undefined where commits carry no time of their own. */
export function inCommitTimes({ metadata: { configuration } }: Header): InCommitTimes | undefined {
  if (configuration['delta.enableInCommitTimestamps']?.toLowerCase() !== 'true') return undefined
  const since = configuration['delta.inCommitTimestampEnablementVersion']
  const from = configuration['delta.inCommitTimestampEnablementTimestamp']
  if (since === undefined && from === undefined) return { since: 0, from: -Infinity }
  return { since: Number(since ?? 0), from: Number(from ?? Number.NaN) }
}

/** The time that a commit carries, epoch ms. */
export function inCommitTime(commitInfo: Wire | undefined): number | undefined {
  return commitInfo && countOr(commitInfo, 'inCommitTimestamp')
}

/** What `stat` says of some objects; asks only for what their listing left open. */
export async function infosOf(table: DeltaTable, objects: readonly NamedObject[], signal: AbortSignal): Promise<readonly ObjectInfo[]> {
  const open = objects.filter(({ info }) => info === undefined).map(({ key }) => key)
  const asked = (await table.store.readHeads(open, 0, signal)).values()
  return objects.flatMap(({ info }) => info ?? asked.next().value?.info ?? [])
}

/**
 * Epoch ms of the commits of a range by their files, as Delta does it: the time of modification, but always later than the
 * commit before. Goes back until the times no longer depend on what came before, at the furthest to the earliest version.
 */
export async function fileTimes(
  table: DeltaTable,
  listing: LogListing,
  { from, to }: VersionRange,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, number>> {
  const { earliest = Infinity, firstCommit = 0 } = listing
  const oldest = from >= earliest ? earliest : firstCommit
  for (let back = lookBack; ; back *= 4) {
    const start = Math.max(oldest, from - back)
    const commits = await commitsOf(table, listing, { from: start, to }, signal)
    const infos = await infosOf(table, commits, signal)
    const { times, settled } = increasing(commits, infos, earliest)
    if (start === oldest || (settled !== undefined && settled <= from)) return times
  }
}

/** Commits whose times go before those asked for, at first; Delta trusts as many. */
const lookBack = 100

async function commitsOf(
  table: DeltaTable,
  listing: LogListing,
  { from, to }: VersionRange,
  signal: AbortSignal,
): Promise<readonly CommitFile[]> {
  const { commits } = from >= listing.from ? listing : await listFrom(table, from, to, signal)
  return commits.filter(({ version }) => version >= from && version <= to)
}

/** `settled` is the first version whose file is younger than the time of the commit before. */
function increasing(
  commits: readonly CommitFile[],
  infos: readonly ObjectInfo[],
  earliest: number,
): { readonly times: ReadonlyMap<number, number>; readonly settled: number | undefined } {
  const times = new Map<number, number>()
  let settled: number | undefined
  let last = -Infinity
  for (const [i, { version }] of commits.entries()) {
    if (version === earliest) last = -Infinity
    const modified = infos[i]?.modified ?? 0
    if (i > 0 && modified > last) settled ??= version
    last = Math.max(modified, last + 1)
    times.set(version, last)
  }
  return { times, settled }
}
