import * as vscode from 'vscode'
import { DisposableStore, MutableDisposable, type Disposable } from '#base/disposable.ts'
import type { HostDeps } from '#host/deps.ts'
import { views } from '#host/ids.ts'
import type { StackState } from '#stack/types.ts'
import { createComposeProblems } from './composeProblems.ts'
import { describeStack, engineLabel } from './describe.ts'
import { registerServiceCommands } from './serviceCommands.ts'
import { createServiceLogs } from './serviceLogs.ts'
import { registerStackCommands } from './stackCommands.ts'
import type { StackNode } from './stackNode.ts'
import { createStackProblems } from './stackProblems.ts'
import { createStackStatus } from './stackStatus.ts'
import { createStackTree, type StackTree } from './stackTree.ts'
import { createStackUsage } from './stackUsage.ts'
import type { StackWatch } from './stackWatch.ts'

export interface StackView extends Disposable {
  readonly tree: StackTree
}

/** The view *Stack*, its commands and the status bar item. Only while the view is visible are events and usage followed. */
export function registerStack(deps: HostDeps, watch: StackWatch): StackView {
  const store = new DisposableStore()
  const usage = store.add(createStackUsage(deps, watch))
  const tree = store.add(createStackTree({ watch, usage, problems: deps.problems }))
  const view = store.add(vscode.window.createTreeView(views.stack, { treeDataProvider: tree, showCollapseAll: false }))
  const following = store.add(new MutableDisposable<Disposable>())
  const follow = (isVisible: boolean): void => {
    following.value = isVisible ? both(watch.hold(), usage.follow()) : undefined
  }
  store.add(view.onDidChangeVisibility(({ visible }) => follow(visible)))
  follow(view.visible)
  store.add(watch.onDidChange(state => describeView(view, state)))
  store.add(createStackStatus(watch))
  store.add(createComposeProblems(deps, watch))
  const logs = store.add(createServiceLogs(deps))
  const problems = createStackProblems(deps.problems)
  store.add(registerStackCommands({ ...deps, watch, logs }, problems))
  store.add(registerServiceCommands({ ...deps, watch, logs }, problems))
  return { tree, dispose: () => store.dispose() }
}

/** A failure without services is a node of its own. */
function describeView(view: vscode.TreeView<StackNode>, state: StackState): void {
  view.description = engineLabel(state.engine)
  const failure = state.kind === 'failed' && state.services.length > 0 ? describeStack(state).long : undefined
  const left = state.elsewhere && vscode.l10n.t('Services still run with the other engine: {0}', engineLabel(state.elsewhere.engine))
  view.message = [failure, left].filter(Boolean).join('\n')
}

function both(...owned: readonly Disposable[]): Disposable {
  const store = new DisposableStore()
  for (const one of owned) store.add(one)
  return store
}
