import { signal } from '@preact/signals'
import { asError } from '#base/errors.ts'
import { readPoints, type MetricPoints, type PointColumns, type StepRange } from '#protocol/run.ts'

export interface MetricHistory {
  readonly points: PointColumns
  /** Whether the server may have left points out between these. */
  readonly isSampled: boolean
}

type Read = (steps: StepRange | null, signal: AbortSignal) => Promise<MetricPoints>

/** The history of one metric, or a range of its steps. What is on show stays until the next is there. */
export class MetricModel {
  readonly #read: Read
  #reading: AbortController | undefined
  #whole: MetricHistory | undefined
  /** What the run says of its last value, by which a change is noticed. */
  #latest: string | undefined
  #isWanted = false
  readonly history = signal<MetricHistory | undefined>(undefined)
  readonly range = signal<StepRange | null>(null)
  readonly problem = signal<Error | undefined>(undefined)

  constructor(read: Read) {
    this.#read = read
  }

  /** Reads the history once. */
  async load(): Promise<void> {
    if (this.#isWanted && !this.problem.value) return
    this.#isWanted = true
    await this.#load()
  }

  /** The run was read again: reads the history too where it has gone on and somebody looks at it. */
  follow(latest: string): void {
    const isNew = this.#latest !== undefined && this.#latest !== latest
    this.#latest = latest
    if (isNew) this.#whole = undefined
    if (this.#isWanted && (isNew || this.problem.value)) void this.#load()
  }

  /** Shows a range of steps with every point that the server gives of it; all of them for null. */
  async zoom(range: StepRange | null): Promise<void> {
    this.range.value = range
    await this.#load()
  }

  /** Nobody looks any more: a change is read when somebody does. */
  rest(): void {
    this.#isWanted = false
    this.#reading?.abort()
    this.#reading = undefined
  }

  async #load(): Promise<void> {
    this.#reading?.abort()
    const reading = new AbortController()
    this.#reading = reading
    try {
      const history = await this.#historyOf(this.range.value, reading.signal)
      reading.signal.throwIfAborted()
      this.history.value = history
      this.problem.value = undefined
    } catch (error) {
      if (!reading.signal.aborted) this.problem.value = asError(error)
    }
  }

  async #historyOf(range: StepRange | null, abort: AbortSignal): Promise<MetricHistory> {
    const whole = this.#whole
    if (whole && (range === null || !whole.isSampled)) return range === null ? whole : within(whole, range)
    const { columns, isSampled } = await this.#read(range, abort)
    const history = { points: readPoints(columns), isSampled }
    if (range === null) this.#whole = history
    return history
  }
}

function within({ points: { steps, times, values } }: MetricHistory, { first, last }: StepRange): MetricHistory {
  const isInside = (_: number, i: number): boolean => (steps[i] ?? Number.NaN) >= first && (steps[i] ?? Number.NaN) <= last
  return { points: { steps: steps.filter(isInside), times: times.filter(isInside), values: values.filter(isInside) }, isSampled: false }
}
