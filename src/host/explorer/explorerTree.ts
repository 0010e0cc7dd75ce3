import * as vscode from 'vscode'
import type { Clock } from '#base/clock.ts'
import type { Reading } from '#base/reading.ts'
import { labelOf, nodeId, type CatalogNode } from '#app/catalogNode.ts'
import type { Catalog } from '#app/catalog.ts'
import { views } from '#host/ids.ts'
import { createNodeTree, type NodeTree } from '#host/nodeTree.ts'
import type { Problems } from '#host/problems.ts'
import { renderNode, type Drawing } from './renderNode.ts'

/** The lakes in a view. */
export type ExplorerTree = NodeTree<CatalogNode>

export interface ExplorerTreeDeps {
  /** Looked up at the first request for children. */
  readonly catalog: () => Promise<Catalog>
  /** Called before the roots are listed. */
  readonly prepare: (signal: AbortSignal) => Promise<void>
  readonly problems: Problems
  readonly reading: Reading
  readonly picture: Drawing['picture']
  readonly clock?: Clock
}

export function createExplorerTree({ catalog, picture, ...deps }: ExplorerTreeDeps): ExplorerTree {
  return createNodeTree({
    ...deps,
    source: catalog,
    view: views.lakehouse,
    kind: {
      idOf: nodeId,
      labelOf: node => (node ? labelOf(node) : vscode.l10n.t('Lakehouse')),
      draw: (node, now) => renderNode(node, { picture, now }),
      cancelled: (parent): CatalogNode => ({ kind: 'notice', parent, notice: { kind: 'cancelled' } }),
    },
  })
}
