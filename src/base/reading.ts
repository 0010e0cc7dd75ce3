import { systemClock, type Clock } from './clock.ts'
import type { Disposable } from './disposable.ts'
import { LakehouseError } from './errors.ts'
import type { ReadProgress, Report } from './progress.ts'

/** The reads that somebody waits for: what there is to say while one takes long, and the way to end them. */
export interface Reading extends Disposable {
  /** Runs a read under the name of what it reads. @throws {@link readingCancelled} when the user ended it */
  follow<T>(name: string, signal: AbortSignal, read: (signal: AbortSignal, report: Report) => Promise<T>): Promise<T>
  /** Ends all that run. */
  cancel(): void
}

/** A read that takes over a second. */
export interface LongRead {
  readonly name: string
  /** Undefined while it has told nothing. */
  readonly progress: ReadProgress | undefined
}

/** Thrown by a read that the user ended. */
export const readingCancelled = new LakehouseError('cancelled', 'Reading was cancelled.')

/** A read that is done before this is not worth a word. */
const patienceMs = 1000
const everyMs = 500

/** `show` gets the longest of the reads twice a second once it is long; undefined when there is none any more. */
export function createReading(show: (longest: LongRead | undefined) => void, clock: Clock = systemClock): Reading {
  const running = new Set<{ readonly name: string; readonly since: number; readonly own: AbortController; progress?: ReadProgress }>()
  const closing = new AbortController()
  let isWatching = false
  let isShown = false

  async function watch(): Promise<void> {
    if (isWatching) return
    isWatching = true
    try {
      while (running.size > 0) {
        await clock.sleep(everyMs, closing.signal)
        const [longest] = running
        if (!longest || clock.now() - longest.since < patienceMs) continue
        isShown = true
        show({ name: longest.name, progress: longest.progress })
      }
    } finally {
      isWatching = false
    }
  }

  function end(): void {
    if (running.size > 0 || !isShown || closing.signal.aborted) return
    isShown = false
    show(undefined)
  }

  return {
    follow: async (name, signal, read) => {
      const run = { name, since: clock.now(), own: new AbortController() }
      running.add(run)
      void watch().catch(() => {})
      try {
        return await read(AbortSignal.any([signal, run.own.signal]), progress => void Object.assign(run, { progress }))
      } catch (error) {
        throw run.own.signal.aborted ? readingCancelled : error
      } finally {
        running.delete(run)
        end()
      }
    },
    cancel: () => {
      for (const { own } of running) own.abort(readingCancelled)
    },
    dispose: () => closing.abort(new LakehouseError('cancelled', 'Nobody waits any more.')),
  }
}
