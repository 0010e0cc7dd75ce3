import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { decodeArrow } from '#arrow/ipc.ts'
import { systemClock } from '#base/clock.ts'
import { fromProblem } from '#base/errors.ts'
import { createSparkServers } from '#app/sparkServers.ts'
import { createStatements, type Statements } from '#app/statements.ts'
import type { LiveStack } from '../support/liveStack.ts'
import { rowBeside, type BenchRow } from './row.ts'
import { startTimed, type TimedProcess } from './timedProcess.ts'

const warmUps = 10
const runs = 30
const userId = 'bench'

/**
 * From the text handed to the app until its last row is decoded, against PySpark Connect in the same session, turn by turn.
 * `python` is an interpreter that has PySpark with its Connect client.
 */
export async function benchCellLatency({ spark }: Pick<LiveStack, 'spark'>, python: string): Promise<readonly BenchRow[]> {
  const sessionId = randomUUID()
  const address = `sc://localhost:${spark.port}/;user_id=${userId};session_id=${sessionId}`
  const servers = createSparkServers(
    { get: name => ({ name, spark: address }), sparkToken: async () => spark.token },
    { userId, clientType: 'dataflow-lab bench' },
  )
  const statements = createStatements({ connect: servers.connect, clock: systemClock })
  const peer = startPeer(python, address, spark.token)
  try {
    await peer.first
    const ours: number[] = []
    const theirs: number[] = []
    for (let turn = -warmUps; turn < runs; turn += 1) {
      const [own, other] = [await selectOne(statements), await peer.again()]
      if (turn < 0) continue
      ours.push(own)
      theirs.push(other)
    }
    process.stderr.write(`cell-latency/sql, ms: ${show(ours)}\npyspark, ms: ${show(theirs)}\n`)
    return [rowBeside('cell-latency/sql', ours, 'pyspark', theirs)]
  } finally {
    peer.end()
    await statements.release('bench')
    servers.dispose()
  }
}

async function selectOne(statements: Statements): Promise<number> {
  const start = performance.now()
  let rows: unknown[] = []
  const options = { connection: 'bench', notebookId: 'bench', limitRows: 10_000 }
  for await (const event of statements.run('SELECT 1', options, new AbortController().signal)) {
    if (event.kind === 'failed') throw fromProblem(event.problem)
    if (event.kind === 'batch') rows = decodeArrow(event.arrow).toArray()
  }
  const elapsed = performance.now() - start
  if (rows.length !== 1) throw new Error(`SELECT 1 gave ${rows.length} rows`)
  return elapsed
}

function startPeer(python: string, address: string, token: string): TimedProcess {
  const env = { ...process.env, SPARK_REMOTE: address, SPARK_CONNECT_AUTHENTICATE_TOKEN: token }
  return startTimed(python, [fileURLToPath(new URL('pysparkPeer.py', import.meta.url))], env)
}

function show(values: readonly number[]): string {
  return values.map(ms => ms.toFixed(1)).join(' ')
}
