import type { Problem } from '#base/errors.ts'

export type ServiceName = 's3' | 'spark-connect'

/** The whole stack, as every surface shows it. */
export type StackState =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'starting'; readonly step: string; readonly services: readonly ServiceState[] }
  | { readonly kind: 'running'; readonly services: readonly ServiceState[]; readonly endpoints: StackEndpoints }
  | { readonly kind: 'stopping'; readonly services: readonly ServiceState[] }
  /** A service is gone or unhealthy, or the start failed. */
  | { readonly kind: 'failed'; readonly problem: Problem; readonly services: readonly ServiceState[] }

export interface ServiceState {
  readonly name: ServiceName
  readonly state: 'stopped' | 'starting' | 'running' | 'failed'
  readonly health: 'healthy' | 'unhealthy' | 'unknown'
  readonly pid: number | null
  readonly port: number | null
  readonly url: string | null
  /** Epoch ms of the start; null when it is not running. */
  readonly since: number | null
}

/** How to reach the running services, without secrets. */
export interface StackEndpoints {
  readonly s3: { readonly endpoint: string; readonly region: string }
  readonly spark: { readonly host: string; readonly port: number; readonly uiUrl: string }
}

/** Secrets the stack made for itself; kept in its 0600 state folder only. */
export interface StackSecrets {
  readonly s3: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly sparkToken: string
}

/** A step of a start, for a progress line: `done` of `total` where the amount is known (bytes, files). */
export interface StackProgress {
  readonly step: string
  readonly done?: number
  readonly total?: number
}
