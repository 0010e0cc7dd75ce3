import type { Disposable } from '#base/disposable.ts'
import type {
  EngineKind,
  LogLine,
  Loss,
  ServiceName,
  ServiceState,
  ServiceUsage,
  StackEndpoints,
  StackProgress,
  StackSecrets,
} from './types.ts'

export type Report = (progress: StackProgress) => void

/** The services as one look found them. */
export interface StackSnapshot {
  /** Every service of the definition, in the order of starting, then orphans. */
  readonly services: readonly ServiceState[]
  readonly endpoints: StackEndpoints
  /** True while some process changes the stack. */
  readonly isChanging?: boolean
}

/**
 * Runs the services of one stack; knows nothing of who asked. Several services may be started, stopped, removed and erased at the
 * same time, never one and another that it needs. Both engines pass test/support/engineContract.ts.
 */
export interface StackEngine {
  readonly kind: EngineKind
  /**
   * Looks and changes nothing; a service that answers within a moment is healthy. The definition is read anew.
   *
   * @throws LakehouseError `unreachable` when the engine does not answer, `invalid` when the definition cannot be used
   */
  observe(signal: AbortSignal): Promise<StackSnapshot>
  /** Runs a task while no other process changes this stack; `onWait` is called when one does. */
  exclusively<T>(task: () => Promise<T>, onWait: () => void, signal: AbortSignal): Promise<T>
  /** Gets what the services need (images, environments), and what they share; quick when nothing is missing. */
  prepare(services: readonly ServiceName[], report: Report, signal: AbortSignal): Promise<void>
  /**
   * Starts a service and waits until it is healthy; one that runs as defined is left alone, one that runs differently is made
   * anew. What it started is ended again when it fails or is cancelled. What the service depends on runs already.
   *
   * @throws LakehouseError with the last lines of the service's log in `details.log`.
   */
  start(name: ServiceName, signal: AbortSignal): Promise<void>
  /** Ends a service, also one that is only half there or an orphan; its data stay. */
  stop(name: ServiceName, signal: AbortSignal): Promise<void>
  /** Ends a service and takes away all but its data: containers, and networks when they are the last. */
  remove(name: ServiceName, signal: AbortSignal): Promise<void>
  /** Data that belong to a service. */
  losses(name: ServiceName, signal: AbortSignal): Promise<readonly Loss[]>
  /** Removes a service with its data. */
  erase(name: ServiceName, signal: AbortSignal): Promise<void>
  /** Runs so many of a service that runs. @throws LakehouseError `unsupported` for one that there can be only one of */
  scale(name: ServiceName, count: number, signal: AbortSignal): Promise<void>
  /** The last lines of services merged by time, then the new ones as they come where `follow` asks for them, across restarts. */
  logs(services: readonly ServiceName[], options: LogOptions, signal: AbortSignal): AsyncIterable<LogLine>
  /** Of what runs. */
  usage(signal: AbortSignal): Promise<ReadonlyMap<ServiceName, ServiceUsage>>
  /** Tells that something may have changed, until disposed of; an engine that goes and comes back is told too. */
  watch(onChange: () => void): Disposable
  /** How to open a terminal in a running service. */
  shell(name: ServiceName, signal: AbortSignal): Promise<ServiceShell>
  /** Undefined when the stack has none yet. */
  secrets(): Promise<StackSecrets | undefined>
}

export interface LogOptions {
  /** Lines of each service from the end. */
  readonly tail: number
  readonly follow: boolean
}

export type ServiceShell =
  /** A terminal on this machine in a service's folder. */
  | { readonly kind: 'process'; readonly folder: string; readonly env: Readonly<Record<string, string>> }
  /** A terminal whose bytes go through the engine. */
  | { readonly kind: 'stream'; open(size: TerminalSize, signal: AbortSignal): Promise<ShellStream> }

export interface TerminalSize {
  readonly columns: number
  readonly rows: number
}

export interface ShellStream extends Disposable {
  readonly output: AsyncIterable<Uint8Array>
  write(bytes: Uint8Array): void
  resize(size: TerminalSize): Promise<void>
  /** Exit code; null where it is not known. */
  readonly exit: Promise<number | null>
}
