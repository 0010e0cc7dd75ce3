import { signal } from '@preact/signals'
import type { Clock } from '#base/clock.ts'
import { asError } from '#base/errors.ts'
import { limit } from '#base/limit.ts'
import type { LatestValue, RunDetails, RunHost } from '#protocol/run.ts'
import { ArtifactTree } from './artifactTree.ts'
import { MetricModel } from './metricModel.ts'

export type Phase = { readonly kind: 'opening' } | { readonly kind: 'shown' } | { readonly kind: 'failed'; readonly error: Error }

/** The extension's side as plain functions. */
export type RunCalls = Pick<RunHost, 'open' | 'readMetric' | 'listArtifacts'>

/** How often a run that goes on is looked at. */
const liveMs = 5000
const readsAtOnce = 4

/** One run. What is on show stays while it is read again, also where that fails. */
export class RunModel {
  readonly #calls: RunCalls
  readonly #clock: Clock
  readonly #isVisible: () => boolean
  readonly #ending = new AbortController()
  readonly #metrics = new Map<string, MetricModel>()
  readonly #queue = limit(readsAtOnce)
  #opening = new AbortController()
  readonly artifacts: ArtifactTree
  readonly phase = signal<Phase>({ kind: 'opening' })
  readonly run = signal<RunDetails | undefined>(undefined)
  readonly isBusy = signal(false)
  /** Why what is on show may be out of date. */
  readonly staleness = signal<Error | undefined>(undefined)

  constructor(calls: RunCalls, clock: Clock, isVisible: () => boolean = () => true) {
    this.#calls = calls
    this.#clock = clock
    this.#isVisible = isVisible
    this.artifacts = new ArtifactTree((of, abort) => calls.listArtifacts(of, abort))
  }

  /** Reads the run, and again what is on show of its metrics and artifacts; the newer call ends the older. */
  async open(): Promise<void> {
    this.#opening.abort()
    this.#opening = new AbortController()
    const abort = AbortSignal.any([this.#opening.signal, this.#ending.signal])
    this.isBusy.value = true
    try {
      const run = await this.#calls.open({}, abort)
      abort.throwIfAborted()
      this.run.value = run
      this.phase.value = { kind: 'shown' }
      this.staleness.value = undefined
      for (const latest of run.metrics) this.#metrics.get(latest.key)?.follow(stampOf(latest))
    } catch (error) {
      if (abort.aborted) return
      if (this.run.value) this.staleness.value = asError(error)
      else this.phase.value = { kind: 'failed', error: asError(error) }
    }
    this.isBusy.value = false
  }

  /** As {@link open}, and the artifacts too, which do not show by themselves that they have changed. */
  async refresh(): Promise<void> {
    await Promise.all([this.open(), this.artifacts.refresh()])
  }

  /** Reads a run that goes on every five seconds while the page is visible, until {@link dispose}. */
  async live(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      await this.#clock.sleep(liveMs, this.#ending.signal)
      const status = this.run.value?.status
      if (this.#isVisible() && (status === 'running' || status === 'scheduled')) await this.open()
    }
  }

  /** The history of a metric; read when it is first asked to load. */
  metric(key: string): MetricModel {
    const known = this.#metrics.get(key)
    if (known) return known
    const made = new MetricModel((steps, abort) => this.#queue(() => this.#calls.readMetric({ key, steps }, abort)))
    this.#metrics.set(key, made)
    const latest = this.run.value?.metrics.find(each => each.key === key)
    if (latest) made.follow(stampOf(latest))
    return made
  }

  dispose(): void {
    this.#ending.abort()
    this.#opening.abort()
  }
}

/** Another text when the metric has gone on. */
function stampOf({ step, time, value }: LatestValue): string {
  return `${step} ${time} ${value}`
}
