import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { localStackName } from '#app/connection.ts'
import { systemClock } from '#base/clock.ts'
import { definedOnly } from '#runtime/childEnv.ts'
import { findPlaces } from '#runtime/places.ts'
import { ensureServerRuntime } from '#runtime/serverRuntime.ts'
import { openBrowser } from '../../scripts/workbench/browser.ts'
import { logExperiment, logRun, openMlflowBed, type MlflowBed } from '../support/mlflowBed.ts'
import { openRun } from '../support/pageHarness.ts'
import { pretendRun } from '../support/runHosts.ts'
import { rowBeside, rowWithoutPeer, median, type BenchRow } from './row.ts'
import { startTimed, type TimedProcess } from './timedProcess.ts'

const runs = 10_000
const points = 25_000
const turns = 15
const peer = 'mlflow (Python)'
const never = new AbortController().signal

/** The newest 50 of 10,000 runs of an experiment, turn by turn with MLflow's own client; both have asked before. */
export async function benchMlflowRuns(): Promise<readonly BenchRow[]> {
  const bed = await openMlflowBed()
  try {
    const python = await mlflowPython()
    const experimentId = await logExperiment(bed, 'many runs')
    execFileSync(python, ['-W', 'ignore', fileIn('mlflowRuns.py'), databaseOf(bed), experimentId, String(runs)], { stdio: 'inherit' })
    return [await compare('mlflow-runs', startOwn(bed, 'runs', experimentId), startPython(python, bed, 'runs', experimentId))]
  } finally {
    await bed.close()
  }
}

/** A metric of 25,000 points: all of them and those of a chart, read; and a chart in a page, from the click to the line. */
export async function benchMetricChart(): Promise<readonly BenchRow[]> {
  const bed = await openMlflowBed()
  try {
    const python = await mlflowPython()
    const experimentId = await logExperiment(bed, 'long metric')
    const loss = Array.from({ length: points }, (_, step) => [step, Math.sin(step / 50) / (1 + step / 5000)] as const)
    const { runId } = await logRun(bed, { experimentId, name: 'long', started: Date.now(), metrics: { loss } })
    const history = await compare('metric-chart/history', startOwn(bed, 'history', runId), startPython(python, bed, 'history', runId))
    const chart = await alone('metric-chart/read', startOwn(bed, 'chart', runId))
    return [history, chart, await benchDrawing(bed, runId)]
  } finally {
    await bed.close()
  }
}

async function benchDrawing({ lakehouse }: MlflowBed, runId: string): Promise<BenchRow> {
  const browser = await openBrowser()
  try {
    const reads = lakehouse.run({ connection: localStackName, runId })
    const times: number[] = []
    for (let turn = 0; turn < turns; turn += 1) {
      const page = await browser.page.context().newPage()
      const { open, readMetric } = reads
      await openRun(page, pretendRun({ open, readMetric }))
      await page.getByRole('tab', { name: /Metrics/ }).waitFor()
      times.push(Number(await page.evaluate(timeToLine)))
      await page.close()
    }
    process.stderr.write(`metric-chart/drawn, ms: ${show(times)}\n`)
    return rowWithoutPeer('metric-chart/drawn', median(times), 'ms')
  } finally {
    await browser.stop()
  }
}

/** In the page: from a click on the tab to the frame after the first that has a line on its canvas. */
const timeToLine = `(async () => {
  const start = performance.now()
  document.querySelector('#tab-metrics').click()
  const frame = () => new Promise(resolve => requestAnimationFrame(resolve))
  const isDrawn = () => {
    const canvas = document.querySelector('.dfr-chart canvas')
    if (!canvas || canvas.width === 0) return false
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    for (let i = 0; i < data.length; i += 4) if (data[i + 2] > 200 && data[i] < 120) return true
    return false
  }
  while (!isDrawn()) await frame()
  await frame()
  return performance.now() - start
})()`

async function compare(name: string, own: TimedProcess, theirs: TimedProcess): Promise<BenchRow> {
  try {
    await Promise.all([own.first, theirs.first])
    const [ours, others]: [number[], number[]] = [[], []]
    for (let turn = 0; turn <= turns; turn += 1) {
      const [mine, other] = [await own.again(), await theirs.again()]
      // The first has no connection yet.
      if (turn === 0) continue
      ours.push(mine)
      others.push(other)
    }
    process.stderr.write(`${name}, ms: ${show(ours)}\n${peer}, ms: ${show(others)}\n`)
    return rowBeside(name, ours, peer, others)
  } finally {
    own.end()
    theirs.end()
  }
}

/** MLflow's own client has nothing like it. */
async function alone(name: string, own: TimedProcess): Promise<BenchRow> {
  try {
    await own.first
    const ours: number[] = []
    for (let turn = 0; turn <= turns; turn += 1) ours.push(await own.again())
    process.stderr.write(`${name}, ms: ${show(ours.slice(1))}\n`)
    return rowWithoutPeer(name, median(ours.slice(1)), 'ms')
  } finally {
    own.end()
  }
}

function startOwn({ url }: MlflowBed, what: string, id: string): TimedProcess {
  return startTimed(process.execPath, [fileIn('mlflowOwn.ts'), resolve('dist/core.cjs'), url, what, id])
}

function startPython(python: string, { url }: MlflowBed, what: string, id: string): TimedProcess {
  return startTimed(python, [fileIn('mlflowPython.py'), url, what, id], { ...process.env, MLFLOW_DISABLE_TELEMETRY: 'true' })
}

/** The Python that runs the server, and has its client. */
async function mlflowPython(): Promise<string> {
  const context = { env: definedOnly(process.env), clock: systemClock, cache: findPlaces(process.env).cache, report: () => {} }
  return (await ensureServerRuntime('mlflow', 'locks', context, never)).python
}

function databaseOf({ env }: MlflowBed): string {
  const home = env['DATAFLOW_HOME'] ?? ''
  const found = readdirSync(home, { recursive: true, encoding: 'utf8' }).find(name => name.endsWith('mlflow.db'))
  if (found === undefined) throw new Error('The server has no database.')
  return join(home, found)
}

function fileIn(name: string): string {
  return join(import.meta.dirname, name)
}

function show(values: readonly number[]): string {
  return values.map(ms => ms.toFixed(1)).join(' ')
}
