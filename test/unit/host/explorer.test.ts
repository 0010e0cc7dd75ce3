import assert from 'node:assert/strict'
import type { Uri } from 'vscode'
import { Emitter } from '#base/event.ts'
import { LakehouseError } from '#base/errors.ts'
import type { Catalog } from '#app/catalog.ts'
import type { CatalogNode } from '#app/catalogNode.ts'
import type { Place } from '#app/place.ts'
import { createExplorerTree } from '#host/explorer/explorerTree.ts'
import { createReading } from '#base/reading.ts'
import { renderNode } from '#host/explorer/renderNode.ts'
import { tableOf } from '#host/explorer/target.ts'
import { pretend } from '../../support/pretend.ts'

const table: Place = { store: { kind: 's3', connection: 'c', region: 'r', pathStyle: true, bucket: 'gold' }, key: 'sales' }
const folder: CatalogNode = { kind: 'folder', name: 'raw', place: { ...table, key: 'raw' } }
const version: CatalogNode = {
  kind: 'version',
  table,
  version: {
    version: 7,
    timestamp: '2026-11-24T10:24:00.000Z',
    operation: 'MERGE',
    rows: { added: 1560, updated: 3, removed: 0 },
    readable: true,
  },
}

const themed = (name: string) => pretend<Uri>({ path: name })
const picture = (name: string) => ({ light: themed(`${name}-light`), dark: themed(`${name}-dark`) })

const drawing = { picture, now: Date.parse('2026-11-25T12:00:00Z') }

function look(node: CatalogNode) {
  const { label, description, contextValue, command, collapsibleState, accessibilityInformation } = renderNode(node, drawing)
  return { label, description, contextValue, click: command?.command, open: collapsibleState, says: accessibilityInformation?.label }
}

function fakeCatalog(children: Catalog['children']) {
  const changed = new Emitter<CatalogNode | undefined>()
  return { catalog: pretend<Catalog>({ children, onDidChange: changed.event }), changed }
}

function settle(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

describe('render a node', () => {
  it('opens the preview of a table and its versions on a click', () => {
    assert.deepEqual(look({ kind: 'table', name: 'sales', place: table }), {
      label: 'sales',
      description: undefined,
      contextValue: 'table',
      click: 'dataflow.lakehouse.openPreview',
      open: 1,
      says: 'Delta table sales',
    })
    const { description, says, ...rest } = look(version)
    assert.match(String(description), /^MERGE · \+1,560 ~3 · Nov 24, \d\d:24/)
    assert.match(String(says), /^Version 7, MERGE, \+1,560 ~3, /)
    assert.deepEqual(rest, { label: 'Version 7', contextValue: 'version', click: 'dataflow.lakehouse.openPreview', open: 0 })
  })

  it('gives exact facts in the tooltip of a version', () => {
    assert.equal(
      renderNode(version, drawing).tooltip,
      ['Version 7', 'Time: 2026-11-24T10:24:00.000Z', 'Operation: MERGE', 'Rows: 1,560 added, 3 updated, 0 removed'].join('\n'),
    )
  })

  it('does not open a version that can no longer be read', () => {
    const gone = look({ ...version, version: { ...version.version, readable: false } })
    assert.deepEqual([gone.click, gone.contextValue], [undefined, 'unreadableVersion'])
  })

  it('shows a failure with its hint, and lets it be tried again', () => {
    const problem = { code: 'denied', message: 'Access denied.', hint: 'Check the key.' } as const
    assert.deepEqual(look({ kind: 'notice', parent: folder, notice: { kind: 'problem', problem } }), {
      label: 'Access denied.',
      description: 'Check the key.',
      contextValue: 'problem',
      click: undefined,
      open: 0,
      says: 'Access denied. Check the key.',
    })
  })

  it('shows columns, files and objects with their facts', () => {
    const column = { name: 'price', type: 'decimal(10,2)', nullable: false, children: [] }
    assert.equal(look({ kind: 'column', table, path: ['price'], column }).description, 'decimal(10,2), not null')
    const file: CatalogNode = { kind: 'file', table, path: 'a/part-0.parquet', size: 1_250_000, rows: 5105, deletedRows: 12 }
    assert.deepEqual([look(file).label, look(file).description], ['part-0.parquet', '5,105 rows · 12 deleted · 1.3 MB'])
    const object: CatalogNode = { kind: 'object', name: 'a.csv', place: table, size: 999, modified: 0 }
    assert.equal(look(object).description, '999 bytes')
  })

  it('does not offer to set the keys of the local stack', () => {
    const connections = ['Local stack', 'minio'].map(name => look({ kind: 'connection', name }).contextValue)
    assert.deepEqual(connections, ['localStack', 'connection'])
  })

  it('says which table a node belongs to', () => {
    assert.deepEqual(tableOf(version), { table, version: 7 })
    assert.deepEqual(tableOf({ kind: 'schema', table }), { table })
    assert.equal(tableOf(folder), undefined)
  })
})

describe('explorer tree', () => {
  const shown: unknown[] = []
  const problems = { show: (error: unknown) => void shown.push(error) }
  const reading = createReading(() => {})
  beforeEach(() => shown.splice(0))

  it('prepares once for the roots and lists children on demand', async () => {
    let prepared = 0
    const { catalog } = fakeCatalog(async node => (node ? [version] : [folder]))
    const tree = createExplorerTree({ catalog: async () => catalog, prepare: async () => void (prepared += 1), problems, picture, reading })
    assert.deepEqual([await tree.getChildren(), await tree.getChildren(folder), prepared], [[folder], [version], 1])
  })

  it('reads once for two requests of the same node', async () => {
    const gate = Promise.withResolvers<void>()
    let reads = 0
    const { catalog } = fakeCatalog(async () => {
      reads += 1
      await gate.promise
      return [version]
    })
    const tree = createExplorerTree({ catalog: async () => catalog, prepare: async () => {}, problems, picture, reading })
    const first = tree.getChildren(folder)
    const second = tree.getChildren(folder)
    await settle()
    gate.resolve()
    assert.deepEqual([await first, await second, reads, shown], [[version], [version], 1, []])
  })

  it('shows in place of the children that the user has ended their read', async () => {
    const { catalog } = fakeCatalog(
      async (_, signal) => await new Promise((__, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    )
    const tree = createExplorerTree({ catalog: async () => catalog, prepare: async () => {}, problems, picture, reading })
    const children = tree.getChildren(folder)
    await settle()
    reading.cancel()
    const [notice] = (await children) ?? []
    assert.deepEqual([notice, shown], [{ kind: 'notice', parent: folder, notice: { kind: 'cancelled' } }, []])
    assert.ok(notice)
    assert.deepEqual(look(notice), {
      label: 'Reading was cancelled.',
      description: 'Try again',
      contextValue: 'problem',
      click: 'dataflow.lakehouse.retry',
      open: 0,
      says: 'Reading was cancelled. Try again',
    })
  })

  it('announces a change under the identity that the view knows', async () => {
    const { catalog, changed } = fakeCatalog(async node => (node ? [] : [folder]))
    const tree = createExplorerTree({ catalog: async () => catalog, prepare: async () => {}, problems, picture, reading })
    const seen: unknown[] = []
    tree.onDidChangeTreeData?.(node => seen.push(node))
    await tree.getChildren()
    changed.fire({ ...folder })
    await settle()
    assert.ok(seen.length === 1 && seen[0] === folder)
  })

  it('announces a change once the view has taken in the children that came before it', async () => {
    const { catalog, changed } = fakeCatalog(async () => [version])
    const sleeps: { readonly ms: number; readonly wake: () => void }[] = []
    let now = 0
    const sleep = (ms: number): Promise<void> => new Promise(wake => void sleeps.push({ ms, wake }))
    const clock = { now: () => now, sleep }
    const tree = createExplorerTree({
      catalog: async () => catalog,
      prepare: async () => {},
      problems,
      picture,
      clock,
      reading,
    })
    const seen: unknown[] = []
    tree.onDidChangeTreeData?.(node => seen.push(node))
    await tree.getChildren(folder)
    now = 100
    changed.fire(folder)
    changed.fire(folder)
    await settle()
    assert.deepEqual([seen.length, sleeps.map(({ ms }) => ms)], [0, [200]])
    now = 300
    sleeps[0]?.wake()
    await settle()
    assert.deepEqual([seen.length, shown], [1, []])
  })

  it('gives up a request when its node is refreshed, then announces it', async () => {
    const { catalog, changed } = fakeCatalog(
      async (_, signal) => await new Promise((__, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    )
    let now = 0
    const sleep = async (ms: number): Promise<void> => void (now += ms)
    const clock = { now: () => now, sleep }
    const tree = createExplorerTree({
      catalog: async () => catalog,
      prepare: async () => {},
      problems,
      picture,
      clock,
      reading,
    })
    const seen: unknown[] = []
    tree.onDidChangeTreeData?.(node => seen.push(node))
    const children = tree.getChildren(folder)
    await settle()
    changed.fire(folder)
    assert.deepEqual([await children, shown], [[], []])
    await settle()
    assert.equal(seen.length, 1)
  })

  it('shows a bug and asks for the app again after it could not be loaded', async () => {
    const { catalog } = fakeCatalog(async () => [folder])
    let loads = 0
    const load = async (): Promise<Catalog> => {
      loads += 1
      if (loads === 1) throw new LakehouseError('failed', 'no bundle')
      return catalog
    }
    const tree = createExplorerTree({ catalog: load, prepare: async () => {}, problems, picture, reading })
    assert.deepEqual([await tree.getChildren(), shown.length, await tree.getChildren()], [[], 1, [folder]])
  })
})
