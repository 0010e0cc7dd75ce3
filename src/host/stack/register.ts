import * as vscode from 'vscode'
import { DisposableStore, MutableDisposable, type Disposable } from '#base/disposable.ts'
import { asError } from '#base/errors.ts'
import { every } from '#base/every.ts'
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
  let tick = 0
  const poll = (): void => {
    tick += 1
    const isChanging = watch.state?.kind === 'starting' || watch.state?.kind === 'stopping'
    if (!watch.state || (!isChanging && tick % calmTicks !== 0)) return
    void watch.look(AbortSignal.timeout(lookMs)).catch((error: unknown) => deps.log.debug(asError(error).message))
  }
  const follow = (isVisible: boolean): void => {
    polling.value = isVisible ? every(tickMs, poll) : undefined
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

const tickMs = 2000
/** A stack that stands or runs is looked at every so many ticks, one that changes, perhaps by another window, at each. */
const calmTicks = 8
const lookMs = 15_000
