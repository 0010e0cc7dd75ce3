import * as vscode from 'vscode'
import { systemClock, type Clock } from '#base/clock.ts'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { toProblem } from '#base/errors.ts'
import type { Event } from '#base/event.ts'
import { isCancellation, type Problems } from '#host/problems.ts'
import type { ServiceName, ServiceUsage, StackState } from '#stack/types.ts'
import { renderStackNode } from './renderStackNode.ts'
import { describeService } from './serviceText.ts'
import { nodesOf, serviceNode, type ServiceNode, type StackNode } from './stackNode.ts'
import type { StackWatch } from './stackWatch.ts'

/** What the services take of the machine, as far as somebody looks. */
export interface UsageSource {
  readonly current: ReadonlyMap<ServiceName, ServiceUsage>
  readonly onDidChange: Event<ReadonlyMap<ServiceName, ServiceUsage>>
}

export interface StackTreeDeps {
  readonly watch: StackWatch
  readonly usage: UsageSource
  readonly problems: Problems
  readonly clock?: Clock
}

/** The services by group, as VS Code asks for them. */
export interface StackTree extends vscode.TreeDataProvider<StackNode>, Disposable {
  getChildren(node?: StackNode): Promise<StackNode[]>
  getTreeItem(node: StackNode): vscode.TreeItem
}

/** The services by group; none of a stack that there never was, so that the view's welcome text shows. */
export function createStackTree({ watch, usage, problems, clock = systemClock }: StackTreeDeps): StackTree {
  const store = new DisposableStore()
  const changed = store.add(new vscode.EventEmitter<StackNode[] | undefined>())
  /** The rows of services as they were drawn last. */
  const drawn = new Map<ServiceName, { readonly node: ServiceNode; readonly text: string }>()
  const textOf = ({ service }: ServiceNode): string => describeService(service, usage.current.get(service.name), clock.now())
  store.add(watch.onDidChange(() => changed.fire(undefined)))
  store.add(
    usage.onDidChange(() => {
      const other = [...drawn.values()].filter(({ node, text }) => textOf(node) !== text).map(({ node }) => node)
      if (other.length > 0) changed.fire(other)
    }),
  )

  async function roots(): Promise<readonly StackNode[]> {
    try {
      drawn.clear()
      const state = watch.state ?? (await watch.look(AbortSignal.timeout(firstLookMs)))
      return watch.isNew ? [] : nodesOf(state)
    } catch (error) {
      const problem = toProblem(error)
      if (problem && !isCancellation(error)) return [{ kind: 'problem', problem }]
      problems.show(error)
      return []
    }
  }

  return {
    onDidChangeTreeData: changed.event,
    getTreeItem: node => {
      if (node.kind === 'service') drawn.set(node.service.name, { node, text: textOf(node) })
      return renderStackNode(node, { state: watch.state ?? unseen, usage: usage.current, now: clock.now() })
    },
    getChildren: async node => {
      if (!node) return [...(await roots())]
      return node.kind === 'group' ? node.services.map(serviceNode) : []
    },
    dispose: () => store.dispose(),
  }
}

const firstLookMs = 15_000

/** Before the first look there is at most a problem to draw. */
const unseen: StackState = { kind: 'stopped', engine: 'local', services: [], endpoints: {} }
