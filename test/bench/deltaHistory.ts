import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Place } from '#app/place.ts'
import type { TestStack } from '../support/testStack.ts'
import { makeHistoryTable, versions } from './historyTable.ts'
import { rowBeside, type BenchRow } from './row.ts'
import { s3Variables } from './s3Variables.ts'
import { startTimed, type TimedProcess } from './timedProcess.ts'

const runs = 7
const s3Runs = 5
const firstPage = 100

/**
 * The history of a table of 10,000 commits in processes that have loaded what they need and read nothing before, turn by turn with
 * `deltalake`: all of it, and the newest 100 versions. `python` has deltalake; the table is made at `folder` once.
 */
export async function benchHistoryLocal(folder: string, python: string): Promise<readonly BenchRow[]> {
  makeHistoryTable(folder)
  const place: Place = { store: { kind: 'local', folder }, key: '' }
  const sides = (limit: number, theirs: number): Sides => ({
    own: () => startOwn(place, limit),
    peer: () => startTimed(python, [fileIn('historyDeltalake.py'), folder, String(theirs)]),
  })
  return [
    await compare('delta-history/all', sides(versions, 0), runs),
    await compare(`delta-history/first-${firstPage}`, sides(firstPage, firstPage), runs),
  ]
}

/** The newest 100 versions of the same table on S3. */
export async function benchHistoryS3(folder: string, python: string, stack: TestStack): Promise<readonly BenchRow[]> {
  makeHistoryTable(folder)
  const { endpoint, region } = stack.endpoints.s3
  const env = { ...process.env, ...s3Variables(stack) }
  execFileSync(python, [fileIn('upload.py'), folder, 'bronze/delta-history'], { env, stdio: ['ignore', 2, 2] })
  const place: Place = {
    store: { kind: 's3', connection: 'bench', endpoint, region, pathStyle: true, bucket: 'bronze' },
    key: 'delta-history',
  }
  const sides: Sides = {
    own: () => startOwn(place, firstPage, env),
    peer: () => startTimed(python, [fileIn('historyDeltalake.py'), 's3://bronze/delta-history', String(firstPage)], env),
  }
  return [await compare(`delta-history/s3-first-${firstPage}`, sides, s3Runs)]
}

interface Sides {
  readonly own: () => TimedProcess
  readonly peer: () => TimedProcess
}

async function compare(name: string, { own, peer }: Sides, turns: number): Promise<BenchRow> {
  const [ours, theirs]: [number[], number[]] = [[], []]
  for (let turn = 0; turn < turns; turn += 1) {
    ours.push(await firstRun(own()))
    theirs.push(await firstRun(peer()))
  }
  process.stderr.write(`${name}, ms: ${show(ours)}\ndeltalake, ms: ${show(theirs)}\n`)
  return rowBeside(name, ours, 'deltalake', theirs)
}

async function firstRun(started: TimedProcess): Promise<number> {
  try {
    await started.first
    return await started.again()
  } finally {
    started.end()
  }
}

function show(values: readonly number[]): string {
  return values.map(ms => ms.toFixed(1)).join(' ')
}

function startOwn(place: Place, limit: number, env = process.env): TimedProcess {
  return startTimed(process.execPath, [fileIn('historyOwn.ts'), resolve('dist/core.cjs'), JSON.stringify(place), String(limit)], env)
}

function fileIn(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url))
}
