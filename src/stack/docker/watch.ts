import type { Disposable } from '#base/disposable.ts'
import type { Logger } from '#base/log.ts'
import { asError } from '#base/errors.ts'
import { projectEvents, type EventSource } from './events.ts'

/** Health checks run commands in containers every few seconds: those events are left out. */
const actions = ['create', 'start', 'die', 'stop', 'destroy', 'rename', 'pause', 'unpause', 'oom', 'health_status']
/** A change of a stack comes as a burst of events. */
const gatherMs = 100

/** Calls back when something happened to the containers, and when the engine goes or comes back, until disposed of. */
export function watchProject(source: EventSource, onChange: () => void, log: Logger): Disposable {
  const abort = new AbortController()
  const { signal } = abort
  let isGathering = false
  const gather = async (): Promise<void> => {
    if (isGathering) return
    isGathering = true
    await source.clock.sleep(gatherMs, signal).catch(() => undefined)
    isGathering = false
    if (!signal.aborted) onChange()
  }
  const run = async (): Promise<void> => {
    let last = ''
    for await (const { kind } of projectEvents(source, actions, signal)) {
      const isNews = kind !== 'lost' || last !== 'lost'
      last = kind
      if (isNews) void gather()
    }
  }
  run().catch((error: unknown) => log.error(asError(error)))
  return { dispose: () => abort.abort() }
}
