import type { LogFiles } from './logNames.ts'

/** Versions, both ends included. */
export interface VersionRange {
  readonly from: number
  readonly to: number
}

/**
 * Versions that the log leads to, in order and apart: from commit 0 or a checkpoint on, as long as no commit is missing that no
 * compacted file replaces.
 */
export function readableRanges({ commits, checkpoints, compacted }: LogFiles): readonly VersionRange[] {
  const bases = new Set(checkpoints.map(({ version }) => version))
  const committed = new Set(commits.map(({ version }) => version))
  const leaps = new Set(compacted.map(({ version }) => version))
  const ranges: { from: number; to: number }[] = []
  const reaches = (version: number): boolean => version < 0 || isWithin(version, ranges)
  for (const version of [...new Set([...committed, ...bases, ...leaps])].toSorted((a, b) => a - b)) {
    const isReadable =
      bases.has(version) ||
      (committed.has(version) && reaches(version - 1)) ||
      (leaps.has(version) && compacted.some(each => each.version === version && reaches(each.from - 1)))
    if (!isReadable) continue
    const last = ranges.at(-1)
    if (last?.to === version - 1) last.to = version
    else ranges.push({ from: version, to: version })
  }
  return ranges
}

/** True for a version in one of some ranges, which are in order. */
export function isWithin(version: number, ranges: readonly VersionRange[]): boolean {
  const range = ranges.findLast(({ from }) => from <= version)
  return range !== undefined && version <= range.to
}
