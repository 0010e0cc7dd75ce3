// Runs in an extension host on the project of a running stack: times SELECT 1 as a cell of a shown notebook.
import { writeFileSync } from 'node:fs'
import * as vscode from 'vscode'
import { outputsOf, runCell, showWithKernel } from '../../support/notebookRun.ts'

const warmUps = 10
const runs = 30

/** VS Code calls it inside the extension host. */
export async function run(): Promise<void> {
  const output = process.env['DATAFLOW_BENCH_RESULT']
  if (output === undefined) throw new Error('The bench has no result file.')
  const cell = new vscode.NotebookCellData(vscode.NotebookCellKind.Code, 'SELECT 1', 'sql')
  const notebook = await vscode.workspace.openNotebookDocument('jupyter-notebook', new vscode.NotebookData([cell]))
  await showWithKernel(notebook)
  const times: number[] = []
  for (let turn = -warmUps; turn < runs; turn++) {
    const started = performance.now()
    const succeeded = await runCell(notebook, 0)
    const ms = performance.now() - started
    if (succeeded !== true) throw new Error(`SELECT 1 failed as a cell: ${outputsOf(notebook, 0).join()}`)
    if (turn >= 0) times.push(ms)
  }
  writeFileSync(output, JSON.stringify(times))
}
