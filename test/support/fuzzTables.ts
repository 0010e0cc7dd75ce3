import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { tableFromIPC } from 'apache-arrow'
import { jsonRecords } from '#arrow/json.ts'
import { isProblem } from '#base/errors.ts'
import { describeTable, diffTable, listFiles, listHistory, readTableHealth, readTableRows } from '#delta/reads.ts'
import { openTable } from '#delta/table.ts'
import type { At, RowsRequest } from '#delta/types.ts'
import { MemoryStore } from '../fakes/memoryStore.ts'

/** A table as files by their path below it. */
export type TableFiles = ReadonlyMap<string, Uint8Array>

const folder = join(import.meta.dirname, '../fixtures/delta/tables')
const never = new AbortController().signal

/** All tables of the fixtures by name. */
export function fixtureTables(): ReadonlyMap<string, TableFiles> {
  const names = readdirSync(folder).filter(name => statSync(join(folder, name)).isDirectory())
  return new Map(names.map(name => [name, filesBelow(join(folder, name))]))
}

function filesBelow(root: string): TableFiles {
  const paths = readdirSync(root, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  return new Map(
    paths.map(({ parentPath, name }) => {
      const path = join(parentPath, name)
      return [relative(root, path).replaceAll('\\', '/'), new Uint8Array(readFileSync(path))]
    }),
  )
}

/** What one question to a table led to: an answer as text, or the code of a clear failure. */
export type Outcome =
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'problem'; readonly code: string; readonly message: string }

/** Outcomes by question: `history`, `diff`, and `describe`, `files`, `rows` of a version by its number; a few more of the `newest`. */
export type Outcomes = ReadonlyMap<string, Outcome>

/** What {@link askEverything} asks for as a page of the rows of the newest version. */
export const page = { offset: 3, limit: 5 }

/**
 * Asks a table everything, at the newest version and at each of `versions`.
 * @throws whatever is thrown that is no clear failure
 */
export async function askEverything(files: TableFiles, versions: readonly number[]): Promise<Outcomes> {
  const store = new MemoryStore()
  for (const [path, bytes] of files) await store.put(`t/${path}`, bytes)
  const table = openTable(store, 't')
  const outcomes = new Map<string, Outcome>()
  const ask = async (question: string, task: () => Promise<unknown>): Promise<void> => {
    outcomes.set(question, await outcomeOf(task))
  }
  const rowsOf = async (at: At, request: RowsRequest): Promise<readonly string[]> => {
    const { arrow } = await readTableRows(table, at, request, never)
    return Array.from(jsonRecords(tableFromIPC(arrow)), row => JSON.stringify(row))
  }
  await ask('history', async () => (await listHistory(table, { limit: 1000 }, never)).entries)
  for (const version of [undefined, ...versions]) {
    const at = version === undefined ? {} : { version }
    await ask(`describe ${version ?? 'newest'}`, () => describeTable(table, at, never))
    await ask(`files ${version ?? 'newest'}`, () => listFiles(table, { at, offset: 0, limit: 1000 }, never))
    await ask(`rows ${version ?? 'newest'}`, () => rowsOf(at, { offset: 0, limit: 100_000 }))
  }
  await ask('page newest', () => rowsOf({}, page))
  await ask('filter newest', () => rowsOf({}, { offset: 0, limit: 100_000, filter: 'id > 5' }))
  await ask('health newest', () => readTableHealth(table, {}, { now: 0 }, never))
  const [from = 0, to = from] = versions
  await ask('diff', () => diffTable(table, { from, to, sample: 5, mostBytes: 1_000_000 }, never))
  return outcomes
}

async function outcomeOf(task: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { kind: 'answer', text: JSON.stringify(await task()) }
  } catch (error) {
    if (!isProblem(error)) throw error
    return { kind: 'problem', code: error.code, message: error.message }
  }
}
