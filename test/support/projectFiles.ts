import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { localStackName } from '#app/connection.ts'
import { environmentFolder } from '../docker/productFolders.ts'
import type { LakehouseProject } from './lakehouseProject.ts'

const never = new AbortController().signal

/** Exact, because raw/orders.csv is: 405 lines, 7 of them no orders, 5 of them corrections. */
const sales = [
  { country: 'BR', orders: 93, revenue: '3905.20' },
  { country: 'DE', orders: 87, revenue: '4007.00' },
  { country: 'PT', orders: 111, revenue: '5875.05' },
  { country: 'US', orders: 102, revenue: '4779.85' },
]

/** What a project's own files do on a running stack, whoever runs it. */
export function runsItsFiles(open: () => LakehouseProject): void {
  it('has a notebook whose cells run from top to bottom, again and again', async () => {
    const project = open()
    for (let round = 0; round < 2; round += 1) {
      const answers = new Map<number, readonly object[]>()
      for (const [index, cell] of cellsOf(project).entries()) answers.set(index, await project.sql(cell))
      const last = answers.get(answers.size - 1)
      assert.deepEqual(last, [
        average('sensor-1', 20, 20),
        average('sensor-2', 21, 19),
        average('sensor-3', 22, 22),
        average('sensor-4', null, 19.5),
      ])
    }
  })

  it('is a connection of its own to the explorer and to the view of runs', async () => {
    const { catalog, mlflow } = open().lakehouse
    const buckets = await catalog.children({ kind: 'connection', name: localStackName }, never)
    assert.deepEqual(buckets.map(node => ('name' in node ? node.name : node.kind)).toSorted(), ['bronze', 'gold', 'mlflow', 'silver'])
    const { items } = await mlflow.client(localStackName).searchExperiments({ limit: 10 }, never)
    assert.ok(items.some(({ name }) => name === 'Default'))
  })

  it('has a flow that moves raw orders to daily sales, seen in Prefect, and counts a file once', async () => {
    const project = open()
    for (let round = 0; round < 2; round += 1) {
      const said = await project.run(await python('prefect'), ['flows/medallion.py'], {
        PREFECT_HOME: join(project.folder, 'data', 'client'),
      })
      assert.deepEqual(JSON.parse(said.slice(said.indexOf('['))), sales)
    }
    const counts =
      await project.sql(`SELECT (SELECT count(*) FROM bronze.orders_raw) AS bronze, (SELECT count(*) FROM silver.orders) AS silver,
      (SELECT count(*) FROM silver.orders_quarantine) AS quarantine`)
    assert.deepEqual(counts, [{ bronze: 405, silver: 393, quarantine: 7 }])
    const runs = await prefect<readonly { readonly state_type: string }[]>(project, '/flow_runs/filter')
    assert.deepEqual(
      runs.map(run => run.state_type),
      ['COMPLETED', 'COMPLETED'],
    )
    const artifacts = await prefect<readonly { readonly key: string; readonly data: string }[]>(project, '/artifacts/filter')
    assert.deepEqual(JSON.parse(artifacts.find(({ key }) => key === 'sales-by-country')?.data ?? ''), sales)
  })

  it('stamps the commits of the flow with its run', async () => {
    const project = open()
    const [commit] = await project.sql('DESCRIBE HISTORY gold.daily_sales LIMIT 1')
    const stamp: unknown = JSON.parse(typeof commit?.['userMetadata'] === 'string' ? commit['userMetadata'] : '')
    const runs = await prefect<readonly { readonly id: string; readonly name: string }[]>(project, '/flow_runs/filter', {
      sort: 'START_TIME_DESC',
    })
    assert.deepEqual(stamp, { job: 'flows/medallion.py', prefectRun: runs[0]?.id, run: runs[0]?.name })
  })

  it('has a page that shows the gold tables at any version', async () => {
    const project = open()
    const page = [resolve('test/support/appTest.py'), join(project.folder, 'app/app.py')]
    const shown = JSON.parse(await project.run(await python('streamlit'), page))
    assert.deepEqual([shown.problems, shown.choices.Table, shown.rows], [[], ['daily_sales', 'product_sales'], 203])
    assert.deepEqual(shown.figures, { rows: '203', orders: '393', items: '1,960', revenue: '18,567.10' })
    // Two runs, each a new table and its compaction.
    assert.equal(shown.choices.Version.length, 4)
    const other = JSON.parse(await project.run(await python('streamlit'), [...page, 'product_sales']))
    assert.deepEqual([other.problems, other.rows, other.figures.revenue], [[], 5, '18,567.10'])
  })
}

/** The Python of the product's environment for Prefect's flows or Streamlit's pages. */
export async function python(name: 'prefect' | 'streamlit'): Promise<string> {
  return join(await environmentFolder(name), 'bin', 'python')
}

/** Asks the Prefect server of the project's stack. */
export async function prefect<T>({ ports }: LakehouseProject, path: string, body: object = {}): Promise<T> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`http://127.0.0.1:${ports.PREFECT_PORT}/api${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  assert.ok(answer.ok, `${path}: ${answer.status}`)
  // SAFETY: the shape that Prefect's API documents; the test fails where it is another.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return (await answer.json()) as T
}

/** The first answer that is none of undefined, within four minutes. */
export async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 240_000; Date.now() < end; await sleep(500)) {
    const answer = await ask()
    if (answer !== undefined) return answer
  }
  throw new Error('Not in time.')
}

function average(sensor: string, before: number | null, after: number): object {
  return { sensor, before, after }
}

function cellsOf({ folder }: LakehouseProject): readonly string[] {
  // SAFETY: our own template, in the notebook format 4.5.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { cells } = JSON.parse(readFileSync(join(folder, 'notebooks/first-steps.ipynb'), 'utf8')) as {
    readonly cells: readonly { readonly cell_type: string; readonly source: readonly string[] }[]
  }
  return cells.filter(cell => cell.cell_type === 'code').map(cell => cell.source.join(''))
}
