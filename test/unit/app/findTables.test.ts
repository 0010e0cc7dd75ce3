import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { findTables } from '#app/findTables.ts'
import type { HistoryPage, TableHeader } from '#delta/types.ts'
import { LakehouseError } from '#base/errors.ts'
import { LocalStore } from '#storage/localStore.ts'

const never = new AbortController().signal

describe('findTables', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dataflow-find-'))
    for (const file of [
      'b/t2/_delta_log/0.json',
      'b/t2/x/_delta_log/0.json',
      'b/t1/_delta_log/0.json',
      'c/plain.csv',
      'broken/_delta_log/x',
    ]) {
      await mkdir(dirname(join(folder, file)), { recursive: true })
      await writeFile(join(folder, file), '')
    }
  })
  after(() => rm(folder, { recursive: true }))

  const reads = {
    history: async ({ place }: { readonly place: { readonly key: string } }): Promise<HistoryPage> => {
      if (place.key === 'broken') throw new LakehouseError('corrupt', 'No commit.')
      if (place.key === 'checkpoint') return { entries: [], more: false }
      if (place.key === 'bug') throw new TypeError('bug')
      const entry = { version: place.key.length, timestamp: '', operation: null, operationParameters: {}, operationMetrics: {} }
      return { entries: [{ ...entry, userName: null, userMetadata: null, readable: true }], more: false }
    },
    header: () => Promise.resolve(header),
  }

  const header: TableHeader = {
    version: 8,
    name: null,
    description: null,
    schema: null,
    partitionColumns: [],
    properties: {},
    earliestVersion: 8,
    latestVersion: 8,
    protocol: { minReaderVersion: 1, minWriterVersion: 2, readerFeatures: [], writerFeatures: [] },
  }

  async function found(key: string): Promise<unknown[]> {
    const answers = []
    const root = { store: { kind: 'local', folder }, key } as const
    for await (const { place, latestVersion, problem } of findTables({ open: () => new LocalStore(folder), reads }, root, never)) {
      answers.push([place.key, latestVersion, problem?.code ?? null])
    }
    return answers
  }

  it('finds tables in order of their paths, none inside another, unreadable ones with their problem', async () => {
    assert.deepEqual(await found(''), [
      ['b/t1', 4, null],
      ['b/t2', 4, null],
      ['broken', null, 'corrupt'],
    ])
  })

  it('finds the place itself when it is a table, and nothing where nothing is', async () => {
    assert.deepEqual(await found('b/t1'), [['b/t1', 4, null]])
    assert.deepEqual(await found('c'), [])
  })

  it('knows the version of a log of which only a checkpoint is left', async () => {
    await mkdir(join(folder, 'checkpoint/_delta_log'), { recursive: true })
    await writeFile(join(folder, 'checkpoint/_delta_log/8.checkpoint.parquet'), '')
    assert.deepEqual(await found('checkpoint'), [['checkpoint', 8, null]])
  })

  it('lets a bug be one', async () => {
    await mkdir(join(folder, 'bug/_delta_log'), { recursive: true })
    await writeFile(join(folder, 'bug/_delta_log/0.json'), '')
    await assert.rejects(found('bug'), TypeError)
  })
})
