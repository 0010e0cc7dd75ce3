import { execFileSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Place } from '#app/place.ts'
import type { S3Spec } from '#storage/storeSpec.ts'
import type { TestStack } from '../support/testStack.ts'
import { median, rowBeside, rowWithoutPeer, type BenchRow } from './row.ts'
import { s3Variables } from './s3Variables.ts'
import { checkpointFile, makeSnapshotTable, snapshotFiles } from './snapshotTable.ts'

const runs = 7
const bundle = resolve('build/bench/snapshotReads.cjs')

/** What one process took; its greatest size in MB. */
interface Taken {
  readonly ms: number
  readonly mb: number
  readonly files: number
}

type Start = () => Taken

/**
 * From the loading of a library until the files of a table with a million of them are in memory, every run a new process, beside the
 * better of DuckDB over the checkpoint and `deltalake`; and how much memory that took.
 */
export async function benchSnapshotLocal(folder: string, python: string): Promise<readonly BenchRow[]> {
  await makeSnapshotTable(folder, python)
  const place: Place = { store: { kind: 'local', folder }, key: '' }
  const rows: BenchRow[] = []
  for (const what of ['paths', 'files'] as const) {
    const own = (): Taken => start(process.execPath, [fileIn('snapshotOwn.ts'), bundle, JSON.stringify(place), what])
    const duckdb = (): Taken => start(process.execPath, [fileIn('snapshotDuckdb.ts'), join(folder, checkpointFile), what])
    const deltalake = (): Taken => start(python, [fileIn('snapshotDeltalake.py'), folder])
    rows.push(...compare(`delta-snapshot/local/${what}`, own, { duckdb, deltalake }))
  }
  return rows
}

/** The same on S3 beside `deltalake`. */
export async function benchSnapshotS3(folder: string, python: string, stack: TestStack): Promise<readonly BenchRow[]> {
  await makeSnapshotTable(folder, python)
  const { endpoint, region } = stack.endpoints.s3
  const store: S3Spec = { kind: 's3', connection: 'bench', endpoint, region, pathStyle: true, bucket: 'bronze' }
  const place: Place = { store, key: 'delta-snapshot' }
  const env = { ...process.env, ...s3Variables(stack) }
  execFileSync(python, [fileIn('upload.py'), folder, 'bronze/delta-snapshot'], { env, stdio: ['ignore', 2, 2] })
  const own = (): Taken => start(process.execPath, [fileIn('snapshotOwn.ts'), bundle, JSON.stringify(place), 'paths'], env)
  const deltalake = (): Taken => start(python, [fileIn('snapshotDeltalake.py'), 's3://bronze/delta-snapshot'], env)
  return compare('delta-snapshot/s3/paths', own, { deltalake }).slice(0, 1)
}

/** Turn by turn; the row of the times has the faster peer, that of the memory none. */
function compare(name: string, own: Start, peers: Readonly<Record<string, Start>>): readonly BenchRow[] {
  const ours: Taken[] = []
  const theirs = Object.entries(peers).map(([peer, run]) => ({ peer, run, taken: [] as Taken[] }))
  for (let turn = 0; turn < runs; turn += 1) {
    ours.push(own())
    for (const { run, taken } of theirs) taken.push(run())
  }
  for (const { peer, taken } of [{ peer: name, taken: ours }, ...theirs]) {
    process.stderr.write(`${peer}, ms: ${show(taken, 'ms')}; MB: ${show(taken, 'mb')}\n`)
  }
  const [best] = theirs.toSorted((a, b) => median(all(a.taken, 'ms')) - median(all(b.taken, 'ms')))
  if (!best) throw new Error('there is no peer')
  const times = rowBeside(name, all(ours, 'ms'), best.peer, all(best.taken, 'ms'))
  return [times, rowWithoutPeer(`${name}-memory`, median(all(ours, 'mb')), 'MB')]
}

function start(command: string, args: readonly string[], env: Readonly<NodeJS.ProcessEnv> = process.env): Taken {
  const said = execFileSync(command, args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  // SAFETY: what the processes of this bench print.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const taken = JSON.parse(said) as Taken
  if (taken.files !== snapshotFiles) throw new Error(`${args[0]} found ${taken.files} files`)
  return taken
}

function all(taken: readonly Taken[], member: 'ms' | 'mb'): readonly number[] {
  return taken.map(each => each[member])
}

function show(taken: readonly Taken[], member: 'ms' | 'mb'): string {
  return all(taken, member)
    .map(value => value.toFixed(0))
    .join(' ')
}

function fileIn(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url))
}
