import assert from 'node:assert/strict'
import { isProblem, LakehouseError } from '#base/errors.ts'
import { describeTable, listFiles, listHistory, readTableRows } from '#delta/reads.ts'
import { openTable, type DeltaTable, type Memo } from '#delta/table.ts'
import { WatchedStore } from '../../fakes/watchedStore.ts'
import { fixtureTables } from '../../support/fuzzTables.ts'

const never = new AbortController().signal

const questions: Readonly<Record<string, (table: DeltaTable) => Promise<unknown>>> = {
  describe: table => describeTable(table, {}, never),
  rows: table => readTableRows(table, {}, { offset: 0, limit: Infinity }, never),
  page: table => readTableRows(table, {}, { offset: 2, limit: 3 }, never),
  files: table => listFiles(table, { at: {}, offset: 0, limit: 1000 }, never),
  history: table => listHistory(table, { limit: 1000 }, never),
}

describe('a store that fails in the middle of a read', () => {
  for (const name of ['checkpoint_v2', 'multipart', 'clustered']) {
    it(`is named by whatever is asked of ${name}, and nothing of it is kept for the next time`, async () => {
      const files = fixtureTables().get(name) ?? new Map<string, Uint8Array>()
      for (const [question, ask] of Object.entries(questions)) {
        const expected = await ask(openTable(await storeOf(files), 't'))
        for (let failing = 1; ; failing += 1) {
          const store = await storeOf(files)
          const table = openTable(store, 't', { memo: createMemo() })
          store.before = async request => {
            if (request === failing) throw new LakehouseError('unreachable', 'Cannot read: it closed the connection.')
          }
          const failed = await ask(table).then(
            () => false,
            (error: unknown) => {
              assert.ok(isProblem(error, 'unreachable'), `${question}, request ${failing}: ${String(error)}`)
              return true
            },
          )
          assert.equal(failed, failing <= store.requests, `${question}, request ${failing}`)
          if (!failed) break
          assert.deepEqual(await ask(table), expected, `${question} after request ${failing}`)
        }
      }
    }).timeout(20_000)
  }
})

async function storeOf(files: ReadonlyMap<string, Uint8Array>): Promise<WatchedStore> {
  const store = new WatchedStore()
  for (const [path, bytes] of files) await store.put(`t/${path}`, bytes)
  return store
}

function createMemo(): Memo {
  const kept = new Map<string, unknown>()
  return async <T>(key: string, make: () => Promise<T>): Promise<T> => {
    // SAFETY: a key names one kind of value.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    if (kept.has(key)) return kept.get(key) as T
    const value = await make()
    kept.set(key, value)
    return value
  }
}
