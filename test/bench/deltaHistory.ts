import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Place } from '#app/place.ts'
import { makeHistoryTable } from './historyTable.ts'
import { rowBeside, type BenchRow } from './row.ts'
import { startTimed, type TimedProcess } from './timedProcess.ts'

const versions = 10_000
const firstPage = 100
const runs = 7

/**
 * The history of a table of 10,000 commits in processes that have loaded what they need and read nothing before, turn by turn with
 * `deltalake`: all of it, and the newest 100 versions. `python` has deltalake; the table is made at `folder` once.
 */
export async function benchHistory(folder: string, python: string): Promise<readonly BenchRow[]> {
  makeHistoryTable(folder, versions)
  const place: Place = { store: { kind: 'local', folder }, key: '' }
  const sides = (limit: number, theirs: number): Sides => ({
    own: () => startOwn(place, limit),
    peer: () => startTimed(python, [fileIn('historyDeltalake.py'), folder, String(theirs)]),
  })
  return [
    await compare('delta-history/all', sides(versions, 0)),
    await compare(`delta-history/first-${firstPage}`, sides(firstPage, firstPage)),
  ]
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

function startOwn(place: Place, limit: number): TimedProcess {
  return startTimed(process.execPath, [fileIn('historyOwn.ts'), resolve('dist/core.cjs'), JSON.stringify(place), String(limit)])
}

function fileIn(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url))
}
