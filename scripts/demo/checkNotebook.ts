import { readFileSync } from 'node:fs'
import type { Json } from '#arrow/json.ts'
import type { DemoRow } from '#app/demoTables.ts'
import { GridReader, type ShownTable } from '../workbench/gridReader.ts'
import type { Workbench } from '../workbench/workbench.ts'
import { askSql } from './cli.ts'
import { compareRows } from './shownTable.ts'

const file = 'lake.ipynb'
const comparedRows = 40
const kernel = 'DataFlow Lab: Spark'

/** Runs every cell of the demo notebook; answers where its grids show other rows than the command line, in words. */
export async function checkNotebook(workbench: Workbench, project: string): Promise<readonly string[]> {
  await workbench.openFile(file)
  await workbench.runCell(0, kernel)
  const outputs = await workbench.webviewWith('.dfl-result')
  await workbench.shot('notebook-first-cell')
  await workbench.command('Notebook: Run All')
  const problems: string[] = []
  for (const [index, sql] of statementsOf(file).entries()) {
    const expected = await askSql(project, sql)
    await workbench.scrollTo(outputs.locator('.dfl-result').nth(index))
    const shown = await new GridReader(outputs, index).read(comparedRows)
    const records = expected.slice(0, comparedRows).map(values => inView(shown, values))
    problems.push(...compareRows(shown, records).map(problem => `cell ${index + 1}: ${problem}`))
  }
  await workbench.shot('notebook')
  return problems
}

/** The values of a row whose columns are in view and hold no nested value, which a grid writes in its own way. */
function inView({ columns }: ShownTable, values: readonly Json[]): DemoRow {
  const named = columns.map((name, index) => [name, values[index] ?? null] as const)
  return Object.fromEntries(named.filter(([, value]) => value === null || typeof value !== 'object'))
}

function statementsOf(notebook: string): readonly string[] {
  // SAFETY: our own template, in the notebook format 4.5.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { cells } = JSON.parse(readFileSync(`templates/demo/${notebook}`, 'utf8')) as {
    readonly cells: readonly { readonly cell_type: string; readonly source: readonly string[] }[]
  }
  return cells.filter(cell => cell.cell_type === 'code').map(cell => cell.source.join(''))
}
