import assert from 'node:assert/strict'
import { tableFromIPC } from 'apache-arrow'
import { jsonRecords } from '#arrow/json.ts'
import { isProblem } from '#base/errors.ts'
import { describeTable, listFiles, listHistory, readTableRows } from '#delta/reads.ts'
import { openTable, type DeltaTable } from '#delta/table.ts'
import { WatchedStore } from '../../fakes/watchedStore.ts'
import { fixtureTables, type TableFiles } from '../../support/fuzzTables.ts'

const never = new AbortController().signal
const all = { offset: 0, limit: Infinity }
const rowsOfInsert = 7

/** The fixture `multipart`: version 0 is empty, each of the versions 1 to 5 adds seven rows; a checkpoint of four parts stands at 4. */
const files = fixtureTables().get('multipart') ?? new Map<string, Uint8Array>()

type Step = (store: WatchedStore) => Promise<void>

/** What one writer does while we read: two commits, a checkpoint, and the clean-up of all that is older. */
const steps: readonly Step[] = [
  putting(isOf(4, 'json')),
  ...[1, 2, 3, 4].map(part => putting(path => path.includes(`4.checkpoint.000000000${part}.`))),
  putting(path => path.endsWith('_last_checkpoint')),
  ...[0, 1, 2, 3].map(version => deleting(isOf(version, 'json'))),
  putting(isOf(5, 'json')),
]

const questions = {
  describe: async (table: DeltaTable) => {
    const { version, numFiles, numRecords } = await describeTable(table, {}, never)
    assert.ok(version >= 3 && version <= 5)
    assert.deepEqual({ numRecords, some: (numFiles ?? 0) > 0 }, { numRecords: version * rowsOfInsert, some: true })
  },
  rows: async (table: DeltaTable) => {
    const { version, arrow } = await readTableRows(table, {}, all, never)
    const ids = Array.from(jsonRecords(tableFromIPC(arrow)), row => Number(row['id']))
    assert.deepEqual(
      ids.toSorted((a, b) => a - b),
      idsOf(version),
    )
  },
  files: async (table: DeltaTable) => {
    const { version, files: listed } = await listFiles(table, { at: {}, offset: 0, limit: 1000 }, never)
    assert.equal(
      listed.reduce((sum, { numRecords }) => sum + (numRecords ?? 0), 0),
      version * rowsOfInsert,
    )
  },
  history: async (table: DeltaTable) => {
    const { entries } = await listHistory(table, { limit: 1000 }, never)
    const versions = entries.map(({ version }) => version)
    assert.deepEqual(
      versions,
      versions.map((_, i) => (versions[0] ?? 0) - i),
    )
    assert.deepEqual(new Set(entries.slice(0, 2).map(({ operation }) => operation)), new Set(['WRITE']))
  },
}

describe('reading while a writer commits and cleans up', () => {
  for (const [question, ask] of Object.entries(questions)) {
    it(`${question}: the whole of some version, whenever the writer comes in`, async () => {
      const requests = await requestsOf(ask)
      assert.ok(requests > 1)
      for (let at = 1; at <= requests; at += 1) {
        for (let to = 1; to <= steps.length; to += 1) {
          await race(ask, { at, from: 0, to })
          await race(ask, { at, from: to - 1, to })
        }
      }
    }).timeout(30_000)
  }

  it('gives a clear failure, and no version in part, when a file of the table vanishes for good', async () => {
    for (const path of [...files.keys()].filter(each => /\d{20}\.json$|parquet$/.test(each))) {
      for (const ask of [questions.describe, questions.rows, questions.files]) {
        const store = await storeOf(files)
        store.before = request => (request === 2 ? store.delete(`t/${path}`) : Promise.resolve())
        await ask(openTable(store, 't')).catch((error: unknown) => {
          assert.ok(isProblem(error, 'notFound'), `${path}: ${String(error)}`)
          assert.match(error.message, /^(?:Cannot read memory:|There is no object memory:).*\.$/)
        })
      }
    }
  })

  it('asks the log no more than twice when things vanish without end', async () => {
    const store = await storeOf(files)
    let lists = 0
    store.before = async (_, key) => {
      if (key.endsWith('_delta_log/')) await store.put(`t/_delta_log/${String(5 + (lists += 1)).padStart(20, '0')}.json`, new Uint8Array(0))
      else await store.delete(key)
    }
    await assert.rejects(describeTable(openTable(store, 't'), {}, never), (error: unknown) => isProblem(error, 'notFound'))
    assert.ok(lists <= 4, `${lists} lists`)
  })
})

/** The first `from` steps are done before we begin, those up to `to` right before request `at`. */
async function race(ask: (table: DeltaTable) => Promise<void>, { at, from, to }: { at: number; from: number; to: number }): Promise<void> {
  const store = await storeOf(before())
  for (const step of steps.slice(0, from)) await step(store)
  store.before = async request => {
    if (request === at) for (const step of steps.slice(from, to)) await step(store)
  }
  try {
    await ask(openTable(store, 't'))
  } catch (error) {
    throw new Error(`steps ${from} to ${to} before request ${at}`, { cause: error })
  }
}

async function requestsOf(ask: (table: DeltaTable) => Promise<void>): Promise<number> {
  const store = await storeOf(before())
  await ask(openTable(store, 't'))
  return store.requests
}

/** The table at version 3. */
function before(): TableFiles {
  return new Map([...files].filter(([path]) => !/\/(?:0{19}[45]\.|_last)/.test(path)))
}

async function storeOf(content: TableFiles): Promise<WatchedStore> {
  const store = new WatchedStore()
  for (const [path, bytes] of content) await store.put(`t/${path}`, bytes)
  return store
}

function putting(isMeant: (path: string) => boolean): Step {
  return async store => {
    for (const [path, bytes] of files) if (isMeant(path)) await store.put(`t/${path}`, bytes)
  }
}

function deleting(isMeant: (path: string) => boolean): Step {
  return async store => {
    for (const path of files.keys()) if (isMeant(path)) await store.delete(`t/${path}`)
  }
}

function isOf(version: number, ending: string): (path: string) => boolean {
  return path => path === `_delta_log/${String(version).padStart(20, '0')}.${ending}`
}

function idsOf(version: number): readonly number[] {
  return Array.from({ length: version * rowsOfInsert }, (_, i) => (Math.floor(i / rowsOfInsert) + 1) * 10 + (i % rowsOfInsert))
}
