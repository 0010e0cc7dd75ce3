import * as vscode from 'vscode'
import { DisposableStore, MutableDisposable, type Disposable } from '#base/disposable.ts'
import { asError } from '#base/errors.ts'
import { Emitter, type Event } from '#base/event.ts'
import type { StackControl } from '#app/stackControl.ts'
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
  /** Nothing was ever started here, and the folder defines no stack of its own. */
  readonly isNew: boolean
  /** The state after one probe; callers at the same time share it. */
  look(signal: AbortSignal): Promise<StackState>
  /** Keeps the state current from the events of the engine, until disposed. */
  hold(): Disposable
}

export function createStackWatch({ lakehouse, log }: Pick<HostDeps, 'lakehouse' | 'log'>): StackWatch {
  const store = new DisposableStore()
  const changed = store.add(new Emitter<StackState>())
  let state: StackState | undefined
  let wasStarted = false
  let isDefined = false
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
    const { stack, connections, hasCompose } = await lakehouse()
    const [isKnown, isOwn] = await Promise.all([hasSecrets(stack), hasCompose(AbortSignal.timeout(secretsMs))])
    if (state !== next) return
    if (isKnown !== wasStarted || isOwn !== isDefined) {
      wasStarted = isKnown
      isDefined = isOwn
      changed.fire(next)
    }
    const lake = lakeStateOf(next, { connections: connections.list().length, wasStarted })
    await vscode.commands.executeCommand('setContext', contextKeys.stackState, next.kind)
    await vscode.commands.executeCommand('setContext', contextKeys.stackEngine, next.engine)
    await vscode.commands.executeCommand('setContext', contextKeys.lakeState, lake)
  }

  async function look(signal: AbortSignal): Promise<StackState> {
    await (following ??= follow())
    const { stack } = await lakehouse()
    const seen = await stack.refresh(signal)
    await publish(seen)
    return seen
  }

  /** Events are subscribed to before the look, so that nothing is missed in between. */
  async function follows(held: MutableDisposable<Disposable>): Promise<void> {
    held.value = (await lakehouse()).stack.watch()
    await look(AbortSignal.timeout(lookMs))
  }

  return {
    get state() {
      return state
    },
    get isNew() {
      return state?.kind === 'stopped' && !wasStarted && !isDefined
    },
    onDidChange: changed.event,
    look,
    hold: () => {
      const held = store.add(new MutableDisposable<Disposable>())
      void follows(held).catch((error: unknown) => log.debug(asError(error).message))
      return held
    },
    dispose: () => store.dispose(),
  }
}

/** A stack without secrets was never started; of one whose definition or engine fails nobody knows. */
async function hasSecrets(stack: StackControl): Promise<boolean> {
  try {
    return (await stack.secrets(AbortSignal.timeout(secretsMs))) !== undefined
  } catch {
    return true
  }
}

const secretsMs = 5000
const lookMs = 15_000
