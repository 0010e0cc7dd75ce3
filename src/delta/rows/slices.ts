import type { AddFile } from '#delta/actions.ts'
import type { ActiveFiles } from '#delta/files/activeFiles.ts'
import type { RowsRequest } from '#delta/types.ts'

/** Live rows [start, start + count) of one file. */
export interface Slice {
  readonly add: AddFile
  readonly start: number
  readonly count: number
}

export interface SlicePlan {
  readonly slices: readonly Slice[]
  /** True when there are rows after the range. */
  readonly more: boolean
}

/** Files counted at once where statistics do not tell: one, and then always twice as many. */
const mostAtOnce = 8

/** Files that are looked at one by one before the rows of all are taken from their statistics. */
const fewFiles = 64

/** How rows are counted. */
export interface Counting {
  /** Opens a file to count its live rows; asked only where `known` does not tell, and only as far as needed. */
  readonly count: (add: AddFile) => Promise<number>
  /** Live rows by statistics. */
  readonly known: (add: AddFile) => number | undefined
  /** The same of all files by position, NaN for those it does not tell; asked only for rows behind many files. */
  readonly allKnown: () => Promise<Float64Array>
  readonly signal: AbortSignal
}

/** The slices that make up rows [offset, offset + limit) of the files in order. */
export async function planSlices(
  files: Pick<ActiveFiles, 'length' | 'slice'>,
  { offset, limit }: Pick<RowsRequest, 'offset' | 'limit'>,
  { count, known, allKnown, signal }: Counting,
): Promise<SlicePlan> {
  const slices: Slice[] = []
  let skip = offset
  let need = limit
  let atOnce = 1
  let lives: Float64Array | undefined
  for (let i = 0; i < files.length;) {
    if (skip > 0 && i >= fewFiles) {
      lives ??= await allKnown()
      // NaN is at most nothing.
      for (let live = lives[i] ?? Number.NaN; live <= skip; live = lives[++i] ?? Number.NaN) skip -= live
    }
    const block = await files.slice(i, i + atOnce, signal)
    i += atOnce
    const counts = await Promise.all(block.map(async add => known(add) ?? (await count(add))))
    atOnce = Math.min(atOnce * 2, mostAtOnce)
    for (const [k, add] of block.entries()) {
      const live = counts[k] ?? 0
      const start = Math.min(skip, live)
      skip -= start
      const taken = Math.min(need, live - start)
      if (taken > 0) slices.push({ add, start, count: taken })
      need -= taken
      if (need === 0 && start + taken < live) return { slices, more: true }
    }
  }
  return { slices, more: false }
}
