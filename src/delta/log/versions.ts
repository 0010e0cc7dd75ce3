import { LakehouseError } from '#base/errors.ts'
import { loadHeader, type Header } from '#delta/snapshot.ts'
import { problem, type DeltaTable } from '#delta/table.ts'
import type { At } from '#delta/types.ts'
import { readCommitHeads } from './commitInfo.ts'
import { fileTimes } from './fileTimes.ts'
import { listBack, logKey, type LogListing } from './log.ts'
import { digits, type LogFiles } from './logNames.ts'
import { infosOf, inCommitTime, inCommitTimes } from './times.ts'

/**
 * The version that is meant: the newest, a number, or the newest at or before a time as Delta finds it.
 * @throws LakehouseError `notFound` naming the earliest and the latest version, `invalid` for what is neither
 */
export async function resolveVersion(table: DeltaTable, listing: LogListing, at: At, signal: AbortSignal): Promise<number> {
  if (at.timestamp !== undefined) return await versionAtTime(table, listing, at.timestamp, signal)
  if (at.version === undefined) return listing.latestVersion
  if (!Number.isSafeInteger(at.version) || at.version < 0) {
    throw new LakehouseError('invalid', `${at.version} is not a version of ${table.location}.`, { hint: 'Versions count from 0.' })
  }
  const earliest = listing.earliest ?? listing.latestVersion
  if (at.version > listing.latestVersion || at.version < earliest) {
    throw problem(table, 'notFound', `only the versions ${earliest} to ${listing.latestVersion} can be read`, { version: at.version })
  }
  return at.version
}

/** Epoch ms of one version, as time travel counts it. */
export async function timeOf(
  table: DeltaTable,
  listing: LogListing,
  files: LogFiles,
  header: Header,
  signal: AbortSignal,
): Promise<number> {
  const { version } = header
  const own = inCommitTimes(header)
  const commit = files.commits.findLast(each => each.version === version)
  if (commit && own && version >= own.since) return await ownTime(table, version, signal)
  if (commit) return (await fileTimes(table, listing, { from: version, to: version }, signal)).get(version) ?? 0
  const [info] = await infosOf(table, files.checkpoints.findLast(each => each.version === version)?.parts ?? [], signal)
  return info?.modified ?? 0
}

/**
 * Epoch ms of a date or an ISO-8601 time, without a zone in UTC; fractions finer than ms are cut.
 * @throws LakehouseError `invalid`
 */
export function parseTime(text: string): number {
  const found = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?(\.\d{1,9})?\s*(Z|[+-]\d{2}:?\d{2})?)?$/i.exec(text.trim())
  const [, date, minutes = '00:00', seconds = ':00', fraction = '', zone = 'Z'] = found ?? []
  const time = found ? Date.parse(`${date}T${minutes}${seconds}${fraction.slice(0, 4)}${zone.toUpperCase()}`) : NaN
  if (!Number.isNaN(time)) return time
  throw new LakehouseError('invalid', `${JSON.stringify(text)} is not a time.`, {
    hint: 'Write 2024-05-01, 2024-05-01T12:30:00 (UTC) or 2024-05-01T12:30:00+02:00.',
  })
}

/** What is looked for: a time as it was written, and the versions it may be in. */
interface Wanted {
  readonly time: number
  readonly text: string
  readonly earliest: number
  readonly latest: number
}

async function versionAtTime(table: DeltaTable, listing: LogListing, text: string, signal: AbortSignal): Promise<number> {
  const { earliest, latestVersion: latest } = listing
  if (earliest === undefined) throw problem(table, 'notFound', 'its log has no version that can be rebuilt')
  const wanted: Wanted = { time: parseTime(text), text, earliest, latest }
  const header = await loadHeader(table, await listBack(table, listing, latest, signal), latest, signal)
  const own = inCommitTimes(header)
  if (Number.isNaN(own?.from)) throw problem(table, 'corrupt', 'it does not say from which time on its commits carry their own')
  if (own && own.from <= wanted.time) return await versionByOwnTime(table, wanted, Math.max(own.since, earliest), signal)
  if (own && own.since <= earliest) throw tooEarly(table, wanted, await ownTime(table, earliest, signal))
  return await versionByFileTime(table, listing, wanted, own ? own.since - 1 : latest, signal)
}

/** The newest of the versions [first, latest] whose own time is not later; their times increase. */
async function versionByOwnTime(table: DeltaTable, wanted: Wanted, first: number, signal: AbortSignal): Promise<number> {
  const { time, latest } = wanted
  const last = await ownTime(table, latest, signal)
  if (last < time) throw tooLate(table, wanted, last)
  let [low, high] = [first, latest]
  while (low < high) {
    const middle = low + Math.ceil((high - low) / 2)
    if ((await ownTime(table, middle, signal)) <= time) low = middle
    else high = middle - 1
  }
  const found = await ownTime(table, low, signal)
  if (found > time) throw tooEarly(table, wanted, found)
  return low
}

/** The newest of the versions [earliest, last] whose file is not later. */
async function versionByFileTime(
  table: DeltaTable,
  listing: LogListing,
  wanted: Wanted,
  last: number,
  signal: AbortSignal,
): Promise<number> {
  const { time, earliest, latest } = wanted
  const times = [...(await fileTimes(table, listing, { from: earliest, to: last }, signal))]
  const [oldest, newest] = [times[0], times.at(-1)]
  if (!oldest || !newest) throw problem(table, 'notFound', 'its log has no commit with a time')
  if (newest[0] === latest && newest[1] < time) throw tooLate(table, wanted, newest[1])
  const found = times.findLast(([, at]) => at <= time)
  if (!found) throw tooEarly(table, { ...wanted, earliest: oldest[0] }, oldest[1])
  return found[0]
}

/** Epoch ms that a commit carries. @throws LakehouseError `corrupt` when it carries none */
async function ownTime(table: DeltaTable, version: number, signal: AbortSignal): Promise<number> {
  const heads = await readCommitHeads(table, [{ version, key: logKey(table, `${digits(version)}.json`) }], signal)
  const time = inCommitTime(heads.get(version)?.commitInfo)
  if (time !== undefined) return time
  throw problem(table, 'corrupt', 'its commit carries no time although in-commit timestamps are enabled', { version })
}

function tooEarly(table: DeltaTable, { text, earliest }: Wanted, time: number): LakehouseError {
  return problem(table, 'notFound', `${text} is before its earliest readable version ${earliest} of ${isoTime(time)}`)
}

function tooLate(table: DeltaTable, { text, latest }: Wanted, time: number): LakehouseError {
  return problem(table, 'notFound', `${text} is after its latest version ${latest} of ${isoTime(time)}`, {
    hint: 'Leave the time out for the latest version.',
  })
}

/** ISO-8601 UTC with milliseconds; a number beyond all calendars is shown as their end. */
export function isoTime(epochMs: number): string {
  return new Date(Math.max(-lastMs, Math.min(Math.trunc(epochMs), lastMs))).toISOString()
}

const lastMs = 8.64e15
