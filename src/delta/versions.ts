import { LakehouseError } from '#base/errors.ts'
import { earliestVersion, listBack, listFrom, type LogFiles, type LogListing } from './log.ts'
import { loadHeader, type Header } from './snapshot.ts'
import { problem, type DeltaTable } from './table.ts'
import { fileTimes, inCommitSince, inCommitTime, readCommitInfos } from './times.ts'
import type { At } from './types.ts'

/**
 * The version that is meant: the newest, a number, or the newest at or before a time as Delta finds it.
 * @throws LakehouseError `notFound` naming the earliest and the latest version, `invalid` for what is neither
 */
export async function resolveVersion(table: DeltaTable, listing: LogListing, at: At, signal: AbortSignal): Promise<number> {
  if (at.timestamp !== undefined) return await versionAtTime(table, listing, parseTime(at.timestamp), at.timestamp, signal)
  if (at.version === undefined) return listing.latestVersion
  if (!Number.isSafeInteger(at.version) || at.version < 0) {
    throw new LakehouseError('invalid', `${at.version} is not a version of ${table.location}.`, { hint: 'Versions count from 0.' })
  }
  const earliest = earliestVersion(listing) ?? listing.latestVersion
  if (at.version > listing.latestVersion || at.version < earliest) {
    throw problem(table, 'notFound', `only the versions ${earliest} to ${listing.latestVersion} can be read`, { version: at.version })
  }
  return at.version
}

/** Epoch ms of one version, as time travel counts it. */
export async function timeOf(table: DeltaTable, files: LogFiles, header: Header, signal: AbortSignal): Promise<number> {
  const { version } = header
  const since = inCommitSince(header)
  const commit = files.commits.findLast(each => each.version === version)
  if (commit && since !== undefined && version >= since) {
    const infos = await readCommitInfos(table, [commit], signal)
    const own = inCommitTime(infos.get(version))
    if (own !== undefined) return own
    throw problem(table, 'corrupt', 'its commit carries no time although in-commit timestamps are enabled', { version })
  }
  const byFile = fileTimes(files.commits).get(version)
  return byFile ?? files.checkpoints.findLast(each => each.version === version)?.parts[0]?.modified ?? 0
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

async function versionAtTime(table: DeltaTable, listing: LogListing, time: number, text: string, signal: AbortSignal): Promise<number> {
  const earliest = earliestVersion(listing)
  const files = listing.from === 0 ? listing : await listFrom(table, 0, listing.latestVersion, signal)
  const commits = files.commits.filter(({ version }) => earliest !== undefined && version >= earliest)
  const times = new Map(fileTimes(commits))
  const header = await loadHeader(table, await listBack(table, listing, listing.latestVersion, signal), listing.latestVersion, signal)
  const since = inCommitSince(header)
  if (since !== undefined) {
    const infos = await readCommitInfos(
      table,
      commits.filter(({ version }) => version >= since),
      signal,
    )
    for (const [version, info] of infos) times.set(version, inCommitTime(info) ?? times.get(version) ?? 0)
  }
  return choose(table, times, time, { text, since })
}

/** From the enablement of in-commit timestamps on only versions that have them count, before it only the others. */
function choose(
  table: DeltaTable,
  times: ReadonlyMap<number, number>,
  time: number,
  { text, since }: { readonly text: string; readonly since: number | undefined },
): number {
  const enabled = since === undefined ? undefined : times.get(since)
  const all = [...times].filter(([version]) => {
    if (since === undefined || enabled === undefined) return true
    return time >= enabled ? version >= since : version < since
  })
  const [first, last] = [[...times][0], [...times].at(-1)]
  if (!first || !last) throw problem(table, 'notFound', 'its log has no commit with a time')
  if (time > last[1]) {
    throw problem(table, 'notFound', `${text} is after its latest version ${last[0]} of ${isoTime(last[1])}`, {
      hint: 'Leave the time out for the latest version.',
    })
  }
  const found = all.findLast(([, at]) => at <= time)
  if (found) return found[0]
  throw problem(table, 'notFound', `${text} is before its earliest readable version ${first[0]} of ${isoTime(first[1])}`)
}

/** ISO-8601 UTC with milliseconds; a number beyond all calendars is shown as their end. */
export function isoTime(epochMs: number): string {
  return new Date(Math.max(-lastMs, Math.min(Math.trunc(epochMs), lastMs))).toISOString()
}

const lastMs = 8.64e15
