import { execFileSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Place } from '#app/place.ts'
import type { TestStack } from '../support/testStack.ts'
import { makeHistoryTable } from './historyTable.ts'
import { rowBeside, type BenchRow } from './row.ts'
import { s3Variables } from './s3Variables.ts'
import { startTimed, type TimedProcess } from './timedProcess.ts'

const versions = 10_000
/** On S3 the peer reads them all one by one before it answers: with 10,000 it takes minutes. */
const versionsOnS3 = 1_000
const firstPage = 100
const runs = 7

/**
 * The history of a table of 10,000 commits in processes that have loaded what they need and read nothing before, turn by turn with
 * `deltalake`: all of it, and the newest 100 versions. `python` has deltalake; the table is made below `folder` once.
 */
export async function benchHistoryLocal(folder: string, python: string): Promise<readonly BenchRow[]> {
  const table = tableOf(folder, versions)
  const place: Place = { store: { kind: 'local', folder: table }, key: '' }
  const sides = (limit: number, theirs: number): Sides => ({
    own: () => startOwn(place, limit),
    peer: () => startTimed(python, [fileIn('historyDeltalake.py'), table, String(theirs)]),
  })
  return [
    await compare('delta-history/all', sides(versions, 0)),
    await compare(`delta-history/first-${firstPage}`, sides(firstPage, firstPage)),
  ]
}

/** The newest 100 of 1,000 versions on S3. */
export async function benchHistoryS3(folder: string, python: string, stack: TestStack): Promise<readonly BenchRow[]> {
  const { endpoint, region } = stack.endpoints.s3
  const env = { ...process.env, ...s3Variables(stack) }
  execFileSync(python, [fileIn('upload.py'), tableOf(folder, versionsOnS3), 'bronze/delta-history'], { env, stdio: ['ignore', 2, 2] })
  const place: Place = {
    store: { kind: 's3', connection: 'bench', endpoint, region, pathStyle: true, bucket: 'bronze' },
    key: 'delta-history',
  }
  const sides: Sides = {
    own: () => startOwn(place, firstPage, env),
    peer: () => startTimed(python, [fileIn('historyDeltalake.py'), 's3://bronze/delta-history', String(firstPage)], env),
  }
  return [await compare(`delta-history/s3-first-${firstPage}`, sides)]
}

function tableOf(folder: string, commits: number): string {
  const table = join(folder, String(commits))
  makeHistoryTable(table, commits)
  return table
}

interface Sides {
  readonly own: () => TimedProcess
  readonly peer: () => TimedProcess
}

async function compare(name: string, { own, peer }: Sides): Promise<BenchRow> {
  const [ours, theirs]: [number[], number[]] = [[], []]
  for (let turn = 0; turn < runs; turn += 1) {
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
