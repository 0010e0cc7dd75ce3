import type { Clock } from '#base/clock.ts'
import type { Disposable } from '#base/disposable.ts'
import { asError, LakehouseError, toProblem, type Problem } from '#base/errors.ts'
import { Emitter, type Event } from '#base/event.ts'
import type { Logger } from '#base/log.ts'
import type { LogOptions, Report, StackEngine } from '#stack/engine.ts'
import { createLocalEngine } from '#stack/local/localEngine.ts'
import { stateOf } from '#stack/state.ts'
import type { LogLine, ServiceName, StackProgress, StackSecrets, StackState } from '#stack/types.ts'
import { SharedWork } from './sharedWork.ts'
import { startStack, stopStack, type CreateBuckets } from './stackChanges.ts'

/**
 * The local stack of one project. One change at a time: a second `up` joins the first, also across processes. Does nothing
 * until it is first asked.
 */
export interface StackControl extends Disposable {
  /** As of the last look; `stopped` before the first. */
  readonly state: StackState
  readonly onDidChange: Event<StackState>
  /** Looks at the discovery file and probes what it names; during a change made here, the state of that change. */
  refresh(signal: AbortSignal): Promise<StackState>
  /**
   * Installs what is missing, starts what is not running, waits until all is healthy and the buckets exist. When every
   * caller has cancelled, it takes back what it started.
   */
  up(report: Report, signal: AbortSignal): Promise<StackState>
  /** Orderly stop of everything; also of what a crash left behind. */
  down(report: Report, signal: AbortSignal): Promise<StackState>
  logs(services: readonly ServiceName[], options: LogOptions, signal: AbortSignal): AsyncIterable<LogLine>
  /** Undefined when the stack has never been started. */
  secrets(signal: AbortSignal): Promise<StackSecrets | undefined>
}

export interface StackPorts {
  /** Whose stack this is. */
  readonly projectFolder: string
  /** Where locks/ lies. */
  readonly productFolder: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly log: Logger
  readonly createBuckets: CreateBuckets
}

/** The stack of a project, run as processes of this machine. */
export function createStackControl(ports: StackPorts): StackControl {
  return controlStack(createLocalEngine(ports), ports)
}

/** The stack that an engine runs. */
export function controlStack(engine: StackEngine, { log, createBuckets }: Pick<StackPorts, 'log' | 'createBuckets'>): StackControl {
  return new EngineControl(engine, log, createBuckets)
}

interface Change {
  readonly kind: 'up' | 'down'
  readonly shared: SharedWork<StackState, StackProgress>
  /** What it waits for. */
  readonly before?: Change
}

class EngineControl implements StackControl {
  readonly #engine: StackEngine
  readonly #log: Logger
  readonly #createBuckets: CreateBuckets
  readonly #changed = new Emitter<StackState>()
  readonly onDidChange = this.#changed.event
  #state: StackState
  #change: Change | undefined
  #isDisposed = false

  constructor(engine: StackEngine, log: Logger, createBuckets: CreateBuckets) {
    this.#engine = engine
    this.#log = log
    this.#createBuckets = createBuckets
    this.#state = { kind: 'stopped', engine: engine.kind, services: [], endpoints: {} }
  }

  get state(): StackState {
    return this.#state
  }

  logs(services: readonly ServiceName[], options: LogOptions, signal: AbortSignal): AsyncIterable<LogLine> {
    return this.#engine.logs(services, options, signal)
  }

  async secrets(_signal: AbortSignal): Promise<StackSecrets | undefined> {
    return this.#engine.secrets()
  }

  async refresh(signal: AbortSignal): Promise<StackState> {
    if (this.#change?.shared.isPending) return this.#state
    const seen = stateOf(await this.#engine.observe(signal), this.#engine.kind)
    return this.#change?.shared.isPending ? this.#state : this.#set(seen)
  }

  up(report: Report, signal: AbortSignal): Promise<StackState> {
    return this.#join('up', report, signal)
  }

  down(report: Report, signal: AbortSignal): Promise<StackState> {
    return this.#join('down', report, signal)
  }

  /** Running services stay: they are there for the next window. */
  dispose(): void {
    this.#isDisposed = true
    for (let change = this.#change; change; change = change.before) change.shared.cancel(closed())
    this.#changed.dispose()
  }

  /** Joins the change that was asked for last when it is of the same kind; else comes after it. */
  async #join(kind: Change['kind'], report: Report, signal: AbortSignal): Promise<StackState> {
    signal.throwIfAborted()
    if (this.#isDisposed) throw closed()
    const last = this.#change
    const change = last?.kind === kind && last.shared.isOpen ? last : this.#begin(kind, last)
    this.#change = change
    return change.shared.join(report, signal)
  }

  #begin(kind: Change['kind'], before: Change | undefined): Change {
    const shared = new SharedWork<StackState, StackProgress>(async (report, signal) => {
      await before?.shared.settled()
      return this.#carryOut(kind, report, signal)
    })
    return before?.shared.isPending ? { kind, shared, before } : { kind, shared }
  }

  async #carryOut(kind: Change['kind'], report: Report, signal: AbortSignal): Promise<StackState> {
    const work = { engine: this.#engine, report, signal, show: (state: StackState): void => void this.#set(state) }
    try {
      return this.#set(kind === 'up' ? await startStack(work, this.#createBuckets) : await stopStack(work))
    } catch (thrown) {
      const snapshot = await this.#engine.observe(new AbortController().signal)
      const stand = { engine: this.#engine.kind, services: snapshot.services, endpoints: snapshot.endpoints }
      this.#set(signal.aborted ? stateOf(snapshot, this.#engine.kind) : { kind: 'failed', problem: this.#problemOf(thrown), ...stand })
      throw thrown
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
    this.#log.error(asError(thrown))
    return { code: 'failed', message: 'The stack failed for a reason nobody foresaw.', hint: 'The log of DataFlow Lab has the details.' }
  }
}

function closed(): LakehouseError {
  return new LakehouseError('cancelled', 'The stack control was closed.')
}
