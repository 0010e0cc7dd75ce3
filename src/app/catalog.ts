import type { Disposable } from '#base/disposable.ts'
import { toProblem } from '#base/errors.ts'
import { Emitter, type Event } from '#base/event.ts'
import { limit } from '#base/limit.ts'
import type { Report } from '#base/progress.ts'
import { isWithin, nodeId, type CatalogNode } from './catalogNode.ts'
import { readNodePage, type CatalogPorts } from './catalogPages.ts'
import { createNodePages } from './nodePages.ts'

/**
 * The lakes as a tree of plain nodes. A page of a folder costs one list request; whether its sub-folders are Delta tables is
 * asked afterwards, at most once each and eight at a time, and announced. Answers are kept until refreshed.
 */
export interface Catalog extends Disposable {
  /** Children of a node, of the root without one. An expected failure and emptiness are nodes too; only bugs and an abort throw. */
  children(node: CatalogNode | undefined, signal: AbortSignal, report?: Report): Promise<readonly CatalogNode[]>
  /** Adds the page that a `more` node stands for to its parent, which is then announced; a refresh meanwhile drops it. */
  loadMore(node: MoreNode, signal: AbortSignal, report?: Report): Promise<void>
  /** Forgets what is known of a node and below it, everything without one, and announces it. */
  refresh(node?: CatalogNode): void
  /** A node whose children have changed; undefined for the root. */
  readonly onDidChange: Event<CatalogNode | undefined>
}

export type MoreNode = CatalogNode & { readonly kind: 'more' }
type FolderNode = CatalogNode & { readonly kind: 'folder' }

const probesAtOnce = 8

export function createCatalog(ports: CatalogPorts): Catalog {
  const changed = new Emitter<CatalogNode | undefined>()
  const probed = new Map<string, FolderNode>()
  const tables = new Set<string>()
  const closing = new AbortController()
  const probe = limit(probesAtOnce)
  const pages = createNodePages(nodeId, async (node: CatalogNode, request) => {
    const page = await readNodePage(ports, node, request)
    void recognise(node, page.nodes)
    return page
  })

  async function children(node: CatalogNode | undefined, signal: AbortSignal, report: Report = () => {}): Promise<readonly CatalogNode[]> {
    if (!node) return ports.connections.list().map(({ name }) => ({ kind: 'connection', name }))
    try {
      const { nodes, next } = await pages.read(node, signal, report)
      if (nodes.length === 0) return [{ kind: 'notice', parent: node, notice: { kind: 'empty' } }]
      const shown = nodes.map(child => (child.kind === 'folder' && tables.has(nodeId(child)) ? asTable(child) : child))
      return next === undefined ? shown : [...shown, { kind: 'more', parent: node, from: next }]
    } catch (error) {
      const problem = toProblem(error)
      if (signal.aborted || !problem) throw error
      return [{ kind: 'notice', parent: node, notice: { kind: 'problem', problem } }]
    }
  }

  async function loadMore({ parent, from }: MoreNode, signal: AbortSignal, report: Report = () => {}): Promise<void> {
    if (await pages.readMore(parent, from, signal, report)) changed.fire(parent)
  }

  /** Asks of every folder not yet known whether it is a table, and announces the parent once if one is. */
  async function recognise(parent: CatalogNode, nodes: readonly CatalogNode[]): Promise<void> {
    const folders = nodes.filter(isCandidate).filter(folder => !probed.has(nodeId(folder)))
    const answers = await Promise.all(folders.map(isTable))
    if (answers.includes(true) && !closing.signal.aborted) changed.fire(parent)
  }

  /** False also where the question failed: opening the folder will say why; and where a refresh has overtaken it. */
  function isTable(folder: FolderNode): Promise<boolean> {
    const id = nodeId(folder)
    const { store, key } = folder.place
    const request = { prefix: `${key}/_delta_log/`, maxKeys: 1 }
    const answer = probe(() => ports.reads.list({ store, request }, closing.signal)).then(
      ({ objects }) => {
        if (objects.length === 0 || probed.get(id) !== folder) return false
        tables.add(id)
        pages.forget(node => nodeId(node) === id)
        return true
      },
      () => {
        if (probed.get(id) === folder) probed.delete(id)
        return false
      },
    )
    probed.set(id, folder)
    return answer
  }

  function refresh(scope?: CatalogNode): void {
    const isForgotten = (node: CatalogNode): boolean => !scope || isWithin(node, scope)
    pages.forget(isForgotten)
    for (const [id, folder] of probed) {
      if (!isForgotten(folder)) continue
      probed.delete(id)
      tables.delete(id)
    }
    changed.fire(scope)
  }

  const following = ports.connections.onDidChange(() => refresh())
  return {
    children,
    loadMore,
    refresh,
    onDidChange: changed.event,
    dispose: () => {
      following.dispose()
      closing.abort()
      pages.close()
      changed.dispose()
    },
  }
}

/** Names that start with `_` or `.` hold no tables by convention. */
function isCandidate(node: CatalogNode): node is FolderNode {
  return node.kind === 'folder' && !/^[_.]/.test(node.name)
}

function asTable({ name, place }: FolderNode): CatalogNode {
  return { kind: 'table', name, place }
}
