import { liveRecordsOf, type AddFile } from './actions.ts'
import type { RowsRequest } from './types.ts'

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

/**
 * The slices that make up rows [offset, offset + limit) of the files in order. `count` opens a file to count its live rows; it
 * is asked only for files without statistics, and only as far as needed.
 */
export async function planSlices(
  files: readonly AddFile[],
  { offset, limit }: RowsRequest,
  count: (add: AddFile) => Promise<number>,
  known: (add: AddFile) => number | undefined = liveRecordsOf,
): Promise<SlicePlan> {
  const slices: Slice[] = []
  let skip = offset
  let need = limit
  let atOnce = 1
  for (let i = 0; i < files.length;) {
    const block = files.slice(i, i + atOnce)
    i += atOnce
    atOnce = Math.min(atOnce * 2, mostAtOnce)
    const lives = await Promise.all(block.map(async add => known(add) ?? (await count(add))))
    for (const [k, add] of block.entries()) {
      const live = lives[k] ?? 0
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
