import type { Problem } from '#base/errors.ts'
import { unreachable } from '#base/unreachable.ts'
import { nameOf, placeId, type Place } from './place.ts'

/** One node of the Lakehouse tree, as plain data; `host/explorer/renderNode.ts` draws it. */
export type CatalogNode =
  | { readonly kind: 'connection'; readonly name: string }
  | { readonly kind: 'bucket'; readonly name: string; readonly place: Place }
  | { readonly kind: 'folder'; readonly name: string; readonly place: Place }
  | { readonly kind: 'table'; readonly name: string; readonly place: Place }
  | { readonly kind: 'object'; readonly name: string; readonly place: Place; readonly size: number; readonly modified: number }
  | { readonly kind: 'versions'; readonly table: Place }
  | { readonly kind: 'version'; readonly table: Place; readonly version: VersionSummary }
  | { readonly kind: 'schema'; readonly table: Place }
  | { readonly kind: 'column'; readonly table: Place; readonly path: readonly string[]; readonly column: ColumnSummary }
  | { readonly kind: 'files'; readonly table: Place }
  | {
      readonly kind: 'file'
      readonly table: Place
      readonly path: string
      readonly size: number
      readonly rows: number | null
      readonly deletedRows: number
    }
  /** The next page of the parent's children. */
  | { readonly kind: 'more'; readonly parent: CatalogNode; readonly from: string }
  /** Stands where children would: there are none, or they cannot be read. */
  | { readonly kind: 'notice'; readonly parent: CatalogNode; readonly notice: Notice }

export type Notice = { readonly kind: 'empty' } | { readonly kind: 'cancelled' } | { readonly kind: 'problem'; readonly problem: Problem }

export interface VersionSummary {
  readonly version: number
  /** ISO-8601 UTC. */
  readonly timestamp: string
  readonly operation: string | null
  /** Row changes as the writer counted them; null when it did not. */
  readonly rows: RowChanges | null
  readonly readable: boolean
}

export interface RowChanges {
  readonly added: number
  readonly updated: number
  readonly removed: number
}

export interface ColumnSummary {
  readonly name: string
  readonly type: string
  readonly nullable: boolean
  readonly children: readonly ColumnSummary[]
}

/** One text per node, stable over refreshes. */
export function nodeId(node: CatalogNode): string {
  switch (node.kind) {
    case 'connection':
      return `connection ${node.name}`
    case 'bucket':
    case 'folder':
    case 'table':
      // One name, so that a folder stays open when it turns out to be a table.
      return `place ${placeId(node.place)}`
    case 'object':
      return `object ${placeId(node.place)}`
    case 'versions':
    case 'schema':
    case 'files':
      return `${node.kind} ${placeId(node.table)}`
    case 'version':
      return `version ${node.version.version} ${placeId(node.table)}`
    case 'column':
      return `column ${node.path.join('\0')} ${placeId(node.table)}`
    case 'file':
      return `file ${node.path} ${placeId(node.table)}`
    case 'more':
      return `more ${nodeId(node.parent)}`
    case 'notice':
      return `notice ${nodeId(node.parent)}`
    default:
      return unreachable(node)
  }
}

/** The name of what a node stands for or belongs to: a bucket, a folder, a table. */
export function labelOf(node: CatalogNode): string {
  if ('name' in node) return node.name
  return 'table' in node ? nameOf(node.table) : labelOf(node.parent)
}

/** True when `node` is `scope` or lies below it. */
export function isWithin(node: CatalogNode, scope: CatalogNode): boolean {
  if (nodeId(node) === nodeId(scope)) return true
  const inner = placeOf(node)
  if (!inner) return false
  if (scope.kind === 'connection') return inner.store.kind === 'local' || inner.store.connection === scope.name
  if (!('place' in scope) || placeId({ ...inner, key: '' }) !== placeId({ ...scope.place, key: '' })) return false
  const { key } = scope.place
  return key === '' || inner.key === key || inner.key.startsWith(`${key}/`)
}

function placeOf(node: CatalogNode): Place | undefined {
  if ('place' in node) return node.place
  return 'table' in node ? node.table : undefined
}
