import { systemClock, type Clock } from '#base/clock.ts'
import type { Disposable } from '#base/disposable.ts'
import { LakehouseError } from '#base/errors.ts'
import type { ReadProgress, Report } from '#base/progress.ts'
import { progressText } from '#host/progressText.ts'

/** The reads of a view: what the view says while one takes long, and the user's way to end them. */
export interface Reading extends Disposable {
  /** Runs a read under the name of what it reads. @throws {@link readingCancelled} when the user ended it */
  follow<T>(name: string, signal: AbortSignal, read: (signal: AbortSignal, report: Report) => Promise<T>): Promise<T>
  /** Ends all that run. */
  cancel(): void
}

/** Thrown by a read that the user ended. */
export const readingCancelled = new LakehouseError('cancelled', 'Reading was cancelled.')

/** A read that is done before this is not worth a word. */
const patienceMs = 1000
const everyMs = 500

/** `show` gets what the longest read is at, twice a second; undefined when none is long. */
export function createReading(show: (text: string | undefined) => void, clock: Clock = systemClock): Reading {
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
        show(progressText(longest.name, longest.progress))
      }
      if (isShown) show(undefined)
    } finally {
      isWatching = isShown = false
    }
  }

  return {
    follow: async (name, signal, read) => {
      const run = { name, since: clock.now(), own: new AbortController() }
      const tell: Report = progress => void Object.assign(run, { progress })
      running.add(run)
      void watch().catch(() => {})
      try {
        return await read(AbortSignal.any([signal, run.own.signal]), tell)
      } catch (error) {
        throw run.own.signal.aborted ? readingCancelled : error
      } finally {
        running.delete(run)
      }
    },
    cancel: () => {
      for (const { own } of running) own.abort(readingCancelled)
    },
    dispose: () => closing.abort(new LakehouseError('cancelled', 'The view is closed.')),
  }
}
