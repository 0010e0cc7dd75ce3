import assert from 'node:assert/strict'
import { createCatalog } from '#app/catalog.ts'
import { nodeId, type CatalogNode } from '#app/catalogNode.ts'
import type { Connections } from '#app/connections.ts'
import type { TableReads } from '#app/tableReads.ts'
import { LakehouseError } from '#base/errors.ts'
import type { FileEntry, HistoryEntry, TableHeader } from '#delta/types.ts'
import type { Buckets } from '#storage/objectStore.ts'
import { MemoryStore } from '../../fakes/memoryStore.ts'
import { pretend } from '../../support/pretend.ts'

const signal = new AbortController().signal
const s3 = { connection: 'lake', region: 'us-east-1', pathStyle: true } as const
const unexpected = (): never => assert.fail('unexpected call')

function connections(): Connections {
  return {
    list: () => [{ name: 'lake', s3 }],
    get: () => ({ name: 'lake', s3 }),
    onDidChange: () => ({ dispose: () => {} }),
    credentials: unexpected,
    sparkToken: unexpected,
    mlflowAuth: unexpected,
    dispose: () => {},
  }
}

const version = (number: number): HistoryEntry => ({
  version: number,
  timestamp: '2026-01-01T00:00:00.000Z',
  operation: 'WRITE',
  operationParameters: {},
  operationMetrics: { numOutputRows: '5' },
  userName: null,
  userMetadata: null,
  readable: true,
})

const file = (path: string): FileEntry => ({ path, sizeBytes: 1, numRecords: 1, partitionValues: {}, deletionVector: null })

function lake(paths: readonly string[], more: { readonly reads?: Partial<TableReads>; readonly buckets?: Buckets } = {}) {
  const store = new MemoryStore()
  for (const path of paths) void store.put(path, new Uint8Array(3))
  const probing = Promise.withResolvers<void>()
  const list = store.list.bind(store)
  store.list = async (request, listSignal) => {
    if (request.maxKeys === 1) await probing.promise
    return await list(request, listSignal)
  }
  const catalog = createCatalog({
    connections: connections(),
    openBuckets: () => more.buckets ?? { list: () => Promise.resolve([{ name: 'bronze' }]), create: unexpected },
    reads: {
      list: ({ request }, listSignal) => store.list(request, listSignal),
      header: unexpected,
      describe: unexpected,
      health: unexpected,
      history: unexpected,
      files: unexpected,
      rows: unexpected,
      diff: unexpected,
      renew: unexpected,
      ...more.reads,
    },
  })
  const announced: (string | undefined)[] = []
  catalog.onDidChange(node => announced.push(node?.kind))
  return { store, catalog, announced, answerProbes: probing.resolve }
}

async function bucketOf({ catalog }: ReturnType<typeof lake>): Promise<CatalogNode> {
  const [connection] = await catalog.children(undefined, signal)
  const [bucket] = await catalog.children(connection, signal)
  assert.ok(bucket)
  return bucket
}

const shown = (nodes: readonly CatalogNode[]): readonly string[] =>
  nodes.map(node => ('name' in node ? `${node.kind} ${node.name}` : node.kind))
const nextTurn = (): Promise<void> => new Promise(resolve => void setTimeout(resolve, 5))

describe('catalog', () => {
  it('shows a page after one list request and turns folders into tables afterwards', async () => {
    const made = lake(['sales/_delta_log/0.json', 'sales/a.parquet', 'raw/x.csv', '_tmp/x', 'notes.txt'])
    const bucket = await bucketOf(made)
    assert.deepEqual(shown(await made.catalog.children(bucket, signal)), ['folder _tmp', 'folder raw', 'folder sales', 'object notes.txt'])
    made.answerProbes()
    await nextTurn()
    assert.deepEqual(made.announced, ['bucket'])
    assert.deepEqual(shown(await made.catalog.children(bucket, signal)), ['folder _tmp', 'folder raw', 'table sales', 'object notes.txt'])
    assert.deepEqual(
      made.store.lists.map(({ prefix }) => prefix),
      ['', 'raw/_delta_log/', 'sales/_delta_log/'],
    )
  })

  it('shows a table that is opened before it was recognised', async () => {
    const made = lake(['sales/_delta_log/0.json'])
    const [folder] = await made.catalog.children(await bucketOf(made), signal)
    assert.deepEqual(shown(await made.catalog.children(folder, signal)), ['versions', 'schema', 'files'])
  })

  it('believes no answer about a folder that was asked before a refresh', async () => {
    const store = new MemoryStore()
    await store.put('sales/x', new Uint8Array(1))
    const probes: ((isTable: boolean) => void)[] = []
    const made = lake([], {
      reads: {
        list: ({ request }, listSignal) =>
          request.maxKeys === 1
            ? new Promise(resolve => {
                probes.push(isTable => resolve({ objects: isTable ? [{ key: 'x', size: 1, modified: 0 }] : [], prefixes: [] }))
              })
            : store.list(request, listSignal),
      },
    })
    const bucket = await bucketOf(made)
    await made.catalog.children(bucket, signal)
    made.catalog.refresh()
    await made.catalog.children(bucket, signal)
    probes[1]?.(false)
    await nextTurn()
    probes[0]?.(true)
    await nextTurn()
    assert.equal(probes.length, 2)
    assert.deepEqual(shown(await made.catalog.children(bucket, signal)), ['folder sales'])
  })

  it('keeps the id of a folder that turns into a table, and forgets what was listed in it', async () => {
    // Names before _delta_log fill the first page.
    const parts = Array.from({ length: 1000 }, (_, index) => `sales/D=${index}/a.parquet`)
    const made = lake([...parts, 'sales/_delta_log/0.json'])
    const bucket = await bucketOf(made)
    const [folder] = await made.catalog.children(bucket, signal)
    assert.ok(folder)
    assert.equal((await made.catalog.children(folder, signal)).length, 1001)
    made.answerProbes()
    await nextTurn()
    const [table] = await made.catalog.children(bucket, signal)
    assert.ok(table)
    assert.deepEqual([folder.kind, table.kind, nodeId(table)], ['folder', 'table', nodeId(folder)])
    assert.deepEqual(shown(await made.catalog.children(table, signal)), ['versions', 'schema', 'files'])
  })

  it('adds the next page to the parent', async () => {
    const made = lake([], {
      reads: {
        history: ({ before = 100, limit }) =>
          Promise.resolve({ entries: Array.from({ length: limit }, (_, index) => version(before - 1 - index)), more: before > 60 }),
      },
    })
    const versions: CatalogNode = { kind: 'versions', table: { store: { kind: 's3', ...s3, bucket: 'bronze' }, key: 'sales' } }
    const first = await made.catalog.children(versions, signal)
    const more = first.at(-1)
    assert.equal(first.length, 51)
    assert.ok(more?.kind === 'more')
    await made.catalog.loadMore(more, signal)
    const all = await made.catalog.children(versions, signal)
    assert.equal(all.length, 100)
    assert.deepEqual(made.announced, ['versions'])
    const last = all.at(-1)
    assert.deepEqual(last?.kind === 'version' && last.version, {
      version: 0,
      timestamp: '2026-01-01T00:00:00.000Z',
      operation: 'WRITE',
      readable: true,
      rows: { added: 5, updated: 0, removed: 0 },
    })
  })

  it('drops a next page that a refresh has overtaken', async () => {
    const gate = Promise.withResolvers<void>()
    let newest = 100
    const made = lake([], {
      reads: {
        history: async ({ before = newest, limit }) => {
          if (before < newest) await gate.promise
          return { entries: Array.from({ length: limit }, (_, index) => version(before - 1 - index)), more: before > 60 }
        },
      },
    })
    const versions: CatalogNode = { kind: 'versions', table: { store: { kind: 's3', ...s3, bucket: 'bronze' }, key: 'sales' } }
    const more = (await made.catalog.children(versions, signal)).at(-1)
    assert.ok(more?.kind === 'more')
    const late = made.catalog.loadMore(more, signal)
    await nextTurn()
    newest = 101
    made.catalog.refresh(versions)
    await made.catalog.children(versions, signal)
    gate.resolve()
    await late
    const [first] = await made.catalog.children(versions, signal)
    assert.equal(first?.kind === 'version' && first.version.version, 100)
  })

  it('reads further files of the version that the first page showed', async () => {
    const asked: unknown[] = []
    let newest = 4
    const made = lake([], {
      reads: {
        files: ({ at, offset, limit }) => {
          asked.push({ at, offset, limit })
          const files = Array.from({ length: Math.min(limit, 300 - offset) }, (_, index) =>
            file(`v${at.version ?? newest}-${offset + index}`),
          )
          return Promise.resolve({ version: at.version ?? newest, files, total: 300, warnings: [] })
        },
      },
    })
    const files: CatalogNode = { kind: 'files', table: { store: { kind: 's3', ...s3, bucket: 'bronze' }, key: 'sales' } }
    const more = (await made.catalog.children(files, signal)).at(-1)
    newest = 5
    assert.ok(more?.kind === 'more')
    await made.catalog.loadMore(more, signal)
    const all = await made.catalog.children(files, signal)
    assert.deepEqual(asked, [
      { at: {}, offset: 0, limit: 200 },
      { at: { version: 4 }, offset: 200, limit: 200 },
    ])
    assert.deepEqual(
      all.map(node => (node.kind === 'file' ? node.path : node.kind)),
      Array.from({ length: 300 }, (_, index) => `v4-${index}`),
    )
  })

  it('shows a failure and emptiness as nodes, and asks again after a refresh', async () => {
    let answers = 0
    const buckets: Buckets = {
      list: () => {
        answers += 1
        return answers === 1 ? Promise.reject(new LakehouseError('unreachable', 'Nothing answers.')) : Promise.resolve([])
      },
      create: unexpected,
    }
    const { catalog } = lake([], { buckets })
    const connection: CatalogNode = { kind: 'connection', name: 'lake' }
    assert.deepEqual(await catalog.children(connection, signal), [
      { kind: 'notice', parent: connection, notice: { kind: 'problem', problem: { code: 'unreachable', message: 'Nothing answers.' } } },
    ])
    catalog.refresh(connection)
    assert.deepEqual(await catalog.children(connection, signal), [{ kind: 'notice', parent: connection, notice: { kind: 'empty' } }])
    await catalog.children(connection, signal)
    assert.equal(answers, 2)
  })

  it('pages the columns of a wide schema, all of one version', async () => {
    const fields = Array.from({ length: 1200 }, (_, index) => ({ name: `c${index}`, type: 'long', nullable: true, metadata: {} }))
    const asked: unknown[] = []
    const made = lake([], {
      reads: {
        header: ({ at }) => {
          asked.push(at)
          return Promise.resolve(pretend<TableHeader>({ version: 7, schema: { type: 'struct', fields } }))
        },
      },
    })
    const schema: CatalogNode = { kind: 'schema', table: { store: { kind: 's3', ...s3, bucket: 'bronze' }, key: 'sales' } }
    const more = (await made.catalog.children(schema, signal)).at(-1)
    assert.ok(more?.kind === 'more')
    await made.catalog.loadMore(more, signal)
    const shownNow = await made.catalog.children(schema, signal)
    const last = shownNow.at(-2)
    assert.deepEqual([shownNow.length, last?.kind === 'column' && last.column.name, asked], [1001, 'c999', [{}, { version: 7 }]])
  })

  it('ends a read that nobody waits for any more, and begins anew for the next who asks', async () => {
    const signals: AbortSignal[] = []
    const made = lake([], {
      reads: {
        files: async (_, readSignal, report) => {
          signals.push(readSignal)
          report?.({ stage: 'log', done: 1, total: 2, unit: 'bytes' })
          if (signals.length === 1) await new Promise((__, reject) => readSignal.addEventListener('abort', () => reject(readSignal.reason)))
          return { version: 0, files: [file('a')], total: 1, warnings: [] }
        },
      },
    })
    const files: CatalogNode = { kind: 'files', table: { store: { kind: 's3', ...s3, bucket: 'bronze' }, key: 'sales' } }
    const heard: unknown[] = []
    const leaving = new AbortController()
    const left = made.catalog.children(files, leaving.signal, progress => heard.push(progress))
    left.catch(() => {})
    await nextTurn()
    leaving.abort(new Error('cancelled by the user'))
    await assert.rejects(left, /cancelled by the user/)
    await nextTurn()
    assert.deepEqual([signals[0]?.aborted, heard.length], [true, 1])
    assert.deepEqual((await made.catalog.children(files, signal)).length, 1)
  })

  it('keeps what others wait for when one caller leaves', async () => {
    const gate = Promise.withResolvers<readonly { readonly name: string }[]>()
    const { catalog } = lake([], { buckets: { list: () => gate.promise, create: unexpected } })
    const connection: CatalogNode = { kind: 'connection', name: 'lake' }
    const leaving = new AbortController()
    const left = catalog.children(connection, leaving.signal)
    const waiting = catalog.children(connection, signal)
    leaving.abort(new Error('not needed'))
    await assert.rejects(left, /not needed/)
    gate.resolve([{ name: 'gold' }])
    assert.deepEqual(shown(await waiting), ['bucket gold'])
  })
})
