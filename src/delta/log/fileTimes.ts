import type { DeltaTable } from '#delta/table.ts'
import type { CommitHead } from './commitInfo.ts'
import { listFrom, type LogListing } from './log.ts'
import type { CommitFile } from './logNames.ts'
import type { VersionRange } from './readable.ts'
import { infosOf } from './times.ts'

/**
 * Epoch ms of the commits of a range by their files, as Delta does it: the time of modification, but always later than the
 * commit before, from the earliest version on. `heads` are those that are at hand.
 */
export async function fileTimes(
  table: DeltaTable,
  listing: LogListing,
  range: VersionRange & { readonly heads?: ReadonlyMap<number, CommitHead> },
  signal: AbortSignal,
): Promise<ReadonlyMap<number, number>> {
  const { earliest = Infinity, firstCommit = 0, from } = listing
  const oldest = range.from >= earliest ? earliest : firstCommit
  const chain: Chain = { oldest, restart: earliest, heads: range.heads ?? new Map() }
  if (oldest >= from) return await timesInList(table, within(listing.commits, { from: oldest, to: range.to }), range.from, chain, signal)
  return await timesInWindows(table, range, chain, signal)
}

/** Where times begin to count on each other, and the version that begins anew. */
interface Chain {
  readonly oldest: number
  readonly restart: number
  readonly heads: ReadonlyMap<number, CommitHead>
}

/** Commits before those asked for whose files are looked at in any case; Delta trusts as many. */
const lookBack = 100

/** All names are known: where their times are not, of the commits long before only those are looked at that can push these forward. */
async function timesInList(
  table: DeltaTable,
  commits: readonly CommitFile[],
  from: number,
  chain: Chain,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, number>> {
  const first = commits.findIndex(({ version }) => version >= from)
  if (first < 0) return new Map()
  const start = commits.every(({ info }) => info) ? 0 : Math.max(0, first - lookBack)
  const near = commits.slice(start)
  const modified = await modifiedOf(table, near, chain, signal)
  const ahead = modified.slice(0, first - start + 1).map((time, i) => time - i - start)
  const most = await mostAhead(table, commits.slice(0, start), Math.max(...ahead), chain, signal)
  return increasing(near, modified, most + start - 1, chain).times
}

/** Names come by pages, with their times: goes back until a file is younger than the time of the commit before. */
async function timesInWindows(
  table: DeltaTable,
  { from, to }: VersionRange,
  chain: Chain,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, number>> {
  for (let back = lookBack; ; back *= 4) {
    const start = Math.max(chain.oldest, from - back)
    const commits = within((await listFrom(table, start, to, signal)).commits, { from: start, to })
    const { times, settled } = increasing(commits, await modifiedOf(table, commits, chain, signal), -Infinity, chain)
    if (start === chain.oldest || (settled !== undefined && settled <= from)) return times
  }
}

/** `last` is the time of the commit before; `settled` the first version whose file is younger than the time before it. */
function increasing(
  commits: readonly CommitFile[],
  modified: readonly number[],
  last: number,
  { restart }: Chain,
): { readonly times: ReadonlyMap<number, number>; readonly settled: number | undefined } {
  const times = new Map<number, number>()
  let settled: number | undefined
  let before = last
  for (const [i, { version }] of commits.entries()) {
    const time = modified[i] ?? 0
    if (version === restart) before = -Infinity
    if (i > 0 && time > before) settled ??= version
    before = Math.max(time, before + 1)
    times.set(version, before)
  }
  return { times, settled }
}

/**
 * The most by which a file's time is ahead of its position in the list, if that is more than `least`. As files are seldom older
 * than those of commits before them, the time of the last of some bounds them all: few have to be looked at, and all where a
 * clock went back.
 */
async function mostAhead(
  table: DeltaTable,
  commits: readonly CommitFile[],
  least: number,
  chain: Chain,
  signal: AbortSignal,
): Promise<number> {
  const times = new Map<number, number>()
  let most = least
  const look = async (positions: readonly number[]): Promise<void> => {
    const unseen = [...new Set(positions)].filter(at => !times.has(at))
    const modified = await modifiedOf(
      table,
      unseen.flatMap(at => commits[at] ?? []),
      chain,
      signal,
    )
    for (const [i, at] of unseen.entries()) {
      times.set(at, modified[i] ?? 0)
      most = Math.max(most, (modified[i] ?? 0) - at)
    }
  }
  let open = commits.length === 0 ? [] : [{ low: 0, high: commits.length - 1 }]
  while (open.length > 0) {
    const parts = open.flatMap(({ low, high }) => splitSpan(low, high))
    await look(parts.flatMap(({ low, high }) => [low, high]))
    open = parts.filter(({ low, high }) => {
      const [before, after] = [times.get(low) ?? 0, times.get(high) ?? 0]
      return high - low > 1 && (before > after || after - (low + 1) > most)
    })
  }
  return most
}

const partsOfSpan = 16

function splitSpan(low: number, high: number): readonly { readonly low: number; readonly high: number }[] {
  const step = Math.max(1, Math.ceil((high - low) / partsOfSpan))
  const parts = [{ low, high: Math.min(low + step, high) }]
  for (let at = low + step; at < high; at += step) parts.push({ low: at, high: Math.min(at + step, high) })
  return parts
}

async function modifiedOf(
  table: DeltaTable,
  commits: readonly CommitFile[],
  { heads }: Chain,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const known = commits.map(commit => ({ ...commit, ...heads.get(commit.version) }))
  return (await infosOf(table, known, signal)).map(({ modified }) => modified)
}

function within(commits: readonly CommitFile[], { from, to }: VersionRange): readonly CommitFile[] {
  return commits.filter(({ version }) => version >= from && version <= to)
}
