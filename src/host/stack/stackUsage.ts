import type { Disposable } from '#base/disposable.ts'
import { asError } from '#base/errors.ts'
import { Emitter, type Event } from '#base/event.ts'
import { every, type Every } from '#base/every.ts'
import type { HostDeps } from '#host/deps.ts'
import type { ServiceName, ServiceUsage } from '#stack/types.ts'
import type { StackWatch } from './stackWatch.ts'

type Usage = ReadonlyMap<ServiceName, ServiceUsage>

/** What the services take of the machine, read while somebody looks. */
export interface StackUsage extends Disposable {
  readonly current: Usage
  readonly onDidChange: Event<Usage>
  /** Reads again and again until disposed; nothing while nothing runs. */
  follow(): Disposable
}

const nothing: Usage = new Map()

/** Also announces when the minute of an uptime may have passed: what is shown is drawn anew at each reading. */
export function createStackUsage(
  { lakehouse, log }: Pick<HostDeps, 'lakehouse' | 'log'>,
  watch: StackWatch,
  repeat: Every = every,
): StackUsage {
  const changed = new Emitter<Usage>()
  let current = nothing
  let isReading = false

  async function read(signal: AbortSignal): Promise<void> {
    const runs = watch.state?.services.some(({ state }) => state === 'running') === true
    if (isReading || (!runs && current.size === 0)) return
    isReading = true
    try {
      const { stack } = await lakehouse()
      const next = runs ? await stack.usage(AbortSignal.any([signal, AbortSignal.timeout(readMs)])) : nothing
      if (signal.aborted) return
      current = next
      changed.fire(current)
    } catch (error) {
      if (!signal.aborted) log.debug(asError(error).message)
    } finally {
      isReading = false
    }
  }

  return {
    get current() {
      return current
    },
    onDidChange: changed.event,
    follow: () => {
      const closing = new AbortController()
      const ticks = repeat(everyMs, () => void read(closing.signal))
      const first = watch.onDidChange(() => current.size === 0 && void read(closing.signal))
      void read(closing.signal)
      return {
        dispose: () => {
          closing.abort()
          ticks.dispose()
          first.dispose()
        },
      }
    },
    dispose: () => changed.dispose(),
  }
}

const everyMs = 5000
const readMs = 10_000
