import type { CommitFile, LogFiles } from './logNames.ts'

/** Versions, both ends included. */
export interface VersionRange {
  readonly from: number
  readonly to: number
}

/**
 * Versions that the log leads to, in order and apart: from commit 0 or a checkpoint on, as long as no commit is missing that no
 * compacted file replaces.
 */
export function readableRanges({ commits, checkpoints, compacted }: Omit<LogFiles, 'checksums'>): readonly VersionRange[] {
  const runs = runsOf(commits)
  const starts = [
    ...checkpoints.map(({ version }) => ({ version, after: -1 })),
    ...compacted.map(({ version, from }) => ({ version, after: from - 1 })),
    ...runs.map(({ from }) => ({ version: from, after: from - 1 })),
  ].toSorted((a, b) => a.version - b.version)
  const ranges: { from: number; to: number }[] = []
  let run = 0
  for (const { version, after } of starts) {
    if (isWithin(version, ranges) || (after >= 0 && !isWithin(after, ranges))) continue
    while ((runs[run]?.to ?? Infinity) < version) run += 1
    const next = runs[run]
    const to = next && next.from <= version + 1 ? next.to : version
    const last = ranges.at(-1)
    if (last?.to === version - 1) last.to = to
    else ranges.push({ from: version, to })
  }
  return ranges
}

/** True for a version in one of some ranges, which are in order. */
export function isWithin(version: number, ranges: readonly VersionRange[]): boolean {
  const range = ranges.findLast(({ from }) => from <= version)
  return range !== undefined && version <= range.to
}

/** Commits without a hole, found by leaps: a hundred thousand are one in a few steps. */
function runsOf(commits: readonly CommitFile[]): readonly VersionRange[] {
  const runs: VersionRange[] = []
  const versionAt = (at: number): number => commits[at]?.version ?? Number.NaN
  for (let start = 0; start < commits.length;) {
    let end = start
    for (let leap = commits.length; leap >= 1; leap = Math.floor(leap / 2)) {
      while (versionAt(end + leap) - versionAt(start) === end + leap - start) end += leap
    }
    runs.push({ from: versionAt(start), to: versionAt(end) })
    start = end + 1
  }
  return runs
}
