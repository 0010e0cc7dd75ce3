import { LakehouseError } from '#base/errors.ts'
import { untilAborted } from '#base/untilAborted.ts'
import type { StackEngine, StackSnapshot } from '#stack/engine.ts'
import type { EngineKind } from '#stack/types.ts'

/** An engine that has not answered a look by then does not answer. */
const lookMs = 20_000

/** One look at the services. @throws LakehouseError `timeout` when the engine does not answer */
export async function lookAt(engine: StackEngine, signal: AbortSignal, withinMs = lookMs): Promise<StackSnapshot> {
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(silence(engine.kind)), withinMs)
  try {
    const within = AbortSignal.any([signal, deadline.signal])
    return await untilAborted(engine.observe(within), within)
  } finally {
    clearTimeout(timer)
  }
}

/** As a sentence begins with it. */
export function engineTitle(kind: EngineKind): string {
  return kind === 'docker' ? 'Docker' : 'The local engine'
}

function silence(kind: EngineKind): LakehouseError {
  const hint = kind === 'docker' ? 'Start Docker anew, or use the local engine: the setting dataflow.stack.engine.' : 'Try again.'
  return new LakehouseError('timeout', `${engineTitle(kind)} does not answer.`, { hint })
}
