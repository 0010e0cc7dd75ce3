import { ProgressCount } from '#base/progress.ts'
import { nextTurn } from '#base/turn.ts'
import type { ActiveFiles } from '#delta/files/activeFiles.ts'
import { readRemoves } from '#delta/files/checkpointRemoves.ts'
import { FileKeys } from '#delta/files/fileKeys.ts'
import { readCommits } from '#delta/log/commits.ts'
import type { CommitFile, LogFiles } from '#delta/log/logNames.ts'
import { readableRanges, type VersionRange } from '#delta/log/readable.ts'
import { ownPath, ownVectorPath, Removals, type EarlierVacuum, type RemovedFile } from '#delta/log/removals.ts'
import { isoTime } from '#delta/log/versions.ts'
import { loadSnapshot, type Snapshot } from '#delta/snapshot.ts'
import type { DeltaTable } from '#delta/table.ts'
import type { VacuumHealth } from './healthTypes.ts'

export interface VacuumRequest {
  /** The whole log. */
  readonly log: LogFiles
  readonly newest: Snapshot
  readonly retentionHours: number
  /** Epoch ms. */
  readonly now: number
}

/** What VACUUM would remove now, file by file. */
export interface VacuumPlan {
  /** Epoch ms: files that the table lost before go. */
  readonly before: number
  /** By path relative to the table. */
  readonly files: ReadonlyMap<string, RemovedFile>
  readonly changes: ReadonlyMap<string, number>
  readonly unreadable: readonly VersionRange[]
  readonly earlier: (EarlierVacuum & { readonly unreadable: readonly VersionRange[] }) | undefined
  readonly since: number
}

/**
 * Replays the removals of a whole log, and takes away what the newest version still has. VACUUM deletes by path: a file with a
 * new deletion vector stays, a file of vectors goes when no vector of it is in use.
 */
export async function planVacuum(table: DeltaTable, request: VacuumRequest, signal: AbortSignal): Promise<VacuumPlan> {
  const { log, newest, retentionHours, now } = request
  const before = now - retentionHours * 3_600_000
  const range = readableRanges(log).at(-1) ?? { from: newest.version, to: newest.version }
  const removals = await replayRemovals(table, log, range.from, signal)
  const earlier = removals.vacuums.reduce<EarlierVacuum | undefined>(
    (last, each) => (last && last.before > each.before ? last : each),
    undefined,
  )
  const { files } = removals
  for (const [path, { time }] of files) if (time >= before) removals.keep(path)
  for (const path of await activeAmong(table, newest, files, signal)) removals.keep(path)
  const isGone = ({ time }: { readonly time: number }): boolean => earlier !== undefined && time < earlier.before
  const needed = removals.needs(range, file => !file.stays)
  const lost = removals.needs(range, file => !file.stays && isGone(file))
  for (const [path, file] of files) if (isGone(file)) files.delete(path)
  const changes = removals.changes.filter(change => change.time < before && !isGone(change))
  return {
    before,
    files,
    changes: new Map(changes.map(({ path, size }) => [path, size])),
    unreadable: rangesWhere(range, i => (needed[i] ?? 0) > 0 && (lost[i] ?? 0) === 0),
    earlier: earlier && { ...earlier, unreadable: rangesWhere(range, i => (lost[i] ?? 0) > 0) },
    since: range.from,
  }
}

/** A plan in numbers. */
export function vacuumHealth({ before, files, changes, unreadable, earlier, since }: VacuumPlan, retentionHours: number): VacuumHealth {
  const found = { data: { files: 0, bytes: 0 }, deletionVectors: { files: 0, bytes: 0 }, changes: { files: 0, bytes: 0 } }
  let withoutSize = 0
  const add = (kind: keyof typeof found, size: number | undefined): void => {
    found[kind].files += 1
    found[kind].bytes += size ?? 0
    if (size === undefined) withoutSize += 1
  }
  for (const { kind, size } of files.values()) add(kind, size)
  for (const size of changes.values()) add('changes', size)
  return {
    retentionHours,
    before: isoTime(before),
    ...found,
    withoutSize,
    unreadable,
    earlier: earlier ? { version: earlier.version, before: isoTime(earlier.before), unreadable: earlier.unreadable } : null,
    since,
  }
}

const blockFiles = 8192

async function replayRemovals(table: DeltaTable, log: LogFiles, base: number, signal: AbortSignal): Promise<Removals> {
  const removals = new Removals(table)
  const steps = stepsOf(log)
  const checkpoint = log.checkpoints.findLast(({ version }) => version === base)
  const startsAtCommit = base === 0 && log.commits[0]?.version === 0
  if (!checkpoint || startsAtCommit) {
    await readOlder(table, steps, removals, signal)
    return removals
  }
  await readOlder(
    table,
    steps.filter(({ version }) => version > base),
    removals,
    signal,
  )
  await closeAt(table, log, base, removals, signal)
  for await (const removes of readRemoves(table, checkpoint, signal)) {
    await nextTurn()
    for (const remove of removes) removals.addRemoved(remove)
  }
  await readOlder(
    table,
    steps.filter(({ version }) => version <= base),
    removals,
    signal,
  )
  return removals
}

async function readOlder(table: DeltaTable, commits: readonly CommitFile[], removals: Removals, signal: AbortSignal): Promise<void> {
  const progress = new ProgressCount(table.report, { stage: 'log', total: commits.length, unit: 'files' })
  for await (const { file, info, parts } of readCommits(table, commits.toReversed(), 'files', signal)) {
    removals.addOlder(file.version, parts, info.modified)
    progress.add(1)
  }
}

/** All commits in order; where some are gone, the compacted log that stands for them is one at its end. */
function stepsOf({ commits, compacted }: LogFiles): readonly CommitFile[] {
  const known = new Set(commits.map(({ version }) => version))
  const needed = compacted.filter(({ from, version }) => Array.from({ length: version - from + 1 }).some((_, i) => !known.has(from + i)))
  return [...commits, ...needed].toSorted((a, b) => a.version - b.version)
}

/** Files that were removed later are in the oldest version from its own beginning on. */
async function closeAt(table: DeltaTable, log: LogFiles, base: number, removals: Removals, signal: AbortSignal): Promise<void> {
  const keys = new FileKeys()
  const paths = removals.openPaths()
  if (paths.length === 0) return
  for (const path of paths) keys.addPath(path)
  const { files } = await loadSnapshot(table, log, base, signal)
  if (!files) return
  for (const position of files.positionsOf(keys)) {
    signal.throwIfAborted()
    for (const add of files.bare(position, position + 1)) removals.begun(base, add)
  }
}

/** Those of some paths that a version still has: data files, and files of vectors. */
async function activeAmong(
  table: DeltaTable,
  { files }: Snapshot,
  paths: ReadonlyMap<string, RemovedFile>,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const active = new Set<string>()
  if (!files || paths.size === 0) return active
  const all = new Int32Array(files.length).map((_, position) => position)
  const withVector = all.filter(position => (files.deleted[position] ?? 0) > 0)
  for (const positions of files.length <= paths.size ? [all] : [positionsAt(files, paths), withVector]) {
    for (const [i, position] of positions.entries()) {
      if (i % blockFiles === 0) await nextTurn()
      signal.throwIfAborted()
      for (const { path, deletionVector } of files.bare(position, position + 1)) {
        active.add(ownPath(table, path) ?? '')
        if (deletionVector) active.add(ownVectorPath(table, deletionVector) ?? '')
      }
    }
  }
  return active
}

function positionsAt(files: ActiveFiles, paths: ReadonlyMap<string, RemovedFile>): Int32Array {
  const keys = new FileKeys()
  for (const [path, { kind, logged }] of paths) if (kind === 'data') for (const each of new Set([path, logged])) keys.addPath(each)
  return files.positionsOf(keys)
}

function rangesWhere({ from, to }: VersionRange, isMeant: (index: number) => boolean): readonly VersionRange[] {
  const ranges: { from: number; to: number }[] = []
  for (let version = from; version <= to; version += 1) {
    if (!isMeant(version - from)) continue
    const last = ranges.at(-1)
    if (last && last.to === version - 1) last.to = version
    else ranges.push({ from: version, to: version })
  }
  return ranges
}
