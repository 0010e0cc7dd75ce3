import type { SparkRuntime } from '#runtime/sparkRuntime.ts'
import type { Probe } from '#stack/health.ts'
import type { Role, ServiceName, StackSecrets } from '#stack/types.ts'

/** Ports of a service by their names; `main` is where its clients go. */
export type ServicePorts = Readonly<Record<string, number>> & { readonly main: number }

/** What a service is started with. */
export interface LaunchInput {
  readonly runtime: SparkRuntime
  readonly secrets: StackSecrets
  /** Own folder of the service, below the stack's data; made before. */
  readonly folder: string
  readonly ports: ServicePorts
  /** Addresses of the services it needs. */
  readonly urls: Readonly<Partial<Record<ServiceName, string>>>
}

/** A program to run, with files it reads and that only its owner may. */
export interface ServiceLaunch {
  readonly command: string
  /** Seen by every user of the machine: never a secret. */
  readonly args: readonly string[]
  /** Added to the environment of the starter. */
  readonly env: Readonly<Record<string, string>>
  /** By absolute path. */
  readonly files: Readonly<Record<string, string>>
  /** Absolute paths of folders it expects. */
  readonly folders: readonly string[]
}

/** A service as data. */
export interface ServiceSpec {
  readonly name: ServiceName
  readonly role: Role
  /** Must run first; a service is started anew when one of them has moved. */
  readonly needs: readonly ServiceName[]
  readonly preferredPorts: ServicePorts
  readonly url: (ports: ServicePorts) => string
  readonly probe: (ports: ServicePorts) => Probe
  /** How long a start may take on a slow machine. */
  readonly startMs: number
  /** How long it may take to end by itself. */
  readonly stopMs: number
  readonly launch: (input: LaunchInput) => ServiceLaunch
  /** What a crash leaves below its folder and hinders the next start; `*` stands for any name in a folder. */
  readonly stale: readonly string[]
}
