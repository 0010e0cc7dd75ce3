import { limit } from '#base/limit.ts'
import { readCommitInfo } from './commitInfo.ts'
import type { CommitFile } from './log.ts'
import type { Header } from './snapshot.ts'
import type { DeltaTable } from './table.ts'
import { countOr, type Wire } from './wire.ts'

/** From which version on a commit carries its own time; undefined when none does. */
export function inCommitSince({ metadata: { configuration } }: Header): number | undefined {
  if (configuration['delta.enableInCommitTimestamps']?.toLowerCase() !== 'true') return undefined
  const since = Number(configuration['delta.inCommitTimestampEnablementVersion'] ?? 0)
  return Number.isSafeInteger(since) ? since : 0
}

/** The time that a commit carries, epoch ms. */
export function inCommitTime(commitInfo: Wire | undefined): number | undefined {
  return commitInfo && countOr(commitInfo, 'inCommitTimestamp')
}

/**
 * Epoch ms of commits by their files, as Delta does it: the time of modification, but always later than the commit before.
 * `commits` in order of version, beginning as early as is known.
 */
export function fileTimes(commits: readonly CommitFile[]): ReadonlyMap<number, number> {
  const times = new Map<number, number>()
  let last = -Infinity
  for (const { version, info } of commits) {
    last = Math.max(info.modified, last + 1)
    times.set(version, last)
  }
  return times
}

/** The `commitInfo` of some commits by version; at most 16 reads at once. */
export async function readCommitInfos(
  table: DeltaTable,
  commits: readonly CommitFile[],
  signal: AbortSignal,
): Promise<ReadonlyMap<number, Wire | undefined>> {
  const atOnce = limit(16)
  const infos = commits.map(({ version, info }) => atOnce(async () => [version, await readCommitInfo(table, info, signal)] as const))
  return new Map(await Promise.all(infos))
}
