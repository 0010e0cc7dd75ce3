// CORE.CJS URL WHAT ID: the bundle as shipped answers each line of stdin with the ms that it takes; see mlflowPython.py.
import { createInterface } from 'node:readline'
import { loadLakehouse } from './ownLakehouse.ts'

const [core = '', url = '', what = '', id = ''] = process.argv.slice(2)
const name = 'bench'
const client = loadLakehouse(core, [{ name, mlflow: url }])().mlflow.client(name)
const never = new AbortController().signal

const work: Readonly<Record<string, () => Promise<boolean>>> = {
  runs: async () => {
    const { items } = await client.searchRuns({ experimentId: id, filter: '' }, { limit: 50 }, never)
    return items.length === 50 && items[0]?.name === 'run 9999'
  },
  history: async () => (await client.metricHistory({ runId: id, key: 'loss' }, never)).steps.length === 25_000,
  chart: async () => (await client.sampledHistory({ runId: id, key: 'loss' }, { points: 2000 }, never)).steps.length === 2000,
}

process.stdout.write('ready\n')
for await (const _ of createInterface({ input: process.stdin })) {
  const start = performance.now()
  const isRight = await work[what]?.()
  const elapsed = performance.now() - start
  if (!isRight) throw new Error(`${what} gave something else.`)
  process.stdout.write(`${elapsed}\n`)
}
