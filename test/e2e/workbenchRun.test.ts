import assert from 'node:assert/strict'
import { openBrowser, type Browser } from '../../scripts/workbench/browser.ts'
import { Lakehouse } from '../../scripts/workbench/lakehouse.ts'
import { startServer, type Server } from '../../scripts/workbench/server.ts'
import { Workbench } from '../../scripts/workbench/workbench.ts'
import { logExperiment, logRun, openMlflowBed, type LoggedRun, type MlflowBed } from '../support/mlflowBed.ts'

/** One story in the real workbench, on the real tracking server of a stack: each test goes on from where the one before has left it. */
describe('MLflow in the workbench', function () {
  // The environment of the server may have to be installed.
  this.timeout(10 * 60_000)
  let bed: MlflowBed
  let server: Server
  let browser: Browser
  let workbench: Workbench
  let view: Lakehouse
  let training: LoggedRun

  before(async () => {
    bed = await openMlflowBed()
    const experimentId = await logExperiment(bed, 'trading')
    const loss = Array.from({ length: 3000 }, (_, step) => [step, 1 / (step + 1)] as const)
    await logRun(bed, { experimentId, name: 'baseline', started: Date.now() - 600_000, metrics: { loss } })
    training = await logRun(bed, {
      experimentId,
      name: 'training',
      started: Date.now(),
      params: { rate: '0.1' },
      metrics: { loss: loss.slice(0, 20) },
    })
    await bed.upload(training, 'model/MLmodel', 'flavors: {}\n')
    server = await startServer({ extensions: ['build/dataflow-lab.vsix'], env: bed.env })
    browser = await openBrowser()
    workbench = new Workbench(browser.page, 'build/screenshots')
    view = new Lakehouse(workbench, 'MLflow')
    await workbench.open(server.url(bed.project))
  })

  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return
    await workbench.shot(`failed ${this.currentTest.title}`)
    server.collectLogs('build/e2e-failure')
  })

  after(async () => {
    await browser?.stop()
    await server?.stop()
    await bed?.close()
  })

  it('shows experiments and runs of the stack without any setting', async () => {
    await view.open()
    assert.deepEqual((await view.childrenOf('Local stack')).toSorted(), ['Default', 'trading'])
    assert.deepEqual(await view.childrenOf('Local stack', 'trading'), ['training', 'baseline'])
    assert.match(await (await view.reveal('Local stack', 'trading', 'baseline')).innerText(), /\d+ min ago · loss 0\.0003333/)
    await workbench.shot('mlflow')
  })

  it('opens a run with a chart of its metric', async () => {
    await (await view.reveal('Local stack', 'trading', 'training')).click()
    const page = await view.runOf('training')
    await page.getByRole('tab', { name: /Metrics/ }).click()
    await page.locator('.dfr-chart canvas').waitFor()
    assert.match((await page.locator('.dfr-chart').getAttribute('aria-label')) ?? '', /^loss: 20 points from 0 to 19/)
    await workbench.shot('run')
  })

  it('follows the run while it goes on', async () => {
    const page = await view.runOf('training')
    const metrics = Array.from({ length: 20 }, (_, i) => ({ key: 'loss', value: 0.01, step: 20 + i, timestamp: Date.now() }))
    await bed.post('runs/log-batch', { run_id: training.runId, metrics })
    await page.locator('.dfr-chart[aria-label^="loss: 40 points from 0 to 39"]').waitFor()
    await bed.post('runs/update', { run_id: training.runId, status: 'FINISHED', end_time: Date.now() })
    await page.locator('[data-status="finished"]').waitFor()
  })

  it('lists its artifacts from the bucket', async () => {
    const page = await view.runOf('training')
    await page.getByRole('tab', { name: 'Artifacts' }).click()
    await page.getByRole('treeitem', { name: 'model' }).click()
    await page.getByRole('treeitem', { name: 'MLmodel' }).waitFor()
    await workbench.shot('run-artifacts')
  })

  it('is back after a reload of the window, where it was', async () => {
    const loaded = browser.page.waitForEvent('load')
    await workbench.command('Developer: Reload Window')
    await loaded
    const page = await view.runOf('training')
    await page.getByRole('treeitem', { name: 'model' }).waitFor()
    assert.equal(await page.getByRole('tab', { name: 'Artifacts' }).getAttribute('aria-selected'), 'true')
  })

  it('keeps showing the run when the server is stopped, and says so', async () => {
    const page = await view.runOf('training')
    await bed.lakehouse.stack.change({ kind: 'down', services: ['mlflow'] }, () => {}, new AbortController().signal)
    await page.getByRole('button', { name: 'Refresh' }).click()
    await page.getByText(/Not up to date: .*(nothing listens|no connection named|has no MLflow server)/).waitFor()
    await workbench.shot('run-stale')
  })
})
