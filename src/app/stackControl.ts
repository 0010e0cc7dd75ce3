import type { Clock } from '#base/clock.ts'
import { DisposableStore, MutableDisposable, type Disposable } from '#base/disposable.ts'
import { asError, LakehouseError, toProblem, type Problem } from '#base/errors.ts'
import { Emitter, type Event } from '#base/event.ts'
import type { Logger } from '#base/log.ts'
import type { LogOptions, Report, ServiceShell, StackEngine } from '#stack/engine.ts'
import type { StackPlan, StackRequest } from '#stack/plan.ts'
import { stateOf } from '#stack/state.ts'
import type { LogLine, ServiceName, ServiceUsage, StackProgress, StackSecrets, StackState } from '#stack/types.ts'
import { SharedWork } from './sharedWork.ts'
import type { CreateBuckets } from './stackChange.ts'
import { changeStack, planFor } from './stackChanges.ts'
import { engineTitle, lookAt } from './stackLook.ts'
import { type EngineChoice } from './stackEngines.ts'

/**
 * The stack of one project. One change at a time: a second request for the same joins the first, another one waits, also across
 * processes. Does nothing until it is first asked.
 */
export interface StackControl extends Disposable {
  /** As of the last look; `stopped` before the first. */
  readonly state: StackState
  readonly onDidChange: Event<StackState>
  /**
   * Looks at what runs; during a change made here, the state of that change. An engine that does not answer and a definition that
   * cannot be used are a state too: `failed`.
   */
  refresh(signal: AbortSignal): Promise<StackState>
  /** What a change would do now. @throws LakehouseError as {@link change} does before its first step */
  plan(request: StackRequest, signal: AbortSignal): Promise<StackPlan>
  /**
   * Plans anew and carries the plan out; whoever asks has confirmed what is destructive. What fails keeps back only what needs it.
   * When every caller has cancelled, it takes back what it started.
   *
   * @throws LakehouseError of the first failure, naming the others and what was not started because of them
   */
  change(request: StackRequest, report: Report, signal: AbortSignal): Promise<StackState>
  logs(services: readonly ServiceName[], options: LogOptions, signal: AbortSignal): AsyncIterable<LogLine>
  usage(signal: AbortSignal): Promise<ReadonlyMap<ServiceName, ServiceUsage>>
  /** Keeps `state` current while held: the engine tells when something happens. */
  watch(): Disposable
  shell(name: ServiceName, signal: AbortSignal): Promise<ServiceShell>
  /** Undefined when the stack has none yet. */
  secrets(signal: AbortSignal): Promise<StackSecrets | undefined>
}

export interface ControlPorts {
  readonly clock: Clock
  readonly log: Logger
  readonly createBuckets: CreateBuckets
}

/** The stack that the chosen engine runs. */
export function createStackControl(engines: EngineChoice, ports: ControlPorts): StackControl {
  return new EngineControl(engines, ports)
}

interface Change {
  readonly request: string
  readonly shared: SharedWork<StackState, StackProgress>
  /** What it waits for. */
  readonly before?: Change
}

class EngineControl implements StackControl {
  readonly #engines: EngineChoice
  readonly #ports: ControlPorts
  readonly #store = new DisposableStore()
  readonly #changed = this.#store.add(new Emitter<StackState>())
  readonly onDidChange = this.#changed.event
  readonly #closing = new AbortController()
  readonly #following = this.#store.add(new MutableDisposable<Disposable>())
  #state: StackState
  #change: Change | undefined
  /** Why the last change failed, and how the services stood after it. */
  #failure: { readonly problem: Problem; readonly stand: string } | undefined
  #watchers = 0
  #isLooking = false
  #mustLook = false

  constructor(engines: EngineChoice, ports: ControlPorts) {
    this.#engines = engines
    this.#ports = ports
    this.#state = { kind: 'stopped', engine: engines.kind, services: [], endpoints: {} }
    this.#store.add(engines.onDidChange(() => this.#follow()))
  }

  get state(): StackState {
    return this.#state
  }

  async refresh(signal: AbortSignal): Promise<StackState> {
    if (this.#change?.shared.isPending) return this.#state
    const seen = await this.#look(signal)
    return this.#change?.shared.isPending ? this.#state : this.#set(this.#withFailure(seen))
  }

  async plan(request: StackRequest, signal: AbortSignal): Promise<StackPlan> {
    const engine = await this.#engineFor(request, signal)
    return (await planFor(engine, request, signal)).plan
  }

  /** Joins the change that was asked for last when it is the same; else comes after it. */
  async change(request: StackRequest, report: Report, signal: AbortSignal): Promise<StackState> {
    signal.throwIfAborted()
    if (this.#closing.signal.aborted) throw closed()
    const last = this.#change
    const change = last?.request === JSON.stringify(request) && last.shared.isOpen ? last : this.#begin(request, last)
    this.#change = change
    return change.shared.join(report, signal)
  }

  async *logs(services: readonly ServiceName[], options: LogOptions, signal: AbortSignal): AsyncIterable<LogLine> {
    yield* (await this.#engines.choose(signal)).logs(services, options, signal)
  }

  async usage(signal: AbortSignal): Promise<ReadonlyMap<ServiceName, ServiceUsage>> {
    return (await this.#engines.choose(signal)).usage(signal)
  }

  async shell(name: ServiceName, signal: AbortSignal): Promise<ServiceShell> {
    return (await this.#engines.choose(signal)).shell(name, signal)
  }

  async secrets(signal: AbortSignal): Promise<StackSecrets | undefined> {
    return (await this.#engines.choose(signal)).secrets()
  }

  watch(): Disposable {
    this.#watchers += 1
    if (this.#watchers === 1) this.#follow()
    let isHeld = true
    return {
      dispose: () => {
        if (!isHeld) return
        isHeld = false
        this.#watchers -= 1
        if (this.#watchers === 0) this.#following.value = undefined
      },
    }
  }

  /** Running services stay: they are there for the next window. */
  dispose(): void {
    this.#closing.abort(closed())
    for (let change = this.#change; change; change = change.before) change.shared.cancel(closed())
    this.#store.dispose()
  }

  #begin(request: StackRequest, before: Change | undefined): Change {
    const shared = new SharedWork<StackState, StackProgress>(async (report, signal) => {
      await before?.shared.settled()
      return this.#carryOut(request, report, signal)
    })
    const change = { request: JSON.stringify(request), shared }
    return before?.shared.isPending ? { ...change, before } : change
  }

  async #carryOut(request: StackRequest, report: Report, signal: AbortSignal): Promise<StackState> {
    const show = (state: StackState): void => void this.#set(state)
    this.#failure = undefined
    try {
      const engine = await this.#engineFor(request, signal)
      this.#engines.forget()
      if (request.kind === 'up') for (const step of await this.#engines.warnings(signal)) report({ step })
      const elsewhere = await this.#engines.elsewhere(signal)
      if (elsewhere) report({ step: `${engineTitle(elsewhere.engine)} still runs ${elsewhere.services.join(', ')} of this project` })
      const work = { engine, createBuckets: this.#ports.createBuckets, report, signal, show, known: this.#state }
      const changed = await changeStack(work, request)
      return this.#set(elsewhere ? { ...changed, elsewhere } : changed)
    } catch (thrown) {
      const seen = await this.#look(this.#closing.signal).catch(() => this.#state)
      if (!signal.aborted) this.#failure = { problem: this.#problemOf(thrown), stand: standText(seen) }
      this.#set(this.#withFailure(seen))
      throw thrown
    }
  }

  async #engineFor({ kind }: StackRequest, signal: AbortSignal): Promise<StackEngine> {
    const engine = await this.#engines.choose(signal)
    if (kind === 'up' || kind === 'restart' || kind === 'scale') await this.#engines.checkStart(signal)
    return engine
  }

  /** The reason of a failure stays until the next change, or until the services stand otherwise. */
  #withFailure(seen: StackState): StackState {
    if (this.#failure?.stand !== standText(seen)) this.#failure = undefined
    return this.#failure ? { ...seen, kind: 'failed', problem: this.#failure.problem } : seen
  }

  async #look(signal: AbortSignal): Promise<StackState> {
    try {
      const engine = await this.#engines.choose(signal)
      const seen = stateOf(await lookAt(engine, signal), engine.kind)
      const elsewhere = await this.#engines.elsewhere(signal)
      return elsewhere ? { ...seen, elsewhere } : seen
    } catch (thrown) {
      signal.throwIfAborted()
      return { kind: 'failed', problem: this.#problemOf(thrown), engine: this.#engines.kind, services: [], endpoints: {} }
    }
  }

  /** Hears of the engine that is chosen now; looks at once, since something may have happened before. */
  #follow(): void {
    if (this.#watchers === 0) return
    const { signal } = this.#closing
    const store = new DisposableStore()
    this.#following.value = store
    this.#engines.choose(signal).then(
      engine => {
        if (this.#following.value !== store) return
        store.add(engine.watch(() => void this.#lookAgain()))
        void this.#lookAgain()
      },
      () => void this.#lookAgain(),
    )
  }

  /** One look at a time; what happens during one is seen by the next. */
  async #lookAgain(): Promise<void> {
    this.#mustLook = true
    if (this.#isLooking) return
    this.#isLooking = true
    try {
      while (this.#mustLook && !this.#closing.signal.aborted) {
        this.#mustLook = false
        await this.refresh(this.#closing.signal)
      }
    } catch (thrown) {
      if (!this.#closing.signal.aborted) this.#ports.log.error(asError(thrown))
    } finally {
      this.#isLooking = false
    }
  }

  #set(state: StackState): StackState {
    this.#state = state
    this.#changed.fire(state)
    return state
  }

  #problemOf(thrown: unknown): Problem {
    const problem = toProblem(thrown)
    if (problem) return problem
    this.#ports.log.error(asError(thrown))
    return { code: 'failed', message: 'The stack failed for a reason nobody foresaw.', hint: 'The log of DataFlow Lab has the details.' }
  }
}

function standText({ services }: StackState): string {
  return JSON.stringify(services.map(({ name, state, health }) => [name, state, health]))
}

function closed(): LakehouseError {
  return new LakehouseError('cancelled', 'The stack control was closed.')
}
