import assert from 'node:assert/strict'
import type { Catalog } from '#app/catalog.ts'
import type { CatalogNode } from '#app/catalogNode.ts'
import type { Lakehouse } from '#app/lakehouse.ts'
import type { Place } from '#app/place.ts'
import type { TableReads } from '#app/tableReads.ts'
import { registerExplorerCommands, type ExplorerCommandDeps } from '#host/explorer/explorerCommands.ts'
import { createReading } from '#base/reading.ts'
import { commands as ids } from '#host/ids.ts'
import { pretend } from '../../support/pretend.ts'
import { commands, reset, seen } from '../../fakes/vscode.ts'

const place: Place = { store: { kind: 's3', connection: 'minio', region: 'r', pathStyle: true, bucket: 'gold' }, key: 'odd`name' }
const table: CatalogNode = { kind: 'table', name: 'odd`name', place }
const row = { timestamp: '2026-11-24T10:24:00.000Z', operation: null, rows: null, readable: true }
const version: CatalogNode = { kind: 'version', table: place, version: { version: 7, ...row } }

describe('commands of the tree', () => {
  const done: unknown[] = []
  const catalog = pretend<Catalog>({
    refresh: (node?: CatalogNode) => void done.push(['refresh', node?.kind]),
    loadMore: async (node: CatalogNode) => void done.push(['loadMore', node.kind]),
  })
  const reads = pretend<TableReads>({ header: async () => ({ version: 9 }) })
  beforeEach(() => {
    reset()
    done.splice(0)
    registerExplorerCommands(
      pretend<ExplorerCommandDeps>({
        lakehouse: async () => pretend<Lakehouse>({ catalog, reads }),
        problems: { show: (error: unknown) => assert.fail(String(error)) },
        reading: createReading(() => {}),
        openPreview: (...args: readonly unknown[]) => void done.push(['preview', ...args]),
        openNotebook: async (...args: readonly unknown[]) => void done.push(['notebook', ...args]),
      }),
    )
  })

  it('copy the path, and the statement for the version, with the path quoted', async () => {
    await commands.executeCommand(ids.copyPath, table)
    assert.equal(seen.clipboard, 's3://gold/odd`name')
    await commands.executeCommand(ids.copySelect, version)
    assert.equal(seen.clipboard, 'SELECT * FROM delta.`s3a://gold/odd``name` VERSION AS OF 7')
  })

  it('copy the path of a file, which may lie elsewhere', async () => {
    const file = { kind: 'file', table: place, size: 1, rows: null, deletedRows: 0 } as const
    await commands.executeCommand(ids.copyPath, { ...file, path: 'a/part-0.parquet' })
    assert.equal(seen.clipboard, 's3://gold/odd`name/a/part-0.parquet')
    await commands.executeCommand(ids.copyPath, { ...file, path: 's3a://silver/x/part-0.parquet' })
    assert.equal(seen.clipboard, 's3a://silver/x/part-0.parquet')
  })

  it('take the newest version for a table', async () => {
    await commands.executeCommand(ids.copySelect, table)
    assert.equal(seen.clipboard, 'SELECT * FROM delta.`s3a://gold/odd``name` VERSION AS OF 9')
  })

  it('open a preview at the version, here or beside, and a notebook on the connection of the table', async () => {
    await commands.executeCommand(ids.openPreview, version)
    await commands.executeCommand(ids.openPreviewBeside, table)
    await commands.executeCommand(ids.queryInNotebook, version)
    assert.deepEqual(done, [
      ['preview', { table: place, version: 7 }, -1],
      ['preview', { table: place }, -2],
      ['notebook', 'SELECT * FROM delta.`s3a://gold/odd``name` VERSION AS OF 7\nLIMIT 100', 'minio'],
    ])
  })

  it('refresh what failed from its parent on, a node, or everything', async () => {
    const problem = { code: 'timeout', message: 'Too slow.' } as const
    await commands.executeCommand(ids.retryNode, { kind: 'notice', parent: table, notice: { kind: 'problem', problem } })
    await commands.executeCommand(ids.refreshNode, version)
    await commands.executeCommand(ids.refreshLakehouse)
    await commands.executeCommand(ids.loadMore, { kind: 'more', parent: table, from: 'x' })
    assert.deepEqual(done, [
      ['refresh', 'table'],
      ['refresh', 'version'],
      ['refresh', undefined],
      ['loadMore', 'more'],
    ])
  })

  it('do nothing when they are called without a node', async () => {
    for (const id of [ids.copyPath, ids.copySelect, ids.openPreview, ids.queryInNotebook]) await commands.executeCommand(id)
    assert.deepEqual([done, seen.clipboard], [[], ''])
  })
})
