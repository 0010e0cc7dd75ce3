// `npm run --silent bench -- NAME`: JSON lines on stdout, everything else on stderr.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { systemClock } from '#base/clock.ts'
import { definedOnly } from '#runtime/childEnv.ts'
import { findPlaces } from '#runtime/places.ts'
import { ensureSparkRuntime } from '#runtime/sparkRuntime.ts'
import { openTestBed, type TestBed } from '../../scripts/gates/testBed.ts'
import { ProgressLine } from '../../scripts/demo/progress.ts'
import { ensurePeersPython } from '../support/peersPython.ts'
import { benchActivation } from './activation.ts'
import { benchCellLatency } from './cellLatency.ts'
import { benchHistory } from './deltaHistory.ts'
import { benchDeltaOpen } from './deltaOpen.ts'
import { benchPreviewLocal, benchPreviewS3 } from './deltaPreview.ts'
import { benchSnapshotLocal, benchSnapshotS3 } from './deltaSnapshot.ts'
import { runHostBench } from './hostBench.ts'
import { benchMetricChart, benchMlflowRuns } from './mlflow.ts'
import { median, rowWithoutPeer, type BenchRow } from './row.ts'
import { benchStackIdle } from './stackIdle.ts'
import { benchStackUp } from './stackUp.ts'
import { benchVsixSize } from './vsixSize.ts'

const benches: Readonly<Record<string, () => Promise<readonly BenchRow[]>>> = {
  activation: benchActivation,
  'vsix-size': benchVsixSize,
  'cell-latency': () => onStack(benchCells),
  'delta-history': benchHistoryLocal,
  'delta-open': benchDeltaOpen,
  'delta-snapshot': () => onStack(benchSnapshot),
  'delta-preview': () => onStack(benchPreview),
  'stack-idle': () => onStack(benchStackIdle),
  'stack-up': benchStackUp,
  'mlflow-runs': benchMlflowRuns,
  'metric-chart': benchMetricChart,
}

process.exitCode = await main(process.argv.slice(2))

async function main([name, ...more]: readonly string[]): Promise<number> {
  const bench = name === undefined ? undefined : benches[name]
  if (!bench || more.length > 0) {
    process.stderr.write(`Usage: npm run --silent bench -- ${Object.keys(benches).join('|')}\n`)
    return 2
  }
  execFileSync('npm', ['run', '--silent', 'package'], { stdio: ['ignore', 'ignore', 'inherit'] })
  for (const row of await bench()) process.stdout.write(`${JSON.stringify(row)}\n`)
  return 0
}

/** Runs a bench on a stack of its own with the demo lake. */
async function onStack(bench: (bed: TestBed) => Promise<readonly BenchRow[]>): Promise<readonly BenchRow[]> {
  const bed = openTestBed()
  try {
    return await bench(bed)
  } finally {
    for (const { pid, command } of await bed.close()) process.stderr.write(`Process ${pid} was left running: ${command}\n`)
  }
}

async function benchCells(bed: TestBed): Promise<readonly BenchRow[]> {
  const line = new ProgressLine()
  const { endpoints, secrets } = await bed.openStack(progress => line.show(progress))
  line.end()
  const env = definedOnly(process.env)
  const context = { env, clock: systemClock, cache: findPlaces(process.env).cache, report: () => {} }
  const { python } = await ensureSparkRuntime('locks', context, AbortSignal.timeout(60_000))
  const spark = { ...endpoints.spark, token: secrets.sparkToken }
  const rows = await benchCellLatency({ spark }, python)
  // SAFETY: host/cellLatency.ts wrote it.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const times = (await runHostBench('cellLatency', bed.project, bed.env)) as readonly number[]
  process.stderr.write(`cell-latency/editor, ms: ${times.map(ms => ms.toFixed(1)).join(' ')}\n`)
  return [...rows, rowWithoutPeer('cell-latency/editor', median(times), 'ms')]
}

async function benchPreview(bed: TestBed): Promise<readonly BenchRow[]> {
  const folder = join(findPlaces(process.env).cache, 'bench', 'delta-preview')
  const python = await ensurePeersPython(AbortSignal.timeout(600_000))
  const local = await benchPreviewLocal(folder, python)
  const line = new ProgressLine()
  const stack = await bed.openStack(progress => line.show(progress))
  line.end()
  return [...local, ...(await benchPreviewS3(folder, python, stack))]
}

async function benchHistoryLocal(): Promise<readonly BenchRow[]> {
  return await benchHistory(
    join(findPlaces(process.env).cache, 'bench', 'delta-history'),
    await ensurePeersPython(AbortSignal.timeout(600_000)),
  )
}

async function benchSnapshot(bed: TestBed): Promise<readonly BenchRow[]> {
  const folder = join(findPlaces(process.env).cache, 'bench', 'delta-snapshot')
  const python = await ensurePeersPython(AbortSignal.timeout(600_000))
  const local = await benchSnapshotLocal(folder, python)
  const line = new ProgressLine()
  const stack = await bed.openStack(progress => line.show(progress))
  line.end()
  return [...local, ...(await benchSnapshotS3(folder, python, stack))]
}
