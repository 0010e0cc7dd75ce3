// Runs in an extension host on the project of a running stack: times SELECT 1 as a cell of a shown notebook.
import { writeFileSync } from 'node:fs'
import { runCell, showSqlNotebook } from '../../support/runCell.ts'

const warmUps = 10
const runs = 30

/** VS Code calls it inside the extension host. */
export async function run(): Promise<void> {
  const output = process.env['DATAFLOW_BENCH_RESULT']
  if (output === undefined) throw new Error('The bench has no result file.')
  const notebook = await showSqlNotebook(['SELECT 1'])
  const times: number[] = []
  for (let turn = -warmUps; turn < runs; turn++) {
    const started = performance.now()
    const cell = await runCell(notebook, 0)
    const ms = performance.now() - started
    if (cell.executionSummary?.success !== true) throw new Error(`SELECT 1 failed as a cell: ${JSON.stringify(cell.outputs)}`)
    if (turn >= 0) times.push(ms)
  }
  writeFileSync(output, JSON.stringify(times))
}
