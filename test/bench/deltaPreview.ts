import { execFileSync } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createTableReads } from '#app/deltaReads.ts'
import type { Place } from '#app/place.ts'
import { openStore } from '#storage/openStore.ts'
import type { CredentialSource, S3Spec } from '#storage/storeSpec.ts'
import type { TestStack } from '../support/testStack.ts'
import { codecs, columnNames, dataFile, makePreviewTables } from './previewTables.ts'
import { rowBeside, rowWithoutPeer, type BenchRow } from './row.ts'
import { s3Variables } from './s3Variables.ts'
import { startTimed, type TimedProcess } from './timedProcess.ts'

const runs = 15
const warmUps = 5
const core = resolve('dist/core.cjs')
const choices = [5, 20].map(count => ({ count, columns: columnNames.slice(0, count) }))

/**
 * The first 1,000 rows of a table of one file, 5,000,000 × 20 columns, until they are in memory. `…/started`: processes that begin
 * anew, from the loading of the product or of DuckDB on; `…/warm`: processes that have read before, but remember nothing of it.
 * `python` has deltalake and pyarrow; the tables are made below `folder` once.
 */
export async function benchPreviewLocal(folder: string, python: string): Promise<readonly BenchRow[]> {
  await makePreviewTables(folder, python)
  const rows: BenchRow[] = []
  for (const codec of codecs) {
    for (const { count, columns } of choices) {
      const place: Place = { store: { kind: 'local', folder }, key: codec }
      const own = (): TimedProcess => startOwn(place, columns)
      const duckdb = (): TimedProcess =>
        startTimed(process.execPath, [fileIn('previewDuckdb.ts'), join(folder, codec, dataFile), columns.join()])
      const name = `delta-preview/${codec}-${count}`
      rows.push(
        compare(
          `${name}/started`,
          'duckdb',
          await alternate(
            () => startOnce(own),
            () => startOnce(duckdb),
          ),
        ),
      )
      rows.push(compare(`${name}/warm`, 'duckdb', await warm(own(), duckdb())))
    }
  }
  return rows
}

/** The same on S3, beside `deltalake` in a process that has begun; and what it costs in requests and bytes. */
export async function benchPreviewS3(folder: string, python: string, stack: TestStack): Promise<readonly BenchRow[]> {
  await makePreviewTables(folder, python)
  const { endpoint, region } = stack.endpoints.s3
  const store: S3Spec = { kind: 's3', connection: 'bench', endpoint, region, pathStyle: true, bucket: 'bronze' }
  const place: Place = { store, key: 'delta-preview' }
  const credentials = () => Promise.resolve(stack.secrets.s3)
  const env = { ...process.env, ...s3Variables(stack) }
  execFileSync(python, [fileIn('upload.py'), join(folder, 'zstd'), 'bronze/delta-preview'], { env, stdio: ['ignore', 2, 2] })
  const rows: BenchRow[] = []
  for (const { count, columns } of choices) {
    const name = `delta-preview/s3-${count}`
    const peer = startTimed(python, [fileIn('previewDeltalake.py'), 's3://bronze/delta-preview', columns.join()], env)
    rows.push(compare(name, 'deltalake', await warm(startOwn(place, columns, env), peer)))
    const { requests, bytes } = await costOf(place, columns, credentials)
    rows.push(rowWithoutPeer(`${name}/requests`, requests, 'requests'), rowWithoutPeer(`${name}/bytes`, bytes / 1e6, 'MB'))
  }
  return rows
}

/** Times in ms, ours and a peer's. */
type Times = readonly [ours: readonly number[], theirs: readonly number[]]

function compare(name: string, peer: string, [ours, theirs]: Times): BenchRow {
  process.stderr.write(`${name}, ms: ${show(ours)}\n${peer}, ms: ${show(theirs)}\n`)
  return rowBeside(name, ours, peer, theirs)
}

function show(values: readonly number[]): string {
  return values.map(ms => ms.toFixed(1)).join(' ')
}

async function alternate(ours: () => Promise<number>, theirs: () => Promise<number>, firstTurn = 0): Promise<Times> {
  const times: [number[], number[]] = [[], []]
  for (let turn = firstTurn; turn < runs; turn += 1) {
    const [own, other] = [await ours(), await theirs()]
    if (turn < 0) continue
    times[0].push(own)
    times[1].push(other)
  }
  return times
}

async function warm(own: TimedProcess, peer: TimedProcess): Promise<Times> {
  try {
    await Promise.all([own.first, peer.first])
    return await alternate(
      () => own.again(),
      () => peer.again(),
      -warmUps,
    )
  } finally {
    own.end()
    peer.end()
  }
}

async function startOnce(start: () => TimedProcess): Promise<number> {
  const started = start()
  try {
    return Number(await started.first)
  } finally {
    started.end()
  }
}

function startOwn(place: Place, columns: readonly string[], env = process.env): TimedProcess {
  return startTimed(process.execPath, [fileIn('previewOwn.ts'), core, JSON.stringify(place), columns.join()], env)
}

function fileIn(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url))
}

/** Requests and bytes of a first preview, the log included. */
async function costOf(place: Place, columns: readonly string[], credentials: CredentialSource) {
  const cost = { requests: 0, bytes: 0 }
  const count = (message: unknown): void => {
    // SAFETY: what Node says of this channel.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const { response } = message as { readonly response: IncomingMessage }
    cost.requests += 1
    cost.bytes += Number(response.headers['content-length'] ?? 0)
  }
  subscribe('http.client.response.finish', count)
  try {
    const reads = createTableReads(spec => openStore(spec, credentials))
    await reads.rows({ place, at: {}, rows: { offset: 0, limit: 1000, columns } }, AbortSignal.timeout(60_000))
  } finally {
    unsubscribe('http.client.response.finish', count)
  }
  return cost
}
