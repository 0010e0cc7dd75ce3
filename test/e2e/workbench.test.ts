import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Frame } from 'playwright-core'
import { openBrowser, type Browser } from '../../scripts/workbench/browser.ts'
import { GridReader } from '../../scripts/workbench/gridReader.ts'
import { Lakehouse } from '../../scripts/workbench/lakehouse.ts'
import { startServer, type Server } from '../../scripts/workbench/server.ts'
import { stackRows } from '../../scripts/workbench/stackRows.ts'
import { Workbench } from '../../scripts/workbench/workbench.ts'
import { requireStack } from '../support/testStack.ts'

const kernel = 'DataFlow Lab: Spark'
const table = ['Local stack', 'gold', 'stocks_daily_metrics'] as const
const columnsOfMetrics = ['symbol', 'date', 'avg_close', 'total_volume', 'volume_price_ratio', 'daily_return', 'ma5', 'ma30']
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

describe('workbench', () => {
  const foreign = new Set<string>()
  let server: Server
  let browser: Browser
  let workbench: Workbench
  let lakehouse: Lakehouse

  before(async function () {
    // The packed extension, installed as a user installs it.
    const { project } = requireStack(this)
    server = await startServer({ extensions: ['build/dataflow-lab.vsix'] })
    browser = await openBrowser()
    browser.page.on('request', request => foreign.add(new URL(request.url()).host))
    workbench = new Workbench(browser.page, 'build/screenshots')
    lakehouse = new Lakehouse(workbench)
    await workbench.open(server.url(project))
  })

  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return
    await workbench.shot(`failed ${this.currentTest.title}`)
    server.collectLogs('build/e2e-failure')
  })

  after(async () => {
    await browser?.stop()
    await server?.stop()
  })

  it('shows buckets, tables, versions, schema and files below the connection of the stack', async () => {
    await lakehouse.open()
    assert.deepEqual(await lakehouse.childrenOf('Local stack'), ['bronze', 'gold', 'mlflow', 'silver'])
    assert.deepEqual(await lakehouse.childrenOf(...table, 'Schema'), columnsOfMetrics)
    const versions = await lakehouse.childrenOf(...table, 'Versions')
    assert.deepEqual(versions, ['Version 5', 'Version 4', 'Version 3', 'Version 2', 'Version 1', 'Version 0'])
    await workbench.shot('lakehouse')
  })

  it('shows the services by group, with their state and what they use', async () => {
    const rows = await stackRows(browser.page, /^Spark, healthy · port \d+ · up .* · \d+ % CPU · [\d.,]+ [MG]B$/)
    assert.deepEqual(
      rows.map(row => row.split(',')[0]),
      ['Core', 'Object store', 'Spark', 'Machine learning', 'MLflow', 'Processing', 'Prefect', 'Visualization', 'Streamlit', 'NGINX'],
    )
    assert.equal(await browser.page.locator('.statusbar-item', { hasText: 'Lakehouse running' }).count(), 1)
    await workbench.shot('stack')
  })

  it('previews the version that was clicked, then another one', async () => {
    await (await lakehouse.reveal(...table, 'Versions', 'Version 5')).click()
    const page = await lakehouse.previewOf('stocks_daily_metrics', 5)
    const { columns, rows } = await new GridReader(page).read(3)
    assert.deepEqual(columns, columnsOfMetrics)
    assert.equal(rows.length, 3)
    await workbench.shot('preview')
    await (await lakehouse.reveal(...table, 'Versions', 'Version 0')).click()
    const older = await lakehouse.previewOf('stocks_daily_metrics', 0)
    assert.deepEqual((await new GridReader(older).read(1)).columns, ['symbol', 'date', 'avg_close', 'total_volume'])
    assert.equal(await new GridReader(older).rowCount(), 5665)
  })

  it('has a preview without accessibility violations', async () => {
    const page = await lakehouse.previewOf('stocks_daily_metrics', 0)
    assert.deepEqual(await violations(page), [])
  })

  it('runs the SQL cells of a notebook and shows their rows', async () => {
    await workbench.openFile('lake.ipynb')
    await workbench.runCell(0, kernel)
    const outputs = await workbench.webviewWith('.dfl-result')
    const { rows } = await new GridReader(outputs).read(1)
    assert.equal(rows[0]?.['greeting'], 'Hello, lake')
    await workbench.command('Notebook: Run All')
    const last = outputs.locator('.dfl-headcell', { hasText: 'change_percent' })
    await workbench.scrollTo(last)
    await workbench.shot('notebook')
  })

  it('asks nothing of other hosts', () => {
    const own = new Set([server.authority])
    assert.deepEqual(
      [...foreign].filter(host => host !== '' && !own.has(host) && !host.endsWith('.vscode-cdn.net')),
      [],
    )
  })
})

/** Ids of what axe finds wrong in a page, with the first element of each. */
async function violations(page: Frame): Promise<unknown> {
  await page.evaluate(axe)
  return await page.evaluate(`axe.run({ rules: { region: { enabled: false } } }).then(({ violations }) =>
    violations.map(({ id, nodes }) => ({ id, first: nodes[0].html })))`)
}
