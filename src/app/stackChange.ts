import { asError, isProblem } from '#base/errors.ts'
import type { Report, StackEngine, StackSnapshot } from '#stack/engine.ts'
import { dependentsOf } from '#stack/order.ts'
import type { PlanStep, StackPlan } from '#stack/plan.ts'
import { titleAtStart, titleOf } from '#stack/roles.ts'
import { isStanding, stateOf } from '#stack/state.ts'
import type { ServiceName, ServiceState, StackEndpoints, StackSecrets, StackState, StepOutcome } from '#stack/types.ts'
import { lookAt } from './stackLook.ts'
import { failureOf, summaryOf } from './stackOutcome.ts'
import { runInOrder, type StepEnd } from './stackSteps.ts'

/** Makes the buckets of the stack that are not there yet. */
export type CreateBuckets = (endpoint: NonNullable<StackEndpoints['s3']>, secrets: StackSecrets['s3'], signal: AbortSignal) => Promise<void>

/** What a change works with. */
export interface ChangeWork {
  readonly engine: StackEngine
  readonly createBuckets: CreateBuckets
  readonly report: Report
  readonly signal: AbortSignal
  /** As it was known before. */
  readonly known: StackState
  /** Takes each state on the way. */
  readonly show: (state: StackState) => void
}

/** More would slow each other down on a small machine, until one of them is late. */
const startsAtOnce = 4
const stopsAtOnce = 8
/** What a cancelled change takes back must end some time too. */
const takeBackMs = 120_000

/** A plan that is being carried out: what has come of its steps so far. */
export class StackChange {
  readonly #work: ChangeWork
  readonly #plan: StackPlan
  readonly #found: ReadonlyMap<ServiceName, ServiceState>
  readonly #started: ServiceName[] = []
  readonly #outcomes = new Map<ServiceName, StepOutcome>()
  readonly #starting = new Set<ServiceName>()
  #snapshot: StackSnapshot

  constructor(work: ChangeWork, plan: StackPlan, found: StackSnapshot) {
    this.#work = work
    this.#plan = plan
    this.#snapshot = found
    this.#found = new Map(found.services.map(service => [service.name, service]))
  }

  async run(): Promise<StackState> {
    const { engine, report, signal } = this.#work
    for (const { service, reason } of this.#plan.skipped) this.#tell(service, 'skipped', reason)
    for (const name of this.#plan.kept) this.#tell(name, 'kept', `${titleAtStart(this.#service(name))} is as it should be`)
    const ends = await this.#end(this.#plan.steps.filter(({ action }) => isEnd(action)))
    signal.throwIfAborted()
    const begins = await this.#begin(this.#plan.steps.filter(({ action }) => !isEnd(action)))
    signal.throwIfAborted()
    await this.#look()
    const failure = failureOf(new Map([...begins, ...ends]), this.#snapshot.services)
    if (failure !== undefined) throw failure
    const summary = summaryOf(this.#outcomes, this.#snapshot.services)
    if (summary !== undefined) report({ step: summary })
    return stateOf(this.#snapshot, engine.kind)
  }

  /** Stops what this change has started, last first, and tells what it has ended and not started again. */
  async takeBack(): Promise<void> {
    const { engine, report } = this.#work
    const signal = AbortSignal.timeout(takeBackMs)
    for (const name of this.#started.toReversed()) {
      const title = titleOf(this.#service(name))
      report({ step: `Stopping ${title} again`, service: name })
      try {
        await engine.stop(name, signal)
      } catch (error) {
        this.#tell(name, 'failed', `${title} could not be stopped again: ${asError(error).message}`)
      }
    }
    const ended = [...this.#outcomes].filter(([, outcome]) => outcome === 'stopped').map(([name]) => titleOf(this.#service(name)))
    if (ended.length > 0) report({ step: `Left stopped: ${ended.join(', ')}` })
  }

  /** Dependents first; what cannot be ended keeps back nothing that it needs. */
  async #end(steps: readonly PlanStep[]): Promise<ReadonlyMap<ServiceName, StepEnd>> {
    const failed = new Map<ServiceName, StepEnd>()
    const names = steps.map(({ service }) => service)
    const before = (name: ServiceName): readonly ServiceName[] => [...dependentsOf(new Set([name]), this.#snapshot.services)]
    await runInOrder(names, { before, atOnce: stopsAtOnce }, async name => {
      this.#work.signal.throwIfAborted()
      const step = steps.find(({ service }) => service === name)
      if (!step) return
      try {
        await this.#endOne(step, this.#outcomes.size, steps.length)
      } catch (error) {
        this.#work.signal.throwIfAborted()
        failed.set(name, { kind: 'failed', error })
        this.#tell(name, 'failed', `${titleAtStart(this.#service(name))} could not be ended`)
      }
    })
    return failed
  }

  async #endOne({ action, service: name }: PlanStep, done: number, total: number): Promise<void> {
    const { engine, signal } = this.#work
    const title = titleOf(this.#service(name))
    const { verb, outcome, past } = endings[action === 'remove' || action === 'erase' ? action : 'stop']
    this.#step({ step: `${verb} ${title}`, service: name, done, total }, 'stopping')
    await engine[action === 'remove' || action === 'erase' ? action : 'stop'](name, signal)
    this.#tell(name, outcome, `${past} ${title}`)
  }

  /** What is to be started, and what stands on it: that is started anew where it does not stand any more. */
  async #begin(steps: readonly PlanStep[]): Promise<ReadonlyMap<ServiceName, StepEnd>> {
    const { kind } = this.#plan.request
    if (kind === 'down' || kind === 'remove' || kind === 'reset') return new Map()
    const { services } = this.#snapshot
    const starts = new Set(steps.map(({ service }) => service))
    const affected = dependentsOf(starts, services)
    const store = services.find(({ role, name }) => role === 's3' && this.#plan.kept.includes(name))
    const names = services
      .filter(service => starts.has(service.name) || service === store || (affected.has(service.name) && this.#stood(service)))
      .map(({ name }) => name)
    const unprepared = starts.size === 0 ? new Map<ServiceName, unknown>() : await this.#prepare(names)
    const before = (name: ServiceName): readonly ServiceName[] => this.#service(name).needs
    return runInOrder(names, { before, atOnce: startsAtOnce }, async name => {
      this.#work.signal.throwIfAborted()
      try {
        if (unprepared.has(name)) throw unprepared.get(name)
        await this.#beginOne(
          name,
          steps.filter(({ service }) => service === name),
        )
      } catch (error) {
        if (!this.#work.signal.aborted) this.#tell(name, 'failed', `${titleAtStart(this.#service(name))} failed`)
        throw error
      }
    })
  }

  /** Together where that goes well, else one by one, to know whose fault it is: those that cannot be had, with the reason. */
  async #prepare(names: readonly ServiceName[]): Promise<ReadonlyMap<ServiceName, unknown>> {
    const { engine, signal } = this.#work
    const report: Report = progress => this.#step(progress, 'starting')
    const failed = new Map<ServiceName, unknown>()
    try {
      await engine.prepare(names, report, signal)
      return failed
    } catch (error) {
      signal.throwIfAborted()
      if (!isProblem(error)) throw error
      if (names.length === 1) return new Map(names.map(name => [name, error]))
    }
    for (const name of names) {
      await engine.prepare([name], report, signal).catch((error: unknown) => {
        signal.throwIfAborted()
        failed.set(name, error)
      })
    }
    return failed
  }

  async #beginOne(name: ServiceName, steps: readonly PlanStep[]): Promise<void> {
    const { engine, signal } = this.#work
    const service = this.#service(name)
    const start = steps.find(({ action }) => action !== 'scale') ?? (await this.#repairOf(service))
    if (start) await this.#start(service, start)
    if (service.role === 's3') await this.#makeBuckets(name)
    if (start) {
      const { past, outcome } = start.action === 'recreate' ? beginnings.recreate : beginnings.start
      this.#tell(name, outcome, `${past} ${titleOf(service)}`)
    }
    const { request } = this.#plan
    if (request.kind !== 'scale' || !steps.some(({ action }) => action === 'scale')) return
    this.#step({ step: `Scaling ${titleOf(service)} to ${request.count}`, service: name }, 'starting')
    await engine.scale(name, request.count, signal)
    await this.#look()
    this.#tell(name, 'scaled', `${titleAtStart(service)} runs ${request.count} times`)
  }

  /** The step for a service that does not stand any more, since what it needs was started anew. */
  async #repairOf(service: ServiceState): Promise<PlanStep | undefined> {
    if (!this.#hasChangedNeed(service)) return undefined
    await this.#look()
    const { name } = service
    return isStanding(this.#service(name)) ? undefined : { action: 'start', service: name, reason: 'what it needs was started anew' }
  }

  async #start(service: ServiceState, { action, reason }: PlanStep): Promise<void> {
    const { engine, signal } = this.#work
    const { name } = service
    const { verb } = action === 'recreate' ? beginnings.recreate : beginnings.start
    const why = reason === null ? '' : ` (${reason})`
    this.#starting.add(name)
    this.#step({ step: `${verb} ${titleOf(service)}${why}`, service: name }, 'starting')
    if (!this.#isOfOthers(name)) this.#started.push(name)
    try {
      await engine.start(name, signal)
    } finally {
      this.#starting.delete(name)
    }
    await this.#look()
  }

  async #makeBuckets(name: ServiceName): Promise<void> {
    const { engine, createBuckets, report, signal } = this.#work
    const endpoint = this.#snapshot.endpoints.s3
    const secrets = await engine.secrets()
    if (!endpoint) return
    if (!secrets || secrets.s3.accessKeyId === '')
      return report({ step: 'The keys of the object store are not known here: its buckets are left as they are', service: name })
    this.#step({ step: 'Creating the buckets', service: name }, 'starting')
    await createBuckets(endpoint, secrets.s3, signal)
  }

  async #look(): Promise<void> {
    this.#snapshot = await lookAt(this.#work.engine, this.#work.signal)
  }

  #service(name: ServiceName): ServiceState {
    const service = this.#snapshot.services.find(other => other.name === name) ?? this.#found.get(name)
    if (!service) throw new Error(`There is no service ${name}`)
    return service
  }

  #stood({ name }: ServiceState): boolean {
    const before = this.#found.get(name)
    return before !== undefined && isStanding(before) && !this.#plan.steps.some(({ service }) => service === name)
  }

  #hasChangedNeed({ needs }: ServiceState): boolean {
    return needs.some(need => ['started', 'recreated'].includes(this.#outcomes.get(need) ?? ''))
  }

  /** Somebody started it before, so it is not this change's to end. */
  #isOfOthers(name: ServiceName): boolean {
    const state = this.#found.get(name)?.state
    return state === 'running' || state === 'starting'
  }

  #step(progress: Parameters<Report>[0], kind: 'starting' | 'stopping'): void {
    const { engine, show, report } = this.#work
    const services = this.#snapshot.services.map(service =>
      this.#starting.has(service.name) ? { ...service, state: 'starting' as const } : service,
    )
    const stand = { engine: engine.kind, services, endpoints: this.#snapshot.endpoints }
    show(kind === 'starting' ? { kind, step: progress.step, ...stand } : { kind, ...stand })
    report(progress)
  }

  #tell(service: ServiceName, outcome: StepOutcome, step: string): void {
    this.#outcomes.set(service, outcome)
    this.#work.report({ step, service, outcome })
  }
}

const endings = {
  stop: { verb: 'Stopping', outcome: 'stopped', past: 'Stopped' },
  remove: { verb: 'Removing', outcome: 'removed', past: 'Removed' },
  erase: { verb: 'Erasing', outcome: 'erased', past: 'Erased' },
} as const

const beginnings = {
  start: { verb: 'Starting', outcome: 'started', past: 'Started' },
  recreate: { verb: 'Recreating', outcome: 'recreated', past: 'Recreated' },
} as const

function isEnd(action: PlanStep['action']): boolean {
  return action === 'stop' || action === 'remove' || action === 'erase'
}
