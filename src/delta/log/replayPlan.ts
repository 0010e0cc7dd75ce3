import type { CommitFile, CompactedFile, LogFiles } from './logNames.ts'

/** What is to be read after a checkpoint to reach a version. */
export interface ReplayPlan {
  /** Commits and compacted files, oldest first. */
  readonly steps: readonly (CommitFile | CompactedFile)[]
  /** The oldest commit of a hole; undefined when there is none. */
  readonly gap: number | undefined
}

/**
 * The ways from `since` to `version`: first with compacted files in place of the commits that they replace, then by commits
 * alone. https://github.com/delta-io/delta/blob/master/PROTOCOL.md#log-compaction-files
 */
export function replayPlans(files: LogFiles, since: number, version: number): readonly ReplayPlan[] {
  const leaps = new Map<number, CompactedFile>()
  for (const each of files.compacted) {
    if (each.from < since || each.version > version) continue
    const known = leaps.get(each.version)
    if (!known || each.from < known.from) leaps.set(each.version, each)
  }
  const commits = files.commits.filter(commit => commit.version >= since && commit.version <= version)
  const plain = plan(commits, new Map(), since, version)
  return leaps.size === 0 ? [plain] : [plan(commits, leaps, since, version), plain]
}

function plan(commits: readonly CommitFile[], leaps: ReadonlyMap<number, CompactedFile>, since: number, version: number): ReplayPlan {
  const newestFirst: (CommitFile | CompactedFile)[] = []
  let gap: number | undefined
  let last = commits.length - 1
  for (let next = version; next >= since;) {
    const leap = leaps.get(next)
    while ((commits[last]?.version ?? -1) > next) last -= 1
    const commit = commits[last]
    if (leap) {
      newestFirst.push(leap)
      next = leap.from - 1
    } else if (commit?.version === next) {
      newestFirst.push(commit)
      next -= 1
    } else {
      gap = (commit?.version ?? since - 1) + 1
      next = gap - 1
    }
  }
  return { steps: newestFirst.toReversed(), gap }
}
