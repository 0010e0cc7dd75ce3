import * as vscode from 'vscode'
import { systemClock, type Clock } from '#base/clock.ts'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { LakehouseError } from '#base/errors.ts'
import type { Report } from '#base/progress.ts'
import { readingCancelled, type Reading } from '#base/reading.ts'
import type { Event } from '#base/event.ts'
import { isCancellation, type Problems } from './problems.ts'

/** Where the nodes of a tree come from. An expected failure is a node too; only bugs and an abort throw. */
export interface NodeSource<N> {
  /** Children of a node, of the root without one. */
  children(node: N | undefined, signal: AbortSignal, report: Report): Promise<readonly N[]>
  /** A node whose children have changed; undefined for the root. */
  readonly onDidChange: Event<N | undefined>
}

/** What the nodes of a tree are. */
export interface NodeKind<N> {
  /** One text per node, stable over refreshes. */
  readonly idOf: (node: N) => string
  /** What is being read when its children are; undefined for the root. */
  readonly labelOf: (node: N | undefined) => string
  /** As VS Code draws it; `now` is in epoch ms. */
  readonly draw: (node: N, now: number) => vscode.TreeItem
  /** Stands in place of the children of a node when the user has ended their read. */
  readonly cancelled: (parent: N) => N
}

/** Nodes in a view. A request for children joins one of the same node that is under way. */
export interface NodeTree<N> extends vscode.TreeDataProvider<N>, Disposable {
  getChildren(node?: N): Promise<N[]>
  getTreeItem(node: N): vscode.TreeItem
  /** The node of this id that the view shows last; VS Code knows its elements by identity. */
  find(id: string): N | undefined
}

export interface NodeTreeDeps<N> {
  readonly kind: NodeKind<N>
  /** The id of the view. */
  readonly view: string
  /** Looked up at the first request for children. */
  readonly source: () => Promise<NodeSource<N>>
  /** Called before the roots are listed. */
  readonly prepare: (signal: AbortSignal) => Promise<void>
  readonly problems: Problems
  readonly reading: Reading
  readonly clock?: Clock
}

interface Request<N> {
  readonly controller: AbortController
  readonly children: Promise<N[]>
}

const rootId = ''

/**
 * VS Code keeps children that arrive after a change of their node was announced, and takes some time to take them in; so a
 * change so soon after them is announced later.
 */
const takeInMs = 300

export function createNodeTree<N>(deps: NodeTreeDeps<N>): NodeTree<N> {
  const { kind, view, prepare, problems, reading, clock = systemClock } = deps
  const store = new DisposableStore()
  const changed = store.add(new vscode.EventEmitter<N | undefined>())
  const closing = new AbortController()
  const requests = new Map<string, Request<N>>()
  const answeredAt = new Map<string, number>()
  const announcing = new Set<string>()
  const shown = new Map<string, N>()
  let following: Promise<NodeSource<N>> | undefined

  async function follow(): Promise<NodeSource<N>> {
    const source = await deps.source()
    store.add(source.onDidChange(node => void announce(node).catch((error: unknown) => problems.show(error))))
    return source
  }

  async function announce(node: N | undefined): Promise<void> {
    const id = node === undefined ? rootId : kind.idOf(node)
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

  async function read(node: N | undefined, signal: AbortSignal, report: Report): Promise<readonly N[]> {
    following ??= follow().catch((error: unknown) => {
      following = undefined
      throw error
    })
    const source = await following
    if (!node) await prepare(signal)
    return await source.children(node, signal, report)
  }

  async function getChildren(node?: N): Promise<N[]> {
    const id = node === undefined ? rootId : kind.idOf(node)
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

  async function ask(node: N | undefined, signal: AbortSignal): Promise<N[]> {
    const name = kind.labelOf(node)
    const whole = async (): Promise<readonly N[]> => await reading.follow(name, signal, (ending, report) => read(node, ending, report))
    try {
      const children = await vscode.window.withProgress({ location: { viewId: view } }, whole)
      for (const child of children) shown.set(kind.idOf(child), child)
      return [...children]
    } catch (error) {
      if (error === readingCancelled && node) return [kind.cancelled(node)]
      if (!signal.aborted && !isCancellation(error)) problems.show(error)
      return []
    }
  }

  return {
    onDidChangeTreeData: changed.event,
    getTreeItem: node => kind.draw(node, clock.now()),
    getChildren,
    find: id => shown.get(id),
    dispose: () => {
      closing.abort(new LakehouseError('cancelled', 'The view is closed.'))
      for (const { controller } of requests.values()) controller.abort()
      store.dispose()
    },
  }
}
