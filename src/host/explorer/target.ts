import type { CatalogNode } from '#app/catalogNode.ts'
import type { Place } from '#app/place.ts'

/** A table at a version, the newest one without. */
export interface TableTarget {
  readonly table: Place
  readonly version?: number
}

/** The node that a command of the tree was called with; undefined for anything else, such as a call from the palette. */
export function asNode(argument: unknown): CatalogNode | undefined {
  if (typeof argument !== 'object' || argument === null || !('kind' in argument)) return undefined
  // SAFETY: the tree's commands are hidden from the palette; an object with `kind` is a node that this extension made.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return argument as CatalogNode
}

/** The table, and version where the node has one, that a node belongs to. */
export function tableOf(node: CatalogNode | undefined): TableTarget | undefined {
  if (node?.kind === 'table') return { table: node.place }
  if (node?.kind === 'version') return { table: node.table, version: node.version.version }
  return node && 'table' in node ? { table: node.table } : undefined
}

/** Where the node's thing lies, for the clipboard; undefined for a node that is no place. */
export function placeOf(node: CatalogNode | undefined): Place | undefined {
  if (node && 'place' in node) return node.place
  return tableOf(node)?.table
}
