import type { AddFile } from '#delta/actions.ts'
import type { ActiveFiles } from '#delta/files/activeFiles.ts'
import { findFiles, type ChangedFiles } from './diffFiles.ts'
import type { CommitRange } from './diffLog.ts'
import { sourcesOf, type RowSource, type Side } from './diffSources.ts'
import type { TableDiff } from './diffTypes.ts'

/** One way to find the differing rows. */
export interface RowPlan {
  readonly source: NonNullable<TableDiff['source']>
  readonly sources: readonly RowSource[]
}

export interface PlanParts {
  readonly older: ActiveFiles
  readonly changed: ChangedFiles
  /** Undefined where commits are missing. */
  readonly range: CommitRange | undefined
  /** True when the newer version is `from`. */
  readonly isBackwards: boolean
}

/**
 * Ways to find the differing rows, the best first: change data where commits have it, then the files of commits without those
 * that only rewrite rows, where these are fewer bytes, then the files that one version has and the other has not.
 */
export async function planRows(parts: PlanParts, signal: AbortSignal): Promise<readonly RowPlan[]> {
  const { changed, range, isBackwards } = parts
  const sides = sidesOf(isBackwards)
  const files: RowPlan = {
    source: 'files',
    sources: sourcesOf(await changed.removed.list(signal), await changed.added.list(signal), sides),
  }
  if (files.sources.length === 0 || !range) return [files]
  const steps = await filesOfCommits(parts.older, range, signal)
  if (!steps) return [files]
  const changes = range.changes.map((add): RowSource => ({ kind: 'changes', add, isBackwards }))
  const sources = [...sourcesOf(steps.removed, steps.added, sides), ...changes]
  if (changes.length > 0) return [{ source: 'changeData', sources }, files]
  return bytesOf(sources) < bytesOf(files.sources) ? [{ source: 'files', sources }, files] : [files]
}

function sidesOf(isBackwards: boolean): { readonly removed: Side; readonly added: Side } {
  return isBackwards ? { removed: 'to', added: 'from' } : { removed: 'from', added: 'to' }
}

/**
 * What adds and removes of the commits amount to, commits that only rewrite rows or that have change data left out. Undefined
 * where they do not say it plainly: another schema on the way, a file added twice.
 */
async function filesOfCommits(
  older: ActiveFiles,
  { touched, isOneSchema }: CommitRange,
  signal: AbortSignal,
): Promise<{ readonly removed: readonly AddFile[]; readonly added: readonly AddFile[] } | undefined> {
  if (!touched || !isOneSchema) return undefined
  const counted = [...touched].filter(([, { net }]) => net !== 0)
  const before = await findFiles(
    older,
    counted.map(([, { file }]) => file),
    signal,
  )
  const [removed, added]: [AddFile[], AddFile[]] = [[], []]
  for (const [key, { net, add }] of counted) {
    const known = before.get(key)
    const file = known ?? add
    if (Math.abs(net) > 1 || !file || (net > 0 && known)) return undefined
    if (net > 0) added.push(file)
    else removed.push(file)
  }
  return { removed, added }
}

function bytesOf(sources: readonly RowSource[]): number {
  return sources.reduce((sum, { add }) => sum + add.size, 0)
}
