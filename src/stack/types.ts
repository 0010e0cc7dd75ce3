import type { Role } from '#compose/roles.ts'
import type { Problem } from '#base/errors.ts'

/** The name of a service in the definition of the stack. */
export type ServiceName = string

/** Who runs the services: a container engine, or this machine as plain processes. */
export type EngineKind = 'docker' | 'local'

/** The whole stack, as every surface shows it. */
export type StackState =
  | StackStand<'stopped'>
  | (StackStand<'starting'> & { readonly step: string })
  /** Something runs, and all that runs is healthy. */
  | StackStand<'running'>
  | StackStand<'stopping'>
  /** A service is gone or unhealthy, a change failed, or the engine does not answer. */
  | (StackStand<'failed'> & { readonly problem: Problem })

interface StackStand<Kind extends string> {
  readonly kind: Kind
  readonly engine: EngineKind
  /** Every service of the definition in the order of starting, then those that run without one. */
  readonly services: readonly ServiceState[]
  readonly endpoints: StackEndpoints
  /** What still runs on the engine that was chosen before; absent where nothing does. */
  readonly elsewhere?: { readonly engine: EngineKind; readonly services: readonly ServiceName[] }
}

export interface ServiceState {
  readonly name: ServiceName
  readonly role: Role | null
  /** What must be healthy on this engine before it starts; all of them are services of the definition. */
  readonly needs: readonly ServiceName[]
  /** Its first profile. */
  readonly group: string | null
  readonly state: 'stopped' | 'starting' | 'running' | 'failed'
  readonly health: 'healthy' | 'unhealthy' | 'unknown'
  readonly pid: number | null
  readonly port: number | null
  readonly url: string | null
  /** Epoch ms of the start; null when it is not running. */
  readonly since: number | null
  /** Started when the whole stack is: its profile is active, or it has none. */
  readonly isActive: boolean
  /** Why this engine cannot run it, as a sentence; null where it can. */
  readonly unavailable: string | null
  /** It runs as it was defined before: a start makes it anew. */
  readonly isOutdated: boolean
  /** It runs, but the definition does not name it any more. */
  readonly isOrphan: boolean
  /** How many run of it, and how many should. */
  readonly replicas: { readonly running: number; readonly wanted: number }
  /** What its containers are made from; absent for processes. */
  readonly image?: string
  /** Why it failed where the engine tells: `exit 137, out of memory`. */
  readonly reason: string | null
}

/** How to reach the services that are healthy, without secrets, as this machine reaches them. */
export interface StackEndpoints {
  readonly s3?: { readonly endpoint: string; readonly region: string }
  readonly spark?: { readonly host: string; readonly port: number; readonly uiUrl?: string }
  readonly mlflow?: { readonly url: string }
  readonly prefect?: { readonly url: string }
  readonly streamlit?: { readonly url: string }
}

/** Secrets of the stack: made by itself and kept in its 0600 state folder, or those of its definition. */
export interface StackSecrets {
  readonly s3: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly sparkToken: string
}

/** A step of a change, for a progress line: `done` of `total` where the amount is known (bytes, files). */
export interface StackProgress {
  readonly step: string
  readonly done?: number
  readonly total?: number
  /** Whose step it is, where it is about one service. */
  readonly service?: ServiceName
  /** How the change ended for the service; absent while it is under way. */
  readonly outcome?: StepOutcome
}

export type StepOutcome = 'started' | 'recreated' | 'kept' | 'stopped' | 'removed' | 'erased' | 'scaled' | 'skipped' | 'failed'

/** What a service takes of the machine, all its containers and processes together. */
export interface ServiceUsage {
  /** 1 is one core; null before there are two readings. */
  readonly cpu: number | null
  readonly memoryBytes: number
  /** Null where there is none. */
  readonly memoryLimitBytes: number | null
}

export interface LogLine {
  readonly service: ServiceName
  readonly text: string
  readonly stream: 'stdout' | 'stderr'
  /** Epoch ms where the engine keeps it. */
  readonly time: number | null
}

/** Something of the user's that an erasure deletes. */
export interface Loss {
  readonly kind: 'folder' | 'volume'
  /** Absolute path, or the volume's name in the engine. */
  readonly name: string
  /** Null where it is not known. */
  readonly bytes: number | null
}
