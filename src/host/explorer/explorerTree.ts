import * as vscode from 'vscode'
import { systemClock, type Clock } from '#base/clock.ts'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { LakehouseError } from '#base/errors.ts'
import type { Report } from '#base/progress.ts'
import { readingCancelled, type Reading } from '#base/reading.ts'
import { labelOf, nodeId, type CatalogNode } from '#app/catalogNode.ts'
import type { Catalog } from '#app/catalog.ts'
import { views } from '#host/ids.ts'
import { isCancellation, type Problems } from '#host/problems.ts'
import { renderNode, type Drawing } from './renderNode.ts'

/** The lakes in a view. A request for children joins one of the same node that is under way. */
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
  readonly reading: Reading
  readonly picture: Drawing['picture']
  readonly clock?: Clock
}

interface Request {
  readonly controller: AbortController
  readonly children: Promise<CatalogNode[]>
}

const rootId = ''

/**
 * VS Code keeps children that arrive after a change of their node was announced, and takes some time to take them in; so a
 * change so soon after them is announced later.
 */
const takeInMs = 300

export function createExplorerTree(deps: ExplorerTreeDeps): ExplorerTree {
  const { catalog, prepare, problems, reading, picture, clock = systemClock } = deps
  const store = new DisposableStore()
  const changed = store.add(new vscode.EventEmitter<CatalogNode | undefined>())
  const closing = new AbortController()
  const requests = new Map<string, Request>()
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
    requests.get(id)?.controller.abort()
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

  async function read(node: CatalogNode | undefined, signal: AbortSignal, report: Report): Promise<readonly CatalogNode[]> {
    following ??= follow().catch((error: unknown) => {
      following = undefined
      throw error
    })
    const source = await following
    if (!node) await prepare(signal)
    return await source.children(node, signal, report)
  }

  async function getChildren(node?: CatalogNode): Promise<CatalogNode[]> {
    const id = idOf(node)
    const known = requests.get(id)
    if (known && !known.controller.signal.aborted) return await known.children
    const controller = new AbortController()
    const request = { controller, children: ask(node, controller.signal) }
    requests.set(id, request)
    try {
      return await request.children
    } finally {
      if (requests.get(id) === request) requests.delete(id)
      answeredAt.set(id, clock.now())
    }
  }

  async function ask(node: CatalogNode | undefined, signal: AbortSignal): Promise<CatalogNode[]> {
    const name = node ? labelOf(node) : vscode.l10n.t('Lakehouse')
    const whole = async (): Promise<readonly CatalogNode[]> =>
      await reading.follow(name, signal, (ending, report) => read(node, ending, report))
    try {
      const children = await vscode.window.withProgress({ location: { viewId: views.lakehouse } }, whole)
      for (const child of children) shown.set(nodeId(child), child)
      return [...children]
    } catch (error) {
      if (error === readingCancelled && node) return [{ kind: 'notice', parent: node, notice: { kind: 'cancelled' } }]
      if (!signal.aborted && !isCancellation(error)) problems.show(error)
      return []
    }
  }

  return {
    onDidChangeTreeData: changed.event,
    getTreeItem: node => renderNode(node, { picture, now: clock.now() }),
    getChildren,
    find: id => shown.get(id),
    dispose: () => {
      closing.abort(new LakehouseError('cancelled', 'The view is closed.'))
      for (const { controller } of requests.values()) controller.abort()
      store.dispose()
    },
  }
}

function idOf(node: CatalogNode | undefined): string {
  return node ? nodeId(node) : rootId
}
