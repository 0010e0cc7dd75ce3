import { latestOf, logKey } from '#delta/log/log.ts'
import { sortFiles, type LogFiles } from '#delta/log/logNames.ts'
import { readableRanges, type VersionRange } from '#delta/log/readable.ts'
import { isoTime } from '#delta/log/versions.ts'
import type { DeltaTable } from '#delta/table.ts'
import type { NamedObject, ObjectInfo } from '#storage/objectStore.ts'
import type { LogCleanUp, LogHealth } from './healthTypes.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const defaultLogRetention = 'interval 30 days'
const defaultCheckpointInterval = 10

/** An object of the log with its size and time. */
export interface LogObject {
  readonly key: string
  readonly info: ObjectInfo
}

/** Every object below `_delta_log/`, sidecars too. One request for each 1,000. */
export async function listWholeLog(table: DeltaTable, signal: AbortSignal): Promise<readonly LogObject[]> {
  const objects: LogObject[] = []
  let continuation: string | undefined
  do {
    const page = await table.store.list({ prefix: logKey(table, ''), ...(continuation === undefined ? {} : { continuation }) }, signal)
    for (const info of page.objects) objects.push({ key: info.key, info })
    continuation = page.next
  } while (continuation !== undefined)
  return objects
}

/** The log as the names, sizes and times of its files tell it. */
export function logHealth(objects: readonly LogObject[], configuration: Readonly<Record<string, string>>, now: number): LogHealth {
  const files = sortFiles(objects)
  const checkpoint = files.checkpoints.at(-1)
  const readable = readableRanges(files)
  const latest = latestOf(files) ?? -1
  const vacuumNote = objects.find(({ key }) => key.endsWith('/_last_vacuum_info'))
  const oldest = Math.min(files.commits[0]?.version ?? Infinity, files.checkpoints[0]?.version ?? Infinity)
  return {
    files: objects.length,
    bytes: bytesOf(infosOf(objects)),
    commitsSinceCheckpoint: files.commits.filter(({ version }) => version > (checkpoint?.version ?? -1)).length,
    checkpoint: checkpoint
      ? {
          version: checkpoint.version,
          ageHours: Math.max(0, now - Math.max(...checkpoint.parts.map(({ info }) => info?.modified ?? 0))) / hourMs,
          bytes: bytesOf(infosOf(checkpoint.parts)),
        }
      : null,
    checkpointInterval: Number(configuration['delta.checkpointInterval'] ?? defaultCheckpointInterval),
    oldestCommit: files.commits[0]?.version ?? null,
    oldestReadable: readable[0]?.from ?? null,
    retention: configuration['delta.logRetentionDuration'] ?? defaultLogRetention,
    hasChecksum: files.checksums.at(-1)?.version === latest,
    lastVacuum: vacuumNote ? isoTime(vacuumNote.info.modified) : null,
    unreadable: without({ from: Number.isFinite(oldest) ? 0 : 1, to: latest }, readable),
    cleanUp: cleanUp(files, configuration, now),
  }
}

/** What of a range no other range covers; these in order and apart. */
function without(range: VersionRange, covered: readonly VersionRange[]): readonly VersionRange[] {
  const left: VersionRange[] = []
  let { from } = range
  for (const each of covered) {
    if (each.to < from || each.from > range.to) continue
    if (each.from > from) left.push({ from, to: each.from - 1 })
    from = each.to + 1
  }
  return from <= range.to ? [...left, { from, to: range.to }] : left
}

/**
 * Hours of an interval as table properties have it: `interval 1 week`, `30 days 12 hours`. Undefined for what is none.
 * Months and years are not allowed there.
 */
export function intervalHours(text: string): number | undefined {
  const parts = [
    ...text
      .toLowerCase()
      .replace(/^\s*interval\b/, '')
      .matchAll(/\s*([-+]?\d+)\s*([a-z]+?)s?(?=[\s\d+-]|$)/g),
  ]
  const hours = parts.map(([, count, unit]) => Number(count) * (unitHours[unit ?? ''] ?? Number.NaN))
  const total = hours.reduce((sum, each) => sum + each, 0)
  return parts.length > 0 && Number.isFinite(total) ? total : undefined
}

const unitHours: Readonly<Record<string, number>> = {
  microsecond: 1 / 3_600_000_000,
  millisecond: 1 / hourMs,
  second: 1 / 3600,
  minute: 1 / 60,
  hour: 1,
  day: 24,
  week: 168,
}

/**
 * Delta cleans its log when it writes a checkpoint: whole days count, and what is older than the newest checkpoint may go. It
 * keeps what the versions within the retention need, so this is the most that it removes.
 */
function cleanUp(files: LogFiles, configuration: Readonly<Record<string, string>>, now: number): LogCleanUp {
  const enabled = configuration['delta.enableExpiredLogCleanup']?.toLowerCase() !== 'false'
  const hours = intervalHours(configuration['delta.logRetentionDuration'] ?? defaultLogRetention)
  const before = hours === undefined || !enabled ? -Infinity : Math.floor((now - hours * hourMs) / dayMs) * dayMs
  const newest = files.checkpoints.at(-1)?.version ?? -1
  const goes = (version: number, modified: number): boolean => version < newest && modified <= before
  const commits = files.commits.filter(({ version, info }) => goes(version, info?.modified ?? 0))
  const checkpoints = files.checkpoints.filter(({ version, parts }) => parts.every(({ info }) => goes(version, info?.modified ?? 0)))
  const gone = infosOf([...commits, ...checkpoints.flatMap(({ parts }) => parts)])
  const left = readableRanges({
    ...files,
    commits: files.commits.filter(({ version, info }) => !goes(version, info?.modified ?? 0)),
    checkpoints: files.checkpoints.filter(checkpoint => !checkpoints.includes(checkpoint)),
  })
  return {
    enabled,
    files: gone.length,
    bytes: bytesOf(gone),
    unreadable: readableRanges(files).flatMap(range => without(range, left)),
  }
}

function bytesOf(objects: readonly ObjectInfo[]): number {
  return objects.reduce((sum, { size }) => sum + size, 0)
}

function infosOf(objects: readonly NamedObject[]): readonly ObjectInfo[] {
  return objects.flatMap(({ info }) => info ?? [])
}
