import * as vscode from 'vscode'
import { systemClock, type Clock } from '#base/clock.ts'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { LakehouseError } from '#base/errors.ts'
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
  readonly clock?: Clock
}

const rootId = ''

/**
 * VS Code keeps children that arrive after a change of their node was announced, and takes some time to take them in; so a
 * change so soon after them is announced later.
 */
const takeInMs = 300

export function createExplorerTree(deps: ExplorerTreeDeps): ExplorerTree {
  const { catalog, prepare, problems, picture, clock = systemClock } = deps
  const store = new DisposableStore()
  const changed = store.add(new vscode.EventEmitter<CatalogNode | undefined>())
  const closing = new AbortController()
  const requests = new Map<string, AbortController>()
  const answeredAt = new Map<string, number>()
  const announcing = new Set<string>()
  const shown = new Map<string, CatalogNode>()
  let following: Promise<Catalog> | undefined

  async function follow(): Promise<Catalog> {
    const source = await catalog()
    store.add(source.onDidChange(node => void announce(node).catch((error: unknown) => problems.show(error))))
    return source
  }

  async function announce(node: CatalogNode | undefined): Promise<void> {
    const id = idOf(node)
    // What is still being read is out of date.
    requests.get(id)?.abort()
    if (announcing.has(id)) return
    announcing.add(id)
    try {
      for (let wait = waitFor(id); wait > 0; wait = waitFor(id)) await clock.sleep(wait, closing.signal)
    } finally {
      announcing.delete(id)
    }
    changed.fire(node && (shown.get(id) ?? node))
  }

  /** Ms until a change of the node may be announced. */
  function waitFor(id: string): number {
    if (requests.has(id)) return takeInMs
    const answered = answeredAt.get(id)
    return answered === undefined ? 0 : answered + takeInMs - clock.now()
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
    const id = idOf(node)
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
      answeredAt.set(id, clock.now())
    }
  }

  return {
    onDidChangeTreeData: changed.event,
    getTreeItem: node => renderNode(node, { picture, now: clock.now() }),
    getChildren,
    find: id => shown.get(id),
    dispose: () => {
      closing.abort(new LakehouseError('cancelled', 'The view is closed.'))
      for (const request of requests.values()) request.abort()
      store.dispose()
    },
  }
}

function idOf(node: CatalogNode | undefined): string {
  return node ? nodeId(node) : rootId
}
