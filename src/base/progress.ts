import { systemClock, type Clock } from './clock.ts'

/** How far a long read is: 40 of 120 MB of a log, 3 of 12 files. */
export interface ReadProgress {
  /** The log of a table, its list of files, or rows. */
  readonly stage: 'log' | 'files' | 'rows'
  readonly done: number
  /** Null when nobody knows yet. */
  readonly total: number | null
  readonly unit: 'bytes' | 'files' | 'rows'
}

export type Report = (progress: ReadProgress) => void

const everyMs = 100

/** Passes on the first report of a stage, and after that ten a second at most. */
export function throttled(report: Report, clock: Pick<Clock, 'now'> = systemClock): Report {
  let last: ReadProgress['stage'] | undefined
  let at = 0
  return progress => {
    const now = clock.now()
    if (progress.stage === last && now - at < everyMs) return
    last = progress.stage
    at = now
    report(progress)
  }
}

/** Counts what is done of a total, and reports each addition. */
export class ProgressCount {
  readonly #report: Report | undefined
  readonly #of: Omit<ReadProgress, 'done'>
  #done = 0

  constructor(report: Report | undefined, of: Omit<ReadProgress, 'done'>) {
    this.#report = report
    this.#of = of
    this.add(0)
  }

  add(amount: number): void {
    this.#done += amount
    this.#report?.({ ...this.#of, done: this.#done })
  }
}
