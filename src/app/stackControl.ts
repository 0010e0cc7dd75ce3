import type { Disposable } from '#base/disposable.ts'
import type { Event } from '#base/event.ts'
import type { ServiceName, StackProgress, StackSecrets, StackState } from '#stack/types.ts'

/**
 * The local stack of one project. One change at a time: a second `up` joins the first, also across processes. Does nothing
 * until it is first asked.
 */
export interface StackControl extends Disposable {
  /** As of the last look; `stopped` before the first. */
  readonly state: StackState
  readonly onDidChange: Event<StackState>
  /** Looks at the discovery file and probes what it names. */
  refresh(signal: AbortSignal): Promise<StackState>
  /** Installs what is missing, starts what is not running, waits until all is healthy and the buckets exist. */
  up(report: (progress: StackProgress) => void, signal: AbortSignal): Promise<StackState>
  /** Orderly stop of everything; also of what a crash left behind. */
  down(report: (progress: StackProgress) => void, signal: AbortSignal): Promise<StackState>
  /** Absolute path of a service's log; the file may not exist yet. */
  logFile(service: ServiceName): string
  /** Undefined when the stack has never been started. */
  secrets(signal: AbortSignal): Promise<StackSecrets | undefined>
}
