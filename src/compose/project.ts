/** What a compose file says, checked, with variables put in and overrides merged: the definition of a stack. */
export interface ComposeProject {
  /** Name of the project among all projects of an engine: `[a-z0-9][a-z0-9_-]*`. */
  readonly name: string
  /** Absolute path; paths in the file are relative to it, and are absolute here. */
  readonly folder: string
  /** Absolute paths of what was merged, in that order. */
  readonly files: readonly string[]
  /** All services, also those of no active profile, each after those it depends on. */
  readonly services: readonly ComposeService[]
  /** Those that a service uses. */
  readonly networks: readonly ComposeNetwork[]
  readonly volumes: readonly ComposeVolume[]
  /** Those of `COMPOSE_PROFILES`, `*` being all; a service without profiles is always active. */
  readonly activeProfiles: readonly string[]
}

export interface ComposeService {
  readonly name: string
  /** As written with its variables put in; `PROJECT-SERVICE` for one that is only built. */
  readonly image: string
  readonly build?: ComposeBuild
  readonly command?: readonly string[]
  readonly entrypoint?: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly ports: readonly PublishedPort[]
  readonly mounts: readonly ComposeMount[]
  /** At least one, `default` where the file names none; in order of name, the first being the container's own. */
  readonly networks: readonly ServiceNetwork[]
  readonly dependsOn: readonly Dependency[]
  /** Absent where there is none or it is disabled. */
  readonly healthcheck?: Healthcheck
  /** The check that the image brings is not to run either. */
  readonly isHealthcheckDisabled?: boolean
  readonly restart?: RestartPolicy
  readonly init?: boolean
  readonly user?: string
  readonly workingDir?: string
  readonly hostname?: string
  /** The container's name in place of `PROJECT-SERVICE-1`; never together with a scale above 1. */
  readonly containerName?: string
  readonly stopGraceMs?: number
  readonly labels: Readonly<Record<string, string>>
  readonly profiles: readonly string[]
  /** How many containers; 1 unless the file says otherwise. */
  readonly scale: number
  readonly memoryBytes?: number
  readonly cpus?: number
  readonly shmBytes?: number
  readonly pidsLimit?: number
  readonly tmpfs: readonly string[]
  readonly readOnly?: boolean
  /** `name:address`, `host-gateway` being the machine itself. */
  readonly extraHosts: readonly string[]
  /** SHA-256 in hex of all of it that a container is made from: another hash, another container. */
  readonly hash: string
}

export interface ComposeBuild {
  /** Absolute path. */
  readonly context: string
  /** Relative to the context. */
  readonly dockerfile: string
  readonly args: Readonly<Record<string, string>>
  readonly target?: string
}

export interface PublishedPort {
  /** Empty: every address of the machine. */
  readonly hostIp: string
  /** Null: the engine chooses. */
  readonly hostPort: number | null
  readonly containerPort: number
  readonly protocol: 'tcp' | 'udp'
}

export type ComposeMount =
  | { readonly kind: 'bind'; readonly source: string; readonly target: string; readonly isReadOnly: boolean }
  /** `source` is the name in the file; see {@link ComposeVolume}. */
  | { readonly kind: 'volume'; readonly source: string; readonly target: string; readonly isReadOnly: boolean }

export interface ServiceNetwork {
  readonly name: string
  readonly aliases: readonly string[]
}

export interface ComposeNetwork {
  /** Name in the file. */
  readonly name: string
  /** Name in the engine: `PROJECT_NAME` unless the file gives one. */
  readonly engineName: string
  /** Made by somebody else, never made or removed here. */
  readonly isExternal: boolean
}

export interface ComposeVolume {
  readonly name: string
  readonly engineName: string
  readonly isExternal: boolean
}

export interface Dependency {
  readonly service: string
  readonly condition: 'service_started' | 'service_healthy' | 'service_completed_successfully'
  /** False: a service of no active profile is not waited for. */
  readonly isRequired: boolean
  /** Restarted together with what it depends on. */
  readonly restarts: boolean
}

/** Times in ms. */
export interface Healthcheck {
  /** `['CMD', …]` or `['CMD-SHELL', text]`. */
  readonly test: readonly string[]
  readonly intervalMs?: number
  readonly timeoutMs?: number
  readonly retries?: number
  readonly startPeriodMs?: number
}

export interface RestartPolicy {
  readonly name: 'no' | 'always' | 'on-failure' | 'unless-stopped'
  readonly maxRetries?: number
}

/** Something in a compose file that cannot be used, and where. */
export interface Diagnostic {
  /** Absolute path. */
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly column: number
  readonly message: string
}
