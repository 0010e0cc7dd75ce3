import type { ServiceName, ServiceState, StackEndpoints, StackProgress, StackSecrets } from './types.ts'

export type Report = (progress: StackProgress) => void

/** The services as one look found them. */
export interface StackSnapshot {
  /** Every service of the stack, in the order of starting. */
  readonly services: readonly ServiceState[]
  /** Present when every service runs and answers. */
  readonly endpoints?: StackEndpoints
  /** True while some process changes the stack. */
  readonly isChanging?: boolean
}

/** Runs the services of one stack; knows nothing of who asked. */
export interface StackEngine {
  /** Looks and changes nothing; a service that answers within a moment is healthy. */
  observe(signal: AbortSignal): Promise<StackSnapshot>
  /** Runs a task while no other process changes this stack; `onWait` is called when one does. */
  exclusively<T>(task: () => Promise<T>, onWait: () => void, signal: AbortSignal): Promise<T>
  /** Installs what the services need; quick when nothing is missing. */
  prepare(report: Report, signal: AbortSignal): Promise<void>
  /**
   * Starts a service and waits until it is healthy; what it started is ended again when it fails or is cancelled.
   *
   * @throws LakehouseError with the last lines of the service's log in `details.log`.
   */
  start(name: ServiceName, signal: AbortSignal): Promise<void>
  /** Ends a service, also one that is only half there. */
  stop(name: ServiceName): Promise<void>
  /** Absolute path; the file may not exist yet. */
  logFile(name: ServiceName): string
  /** Undefined when the stack has never been started. */
  secrets(): Promise<StackSecrets | undefined>
}
