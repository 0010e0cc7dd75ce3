import type { Disposable } from '#base/disposable.ts'
import { toProblem } from '#base/errors.ts'
import { Emitter, type Event } from '#base/event.ts'
import type { Report } from '#base/progress.ts'
import type { PageOf } from '#mlflow/types.ts'
import type { Connections } from './connections.ts'
import { createNodePages, type NodePage, type PageRequest } from './nodePages.ts'
import type { Tracking } from './tracking.ts'
import { connectionOf, experimentKey, trackingId, type TrackingNode } from './trackingNode.ts'

/** What the runs of an experiment are searched with, in MLflow's own words. */
export interface RunFilter {
  readonly connection: string
  readonly experimentId: string
  /** Empty for all runs. */
  readonly filter: string
}

/**
 * Tracking servers, their experiments and runs as a tree of plain nodes, paged on the server. Answers are kept until
 * refreshed; filters and how many runs were on show survive that.
 */
export interface TrackingTree extends Disposable {
  /** Children of a node, of the root without one. An expected failure and emptiness are nodes too; only bugs and an abort throw. */
  children(node: TrackingNode | undefined, signal: AbortSignal, report?: Report): Promise<readonly TrackingNode[]>
  /** Adds the page that a `more` node stands for to its parent, which is then announced. */
  loadMore(node: TrackingNode & { readonly kind: 'more' }, signal: AbortSignal): Promise<void>
  /** Forgets what is known of a node and below it, everything without one, and announces it. */
  refresh(node?: TrackingNode): void
  /** Searches the runs of an experiment with another filter from now on. */
  filterRuns(filter: RunFilter): void
  readonly filters: readonly RunFilter[]
  /** A node whose children have changed; undefined for the root. */
  readonly onDidChange: Event<TrackingNode | undefined>
}

const pageSize = 50
/** As many as a refresh brings back at once. */
const mostAtOnce = 1000

export function createTrackingTree(tracking: Tracking, connections: Pick<Connections, 'onDidChange'>): TrackingTree {
  const changed = new Emitter<TrackingNode | undefined>()
  const filters = new Map<string, RunFilter>()
  const pages = createNodePages(trackingId, async (node: TrackingNode, request) => await readTrackingPage(tracking, node, request))

  const servers = (): readonly TrackingNode[] => tracking.servers().map(({ connection, url }) => ({ kind: 'server', connection, url }))

  /** With the filter that it has now: nodes are kept. */
  function withFilter(node: TrackingNode): TrackingNode {
    return node.kind === 'experiment' ? { ...node, filter: filters.get(trackingId(node))?.filter ?? '' } : node
  }

  async function children(
    parent: TrackingNode | undefined,
    signal: AbortSignal,
    report: Report = () => {},
  ): Promise<readonly TrackingNode[]> {
    if (!parent) return servers()
    const node = withFilter(parent)
    try {
      const { nodes, next } = await pages.read(node, signal, report)
      if (nodes.length === 0) return [{ kind: 'notice', parent: node, notice: { kind: 'empty' } }]
      const shown = nodes.map(withFilter)
      return next === undefined ? shown : [...shown, { kind: 'more', parent: node, from: next }]
    } catch (error) {
      const problem = toProblem(error)
      if (signal.aborted || !problem) throw error
      return [{ kind: 'notice', parent: node, notice: { kind: 'problem', problem } }]
    }
  }

  function refresh(scope?: TrackingNode): void {
    pages.forget(node => !scope || isWithin(node, scope))
    changed.fire(scope)
  }

  const following = connections.onDidChange(() => refresh())
  return {
    children,
    loadMore: async ({ parent, from }, signal) => {
      if (await pages.readMore(withFilter(parent), from, signal, () => {})) changed.fire(parent)
    },
    refresh,
    filterRuns: filter => {
      const { connection, experimentId } = filter
      const id = experimentKey(connection, experimentId)
      if (filter.filter === '') filters.delete(id)
      else filters.set(id, filter)
      pages.forget(known => trackingId(known) === id)
      // The experiment itself shows its filter, which its parent has to bring.
      changed.fire(servers().find(server => connectionOf(server) === connection))
    },
    get filters() {
      return Array.from(filters.values())
    },
    onDidChange: changed.event,
    dispose: () => {
      following.dispose()
      pages.close()
      changed.dispose()
    },
  }
}

/** True when `node` is `scope` or lies below it. */
function isWithin(node: TrackingNode, scope: TrackingNode): boolean {
  if (trackingId(node) === trackingId(scope)) return true
  return scope.kind === 'server' && connectionOf(node) === scope.connection
}

async function readTrackingPage(
  tracking: Tracking,
  node: TrackingNode,
  { from, before, signal }: PageRequest,
): Promise<NodePage<TrackingNode>> {
  const limit = from === undefined ? Math.min(Math.max(pageSize, before), mostAtOnce) : pageSize
  const page: PageOf = { limit, ...(from === undefined ? {} : { from }) }
  if (node.kind === 'server') {
    const { connection } = node
    const { items, ...next } = await tracking.client(connection).searchExperiments(page, signal)
    return { nodes: items.map(experiment => ({ kind: 'experiment', connection, experiment, filter: '' })), ...next }
  }
  if (node.kind !== 'experiment') return { nodes: [] }
  const { connection, experiment, filter } = node
  const { items, ...next } = await tracking.client(connection).searchRuns({ experimentId: experiment.id, filter }, page, signal)
  return { nodes: items.map(run => ({ kind: 'run', connection, run })), ...next }
}
