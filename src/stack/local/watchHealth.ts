import type { Clock } from '#base/clock.ts'
import type { Disposable } from '#base/disposable.ts'
import type { StackSnapshot } from '#stack/engine.ts'

/** A service that lives but hangs, and an edited definition, are noticed within this time. */
const lookMs = 15_000

/** Looks now and then, and tells when what it finds is not what it found before, until disposed of. */
export function watchHealth(observe: (signal: AbortSignal) => Promise<StackSnapshot>, clock: Clock, onChange: () => void): Disposable {
  const abort = new AbortController()
  void follow(observe, clock, onChange, abort.signal).catch(() => undefined) // only the end of the watch ends it
  return { dispose: () => abort.abort() }
}

async function follow(
  observe: (signal: AbortSignal) => Promise<StackSnapshot>,
  clock: Clock,
  onChange: () => void,
  signal: AbortSignal,
): Promise<void> {
  for (let last: string | undefined; ; await clock.sleep(lookMs, signal)) {
    const seen = await observe(signal).then(signature, () => 'cannot be seen')
    signal.throwIfAborted()
    if (last !== undefined && seen !== last) onChange()
    last = seen
  }
}

function signature({ services }: StackSnapshot): string {
  return services
    .map(({ name, state, health, isOutdated, unavailable }) => [name, state, health, isOutdated, unavailable].join(' '))
    .join('\n')
}
