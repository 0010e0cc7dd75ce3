/** A tracking server, without secrets. */
export interface MlflowServer {
  /** The connection that names it, for messages and for {@link AuthSource}. */
  readonly connection: string
  /** The tracking URI: `http://127.0.0.1:5000`, with a path where the server has one. */
  readonly url: string
}

/** How a server wants to be asked. */
export type MlflowAuth =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string }

/** The secrets of a connection when a request is made; undefined for a server that asks for none. */
export type AuthSource = (connection: string, signal: AbortSignal) => Promise<MlflowAuth | undefined>

/** Some of a list that the server keeps, and how to ask for what follows. */
export interface ServerPage<T> {
  readonly items: readonly T[]
  /** Opaque; absent after the last. */
  readonly next?: string
}

/** Which part of a list. */
export interface PageOf {
  /** Most items of the answer. */
  readonly limit: number
  /** `next` of the page before. */
  readonly from?: string
}

export interface Experiment {
  readonly id: string
  readonly name: string
  /** Epoch ms of the last change; undefined where the server does not tell. */
  readonly changed: number | undefined
}

export type RunStatus = 'running' | 'scheduled' | 'finished' | 'failed' | 'killed' | 'unknown'

/** A run with what is known of it at once: the latest value of each metric, no histories. */
export interface Run {
  readonly id: string
  readonly name: string
  readonly experimentId: string
  readonly status: RunStatus
  /** Epoch ms. */
  readonly started: number | undefined
  readonly ended: number | undefined
  readonly user: string
  /** Where its artifacts lie: `mlflow-artifacts:/…`, `s3://…`. */
  readonly artifactUri: string
  readonly isDeleted: boolean
  readonly metrics: readonly LatestMetric[]
  readonly params: readonly Entry[]
  readonly tags: readonly Entry[]
}

/** The last value of a metric. The server's SQL store keeps an infinity as the largest double. */
export interface LatestMetric {
  readonly key: string
  readonly value: number
  /** Epoch ms. */
  readonly time: number
  readonly step: bigint
}

export interface Entry {
  readonly key: string
  readonly value: string
}

/** A metric of a run. */
export interface MetricOf {
  readonly runId: string
  readonly key: string
}

/** The values of a metric in order of step and time: one array a column, all of one length. Steps beyond 2^53 are rounded. */
export interface MetricSeries {
  readonly steps: Float64Array
  /** Epoch ms. */
  readonly times: Float64Array
  readonly values: Float64Array
}

/** A file or folder of a run's artifacts. */
export interface Artifact {
  /** From the root of the run's artifacts. */
  readonly path: string
  readonly isFolder: boolean
  /** Bytes; undefined for folders, and for files where the server does not tell (an empty one, for example). */
  readonly size: number | undefined
}
