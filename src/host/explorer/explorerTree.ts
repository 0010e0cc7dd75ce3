import * as vscode from 'vscode'
import { systemClock } from '#base/clock.ts'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { nodeId, type CatalogNode } from '#app/catalogNode.ts'
import type { Catalog } from '#app/catalog.ts'
import { views } from '#host/ids.ts'
import { isCancellation, type Problems } from '#host/problems.ts'
import { renderNode, type Drawing } from './renderNode.ts'

/** The lakes in a view. A request for children that a newer one of the same node overtakes is aborted. */
export interface ExplorerTree extends vscode.TreeDataProvider<CatalogNode>, Disposable {
  /** The node of this id that the view shows last; VS Code knows its elements by identity. */
  find(id: string): CatalogNode | undefined
}

export interface ExplorerTreeDeps {
  /** Looked up at the first request for children. */
  readonly catalog: () => Promise<Catalog>
  /** Called before the roots are listed. */
  readonly prepare: (signal: AbortSignal) => Promise<void>
  readonly problems: Problems
  readonly picture: Drawing['picture']
}

const rootId = ''

export function createExplorerTree({ catalog, prepare, problems, picture }: ExplorerTreeDeps): ExplorerTree {
  const store = new DisposableStore()
  const changed = store.add(new vscode.EventEmitter<CatalogNode | undefined>())
  const requests = new Map<string, AbortController>()
  const shown = new Map<string, CatalogNode>()
  let following: Promise<Catalog> | undefined

  async function follow(): Promise<Catalog> {
    const source = await catalog()
    store.add(source.onDidChange(node => changed.fire(node && (shown.get(nodeId(node)) ?? node))))
    return source
  }

  async function read(node: CatalogNode | undefined, signal: AbortSignal): Promise<readonly CatalogNode[]> {
    following ??= follow().catch((error: unknown) => {
      following = undefined
      throw error
    })
    const source = await following
    if (!node) await prepare(signal)
    return await source.children(node, signal)
  }

  async function getChildren(node?: CatalogNode): Promise<CatalogNode[]> {
    const id = node ? nodeId(node) : rootId
    const request = new AbortController()
    requests.get(id)?.abort()
    requests.set(id, request)
    try {
      const children = await vscode.window.withProgress({ location: { viewId: views.lakehouse } }, () => read(node, request.signal))
      for (const child of children) shown.set(nodeId(child), child)
      return [...children]
    } catch (error) {
      if (!request.signal.aborted && !isCancellation(error)) problems.show(error)
      return []
    } finally {
      if (requests.get(id) === request) requests.delete(id)
    }
  }

  return {
    onDidChangeTreeData: changed.event,
    getTreeItem: node => renderNode(node, { picture, now: systemClock.now() }),
    getChildren,
    find: id => shown.get(id),
    dispose: () => {
      for (const request of requests.values()) request.abort()
      store.dispose()
    },
  }
}
