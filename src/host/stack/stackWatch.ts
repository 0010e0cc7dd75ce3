import * as vscode from 'vscode'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { asError } from '#base/errors.ts'
import { Emitter, type Event } from '#base/event.ts'
import type { HostDeps } from '#host/deps.ts'
import { contextKeys } from '#host/ids.ts'
import type { StackState } from '#stack/types.ts'
import { lakeStateOf } from './lakeState.ts'

/**
 * The stack as all surfaces of the window see it. Nothing is looked at before the first `look`; from then on changes are
 * followed and stand in the context keys.
 */
export interface StackWatch extends Disposable {
  /** Undefined before the first look. */
  readonly state: StackState | undefined
  readonly onDidChange: Event<StackState>
  /** The state after one probe; callers at the same time share it. */
  look(signal: AbortSignal): Promise<StackState>
}

export function createStackWatch({ lakehouse, log }: Pick<HostDeps, 'lakehouse' | 'log'>): StackWatch {
  const store = new DisposableStore()
  const changed = store.add(new Emitter<StackState>())
  let state: StackState | undefined
  let following: Promise<void> | undefined

  const report = (error: unknown): void => log.error(asError(error))

  async function follow(): Promise<void> {
    const { stack, connections } = await lakehouse()
    store.add(stack.onDidChange(next => void publish(next).catch(report)))
    store.add(connections.onDidChange(() => void publish(stack.state).catch(report)))
  }

  async function publish(next: StackState): Promise<void> {
    state = next
    changed.fire(next)
    const { stack, connections } = await lakehouse()
    const wasStarted = (await stack.secrets(AbortSignal.timeout(secretsMs))) !== undefined
    const lake = lakeStateOf(next, { connections: connections.list().length, wasStarted })
    await vscode.commands.executeCommand('setContext', contextKeys.stackState, next.kind)
    await vscode.commands.executeCommand('setContext', contextKeys.lakeState, lake)
  }

  return {
    get state() {
      return state
    },
    onDidChange: changed.event,
    look: async signal => {
      await (following ??= follow())
      const { stack } = await lakehouse()
      const seen = await stack.refresh(signal)
      await publish(seen)
      return seen
    },
    dispose: () => store.dispose(),
  }
}

const secretsMs = 5000
