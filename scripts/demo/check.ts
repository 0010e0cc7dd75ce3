import { mkdirSync } from 'node:fs'
import { demoTables, isSame, type DemoRow, type DemoTable, type Figures } from '#app/demoTables.ts'
import { openTestBed, type TestBed } from '../gates/testBed.ts'
import { openBrowser } from '../workbench/browser.ts'
import { GridReader } from '../workbench/gridReader.ts'
import { Lakehouse } from '../workbench/lakehouse.ts'
import { startServer, type Server } from '../workbench/server.ts'
import { Workbench } from '../workbench/workbench.ts'
import { askRows } from './cli.ts'
import { checkNotebook } from './checkNotebook.ts'
import { ProgressLine } from './progress.ts'
import { compareRows } from './shownTable.ts'

/** What was seen of one demo table: one line of the check's output. */
interface TableReport {
  readonly table: string
  /** The newest version. */
  readonly version: number
  /** Rows of the newest version. */
  readonly rows: number
  /** Rows of every version, from 0 on. */
  readonly versions: readonly number[]
  /** Measured on all rows of the newest version as the grid shows them. */
  readonly figures: Figures
  readonly problems: readonly string[]
}

const shots = 'build/start-check'
/** All columns of every demo table fit, so that a row is read whole. */
const window = { width: 1680, height: 1000 }
/** Rows of an older version that are compared. */
const comparedRows = 40

/** Drives the product on a stack of its own, as a person would; true when all it saw is right and no process is left. */
export async function check(): Promise<boolean> {
  mkdirSync(shots, { recursive: true })
  const bed = openTestBed()
  let isRight = false
  try {
    isRight = await checkOn(bed)
  } finally {
    const left = await bed.close()
    for (const { pid, command } of left) tell(`✘ Process ${pid} was left running: ${command}`)
    isRight &&= left.length === 0
  }
  tell(isRight ? `✔ The workbench shows what the command line reads; see ${shots}/.` : `✘ Not all is as it should be; see ${shots}/.`)
  return isRight
}

async function checkOn(bed: TestBed): Promise<boolean> {
  const line = new ProgressLine()
  await bed.openStack(progress => line.show(progress))
  line.show({ step: 'Opening the workbench' })
  const server = await startServer({ extensions: [process.cwd()], env: bed.env })
  const browser = await openBrowser(window)
  const workbench = new Workbench(browser.page, shots)
  try {
    await workbench.open(server.url(bed.project))
    return await drive(workbench, bed.project, line)
  } catch (error) {
    await keepFailure(workbench, server)
    throw error
  } finally {
    line.end()
    await browser.stop()
    await server.stop()
  }
}

async function drive(workbench: Workbench, project: string, line: ProgressLine): Promise<boolean> {
  const lakehouse = new Lakehouse(workbench)
  await lakehouse.open()
  await lakehouse.childrenOf('Local stack')
  await workbench.shot('lakehouse')
  let isRight = true
  for (const table of demoTables) {
    line.show({ step: `Looking at ${table.layer}/${table.name}` })
    const report = await checkTable(lakehouse, table, project)
    await workbench.shot(table.name)
    line.end()
    process.stdout.write(`${JSON.stringify(report)}\n`)
    isRight &&= report.problems.length === 0
  }
  line.show({ step: 'Running the notebook' })
  const problems = await checkNotebook(workbench, project)
  line.end()
  for (const problem of problems) tell(`✘ ${problem}`)
  return isRight && problems.length === 0
}

/** Clicks every version of a table, newest last, and compares what the grid shows with the command line. */
async function checkTable(lakehouse: Lakehouse, table: DemoTable, project: string): Promise<TableReport> {
  const path = ['Local stack', table.layer, table.name, 'Versions']
  const listed = await lakehouse.childrenOf(...path)
  const versions: number[] = []
  const problems: string[] = []
  let rows: readonly DemoRow[] = []
  for (const version of table.rows.keys()) {
    const isNewest = version === table.version
    await (await lakehouse.reveal(...path, `Version ${version}`)).click()
    const grid = new GridReader(await lakehouse.previewOf(table.name, version))
    const shown = await grid.read(isNewest ? Number.MAX_SAFE_INTEGER : comparedRows)
    const expected = await askRows(project, table, version)
    versions.push(await grid.rowCount())
    const compared = isNewest ? expected : expected.slice(0, comparedRows)
    problems.push(...compareRows(shown, compared).map(problem => `version ${version}: ${problem}`))
    if (versions.at(-1) !== expected.length) problems.push(`version ${version}: the command line has ${expected.length} rows`)
    rows = shown.rows
  }
  const figures = table.measure(rows)
  if (listed.length !== table.rows.length) problems.push(`the tree lists ${listed.join(', ')}`)
  if (versions.join() !== table.rows.join()) problems.push(`${versions.join()} rows are shown, ${table.rows.join()} expected`)
  if (!isSame(figures, table.figures)) problems.push(`the figures should be ${JSON.stringify(table.figures)}`)
  return { table: `${table.layer}/${table.name}`, version: table.version, rows: rows.length, versions, figures, problems }
}

async function keepFailure(workbench: Workbench, server: Server): Promise<void> {
  await workbench.shot('failure').catch(() => {})
  server.collectLogs(`${shots}/failure`)
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`)
}
