import { unreachable } from '#base/unreachable.ts'
import type { At } from '#delta/types.ts'
import type { Buckets, ListPage } from '#storage/objectStore.ts'
import type { S3Endpoint } from '#storage/storeSpec.ts'
import type { CatalogNode, ColumnSummary } from './catalogNode.ts'
import { columnSummaries } from './columnSummary.ts'
import type { Connections } from './connections.ts'
import type { NodePage, PageRequest } from './nodePages.ts'
import { below, type Place } from './place.ts'
import { rowChanges } from './rowChanges.ts'
import type { TableReads } from './tableReads.ts'

export interface CatalogPorts {
  readonly connections: Connections
  readonly openBuckets: (endpoint: S3Endpoint) => Buckets
  readonly reads: TableReads
}

type CatalogPage = NodePage<CatalogNode>

const versionsPerPage = 50
const filesPerPage = 200
const columnsPerPage = 500

/** One page of a node's children. */
export async function readNodePage(ports: CatalogPorts, node: CatalogNode, request: PageRequest): Promise<CatalogPage> {
  const { from, signal } = request
  switch (node.kind) {
    case 'connection':
      return await connectionPage(ports, node.name, from, signal)
    case 'bucket':
    case 'folder':
      return await folderPage(ports, node.place, from, signal)
    case 'table':
      return tablePage(node.place)
    case 'versions':
      return await versionsPage(ports, node.table, request)
    case 'schema':
      return await schemaPage(ports, node.table, request)
    case 'column':
      return columnsPage(node.table, node.path, node.column.children, { offset: Number(from ?? 0) })
    case 'files':
      return await filesPage(ports, node.table, request)
    case 'object':
    case 'version':
    case 'file':
    case 'more':
    case 'notice':
      return { nodes: [] }
    default:
      return unreachable(node)
  }
}

async function connectionPage(ports: CatalogPorts, name: string, from: string | undefined, signal: AbortSignal): Promise<CatalogPage> {
  const { folder, s3, buckets } = ports.connections.get(name)
  if (folder !== undefined) return await folderPage(ports, { store: { kind: 'local', folder }, key: '' }, from, signal)
  if (!s3) return { nodes: [] }
  const names = buckets ?? (await ports.openBuckets(s3).list(signal)).map(bucket => bucket.name)
  return { nodes: names.map(bucket => ({ kind: 'bucket', name: bucket, place: { store: { kind: 's3', ...s3, bucket }, key: '' } })) }
}

/** A folder that holds a log is a table, also where nobody has recognised it before. */
async function folderPage(ports: CatalogPorts, place: Place, from: string | undefined, signal: AbortSignal): Promise<CatalogPage> {
  const prefix = place.key === '' ? '' : `${place.key}/`
  const request = { prefix, delimiter: '/', ...(from === undefined ? {} : { continuation: from }) } as const
  const page = await ports.reads.list({ store: place.store, request }, signal)
  if (page.prefixes.includes(`${prefix}_delta_log/`)) return tablePage(place)
  return { nodes: folderNodes(place, prefix, page), ...(page.next === undefined ? {} : { next: page.next }) }
}

function folderNodes(place: Place, prefix: string, { prefixes, objects }: ListPage): readonly CatalogNode[] {
  const folders = prefixes
    .map(key => key.slice(prefix.length, -1))
    .filter(name => name !== '')
    .map((name): CatalogNode => ({ kind: 'folder', name, place: below(place, name) }))
  const files = objects
    .filter(({ key }) => key !== prefix)
    .map(({ key, size, modified }): CatalogNode => {
      const name = key.slice(prefix.length)
      return { kind: 'object', name, place: below(place, name), size, modified }
    })
  return [...folders, ...files]
}

function tablePage(table: Place): CatalogPage {
  return {
    nodes: [
      { kind: 'versions', table },
      { kind: 'schema', table },
      { kind: 'files', table },
    ],
  }
}

async function versionsPage(ports: CatalogPorts, table: Place, { from, signal, report }: PageRequest): Promise<CatalogPage> {
  const before = from === undefined ? {} : { before: Number(from) }
  const { entries, more } = await ports.reads.history({ place: table, limit: versionsPerPage, ...before }, signal, report)
  const nodes = entries.map((entry): CatalogNode => {
    const { version, timestamp, operation, readable } = entry
    return { kind: 'version', table, version: { version, timestamp, operation, readable, rows: rowChanges(entry) } }
  })
  const last = entries.at(-1)
  return more && last ? { nodes, next: String(last.version) } : { nodes }
}

async function schemaPage(ports: CatalogPorts, table: Place, { from, signal, report }: PageRequest): Promise<CatalogPage> {
  const { at, offset } = parseCursor(from)
  const { version, schema } = await ports.reads.header({ place: table, at }, signal, report)
  return columnsPage(table, [], columnSummaries(schema), { version, offset })
}

function columnsPage(
  table: Place,
  path: readonly string[],
  columns: readonly ColumnSummary[],
  at: { readonly version?: number; readonly offset: number },
): CatalogPage {
  const end = at.offset + columnsPerPage
  const nodes = columns
    .slice(at.offset, end)
    .map((column): CatalogNode => ({ kind: 'column', table, path: [...path, column.name], column }))
  if (end >= columns.length) return { nodes }
  return { nodes, next: at.version === undefined ? String(end) : `${at.version} ${end}` }
}

async function filesPage(ports: CatalogPorts, table: Place, { from, signal, report }: PageRequest): Promise<CatalogPage> {
  const { at, offset } = parseCursor(from)
  const { version, files, total } = await ports.reads.files({ place: table, at, offset, limit: filesPerPage }, signal, report)
  const nodes = files.map((file): CatalogNode => {
    const deletedRows = file.deletionVector?.cardinality ?? 0
    return { kind: 'file', table, path: file.path, size: file.sizeBytes, rows: file.numRecords, deletedRows }
  })
  const end = offset + files.length
  return end < total ? { nodes, next: `${version} ${end}` } : { nodes }
}

/** Where a page starts, and in which version: a commit between two pages must not skip or repeat anything. */
function parseCursor(from: string | undefined): { readonly at: At; readonly offset: number } {
  if (from === undefined) return { at: {}, offset: 0 }
  const [version, offset] = from.split(' ')
  return { at: { version: Number(version) }, offset: Number(offset) }
}
