import type { Clock } from '#base/clock.ts'
import { isProblem } from '#base/errors.ts'
import type { EngineClient } from './client.ts'
import { ofProject } from './labels.ts'

export type EngineEvent =
  /** The engine tells from now on; what happened before is to be listed. */
  | { readonly kind: 'connected' }
  /** Something happened to a container. */
  | { readonly kind: 'changed' }
  /** The engine has gone; it is being waited for. */
  | { readonly kind: 'lost' }

export interface EventSource {
  readonly connect: (signal: AbortSignal) => Promise<{ readonly client: EngineClient; readonly project: string }>
  readonly clock: Clock
}

const firstPauseMs = 250
const longestPauseMs = 10_000

/** What happens to the containers of a project, for as long as the signal lasts: an engine that goes is waited for. */
export async function* projectEvents(
  { connect, clock }: EventSource,
  actions: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<EngineEvent> {
  let pauseMs = firstPauseMs
  while (!signal.aborted) {
    try {
      const { client, project } = await connect(signal)
      const events = await client.events(ofProject(project), actions, signal)
      pauseMs = firstPauseMs
      yield { kind: 'connected' }
      for await (const _ of events) yield { kind: 'changed' }
    } catch (error) {
      if (signal.aborted) return
      if (!isProblem(error)) throw error
    }
    if (signal.aborted) return
    yield { kind: 'lost' }
    await clock.sleep(pauseMs, signal).catch(() => undefined)
    pauseMs = Math.min(pauseMs * 2, longestPauseMs)
  }
}
