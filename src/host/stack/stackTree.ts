import * as vscode from 'vscode'
import { systemClock, type Clock } from '#base/clock.ts'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { toProblem } from '#base/errors.ts'
import type { Event } from '#base/event.ts'
import { isCancellation, type Problems } from '#host/problems.ts'
import type { ServiceName, ServiceUsage, StackState } from '#stack/types.ts'
import { renderStackNode } from './renderStackNode.ts'
import { describeService } from './serviceText.ts'
import { nodesOf, serviceNode, type StackNode } from './stackNode.ts'
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
  const changed = store.add(new vscode.EventEmitter<undefined>())
  store.add(watch.onDidChange(() => changed.fire(undefined)))
  let shown = ''
  store.add(
    usage.onDidChange(() => {
      const texts = textsOf(watch.state, usage.current, clock.now())
      if (texts !== shown) changed.fire(undefined)
      shown = texts
    }),
  )

  async function roots(): Promise<readonly StackNode[]> {
    try {
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
    getTreeItem: node => renderStackNode(node, { state: watch.state ?? unseen, usage: usage.current, now: clock.now() }),
    getChildren: async node => {
      if (!node) return [...(await roots())]
      return node.kind === 'group' ? node.services.map(serviceNode) : []
    },
    dispose: () => store.dispose(),
  }
}

/** What the rows say; a reading that changes none of it draws nothing. */
function textsOf(state: StackState | undefined, usage: UsageSource['current'], now: number): string {
  return (state?.services ?? []).map(service => describeService(service, usage.get(service.name), now)).join('\n')
}

const firstLookMs = 15_000

/** Before the first look there is at most a problem to draw. */
const unseen: StackState = { kind: 'stopped', engine: 'local', services: [], endpoints: {} }
