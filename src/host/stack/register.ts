import * as vscode from 'vscode'
import { DisposableStore, MutableDisposable, type Disposable } from '#base/disposable.ts'
import { asError } from '#base/errors.ts'
import type { HostDeps } from '#host/deps.ts'
import { views } from '#host/ids.ts'
import { describeStack } from './describe.ts'
import { registerStackCommands } from './stackCommands.ts'
import { createStackStatus } from './stackStatus.ts'
import { createStackTree } from './stackTree.ts'
import type { StackWatch } from './stackWatch.ts'

/** The view *Stack*, its commands and the status bar item. The stack is probed only while the view is visible. */
export function registerStack(deps: HostDeps, watch: StackWatch): Disposable {
  const store = new DisposableStore()
  const tree = store.add(createStackTree(watch, deps.problems))
  const view = store.add(vscode.window.createTreeView(views.stack, { treeDataProvider: tree }))
  const polling = store.add(new MutableDisposable<Disposable>())
  const poll = (): void => {
    if (watch.state && watch.state.kind !== 'stopped') {
      void watch.look(AbortSignal.timeout(pollMs)).catch((error: unknown) => deps.log.debug(asError(error).message))
    }
    tree.redraw()
  }
  const follow = (isVisible: boolean): void => {
    polling.value = isVisible ? every(pollMs, poll) : undefined
  }
  store.add(view.onDidChangeVisibility(({ visible }) => follow(visible)))
  follow(view.visible)
  store.add(
    watch.onDidChange(state => {
      view.message = state.kind === 'failed' ? describeStack(state).long : ''
    }),
  )
  store.add(createStackStatus(watch))
  store.add(registerStackCommands(deps, watch))
  return store
}

const pollMs = 15_000

function every(ms: number, run: () => void): Disposable {
  const timer = setInterval(run, ms)
  return { dispose: () => clearInterval(timer) }
}
