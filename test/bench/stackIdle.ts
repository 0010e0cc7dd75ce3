import type { TestBed } from '../../scripts/gates/testBed.ts'
import type { IdleReport } from './host/stackIdle.ts'
import { runHostBench } from './hostBench.ts'
import { rowBeside, type BenchRow } from './row.ts'

/** What the view *Stack* of a running stack costs in a minute when nobody does anything, shown and not. */
export async function benchStackIdle(bed: TestBed): Promise<readonly BenchRow[]> {
  await bed.openStack(() => {})
  // SAFETY: host/stackIdle.ts wrote it.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { without, hidden, visible } = (await runHostBench('stackIdle', bed.project, { ...bed.env }, hostMs)) as IdleReport
  return [
    rowBeside('stack-idle/hidden', [hidden], 'the extension host without the extension', [without]),
    rowBeside('stack-idle/visible', [visible], 'the view hidden', [hidden]),
  ]
}

const hostMs = 330_000
