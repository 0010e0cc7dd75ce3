import type { Problem } from '#base/errors.ts'
import type { StoreSpec } from '#storage/storeSpec.ts'

/** A place in a lake: a store and a key prefix in it (no trailing slash; empty for the root). */
export interface Place {
  readonly store: StoreSpec
  readonly key: string
}

/** One node of the Lakehouse tree, as plain data; `host/explorer/renderNode.ts` draws it. */
export type CatalogNode =
  | { readonly kind: 'connection'; readonly name: string }
  | { readonly kind: 'bucket'; readonly connection: string; readonly name: string; readonly place: Place }
  | { readonly kind: 'folder'; readonly name: string; readonly place: Place }
  | { readonly kind: 'table'; readonly name: string; readonly place: Place }
  | { readonly kind: 'object'; readonly name: string; readonly place: Place; readonly size: number; readonly modified: number }
  | { readonly kind: 'versions'; readonly table: Place }
  | { readonly kind: 'version'; readonly table: Place; readonly version: VersionSummary }
  | { readonly kind: 'schema'; readonly table: Place }
  | {
      readonly kind: 'column'
      readonly name: string
      readonly type: string
      readonly nullable: boolean
      readonly children: readonly ColumnSummary[]
    }
  | { readonly kind: 'files'; readonly table: Place }
  | { readonly kind: 'file'; readonly path: string; readonly size: number; readonly rows: number | null; readonly deletedRows: number }
  /** The next page of the parent's children. */
  | { readonly kind: 'more'; readonly parent: CatalogNode; readonly from: string }
  | { readonly kind: 'notice'; readonly parent: CatalogNode | null; readonly notice: Notice }

export type Notice =
  | { readonly kind: 'empty'; readonly text: 'bucket' | 'folder' | 'connection' | 'files' }
  | { readonly kind: 'problem'; readonly problem: Problem }

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
