import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { tableFromIPC } from 'apache-arrow'
import { jsonRecords } from '#arrow/json.ts'
import { isProblem } from '#base/errors.ts'
import { describeTable, listFiles, listHistory, readTableRows } from '#delta/reads.ts'
import { openTable } from '#delta/table.ts'
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

/** Outcomes by question: `history`, `describe N`, `files N`, `rows N`. */
export type Outcomes = ReadonlyMap<string, Outcome>

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
  await ask('history', async () => (await listHistory(table, { limit: 1000 }, never)).entries)
  for (const version of [undefined, ...versions]) {
    const at = version === undefined ? {} : { version }
    await ask(`describe ${version ?? 'newest'}`, () => describeTable(table, at, never))
    await ask(`files ${version ?? 'newest'}`, () => listFiles(table, { at, offset: 0, limit: 1000 }, never))
    await ask(`rows ${version ?? 'newest'}`, async () => {
      const { arrow, rows } = await readTableRows(table, at, { offset: 0, limit: 100_000 }, never)
      const found = Array.from(jsonRecords(tableFromIPC(arrow)), row => JSON.stringify(row)).toSorted()
      return { rows, found }
    })
  }
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
