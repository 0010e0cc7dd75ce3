import type { EngineKind, ServiceName, ServiceState } from '#stack/types.ts'
import type { Role } from '#compose/roles.ts'
import type { Position } from './change.ts'
import type { DiskUse, EngineTry, PortHolder } from './finding.ts'

/**
 * What the rules look at. Each part was gathered by itself; one that could not be is undefined, and nothing is said about it
 * but that.
 */
export interface Facts {
  /** Who runs the services of this folder. */
  readonly engine: EngineKind
  /** What the folder's compose file says; null where it has none. */
  readonly file?: FileFacts | null
  readonly container?: ContainerEngineFacts
  readonly machine?: MachineFacts
  readonly disks?: readonly DiskFacts[]
  readonly ports?: readonly PortFacts[]
  readonly services?: readonly ServiceState[]
  readonly servers?: readonly ServerFacts[]
  readonly buckets?: BucketFacts
  readonly images?: readonly ImageFacts[]
  readonly host?: HostFacts
  readonly network?: NetworkFacts
  readonly local?: LocalFacts
  readonly leftovers?: readonly Leftover[]
}

/** A compose file as far as it can be understood, also one that cannot be run. */
export interface FileFacts {
  /** Absolute path. */
  readonly file: string
  /** Where an override goes, there or not. */
  readonly overrideFile: string
  readonly envFile: string
  readonly services: readonly FileService[]
  /** Why it cannot be run as it stands. */
  readonly diagnostics: readonly Trouble[]
}

/** A place in a file that cannot be used, and the key there when the fault is the key itself. */
export interface Trouble extends FilePlace {
  readonly message: string
  readonly key: string | null
}

export interface FilePlace extends Position {
  readonly file: string
}

export interface FileService {
  readonly name: ServiceName
  readonly at: FilePlace
  /** By its label or name; null where the product does not know it. */
  readonly role: Role | null
  /** What its image is, where the product does not know it by label or name. */
  readonly likelyRole: Role | null
  /** It is started when the whole stack is. */
  readonly isActive: boolean
  /** Null where it is only built. */
  readonly image: string | null
  readonly imageAt: FilePlace
  readonly isBuilt: boolean
  /** Its entrypoint where it has one, then its command. */
  readonly command: readonly string[]
  /** The command as it is written, before variables are put in. */
  readonly writtenCommand: readonly string[]
  readonly environment: ReadonlyMap<string, Variable>
  readonly ports: readonly FilePort[]
  readonly dependsOn: readonly { readonly service: ServiceName; readonly condition: string }[]
  readonly hasHealthcheck: boolean
  readonly startIntervalAt: FilePlace | null
  readonly hasInit: boolean
  readonly networks: readonly string[]
  /** Names by which other containers reach it. */
  readonly names: readonly string[]
  /** Absolute paths on this machine that it sees. */
  readonly hostFolders: readonly string[]
}

export interface Variable {
  readonly value: string
  /** As it is written, before variables are put in. */
  readonly written: string
  readonly at: FilePlace
}

export interface FilePort {
  readonly hostIp: string
  readonly hostPort: number | null
  readonly containerPort: number
  /** As it is written, before variables are put in. */
  readonly written: string
  readonly at: FilePlace
  /** It can be written anew in one line. */
  readonly isShort: boolean
}

/** The container engine of this machine, where one answers. */
export interface ContainerEngineFacts {
  readonly tries: readonly EngineTry[]
  /** The socket that this user may not use. */
  readonly denied: { readonly address: string; readonly group: string | null } | null
  readonly version: string | null
  readonly memoryBytes: number | null
  /** Published ports of containers that are not of this stack. */
  readonly published: readonly { readonly port: number; readonly name: string; readonly project: string | null }[]
}

export interface MachineFacts {
  readonly memoryBytes: number
  /** Most files that a process may open; null where it is not known or not limited. */
  readonly fileLimit: number | null
}

export interface DiskFacts {
  readonly what: DiskUse
  /** Absolute path. */
  readonly folder: string
  readonly free: number
}

/** A port that a service needs and another holds. */
export interface PortFacts {
  readonly port: number
  readonly service: ServiceName
  readonly holder: PortHolder
  /** Where the file publishes it; null where the engine may take another one. */
  readonly at: { readonly place: FilePlace; readonly written: string; readonly isShort: boolean } | null
  /** A free one near it. */
  readonly free: number
}

/** What a running server said. */
export interface ServerFacts {
  readonly service: ServiceName
  readonly role: Role
  /** Its clock minus ours, in ms; null where it told no time. */
  readonly skewMs: number | null
  readonly version: string | null
  /** The names by which containers reach it and that it refuses. */
  readonly refusedHosts: readonly string[]
}

export interface BucketFacts {
  readonly endpoint: string
  readonly present: readonly string[]
  readonly wanted: readonly string[]
}

export interface ImageFacts {
  readonly service: ServiceName
  readonly image: string
  readonly isPresent: boolean
  /** Why the registry does not answer; null where it does, or was not asked. */
  readonly unreachable: { readonly registry: string; readonly why: string } | null
}

/** What code and settings on this machine, outside of containers, say. */
export interface HostFacts {
  /** Addresses in settings, `.env` and code. */
  readonly addresses: readonly HostAddress[]
  /** Exact versions that the workspace asks for: `pyspark` 3.5.5 in requirements.txt. */
  readonly pins: readonly Pin[]
  /** PREFECT_API_URL of the environment or of `.env`; null where it is not set. */
  readonly prefectApiUrl: { readonly value: string; readonly place: string } | null
}

export interface HostAddress {
  /** `dataflow.connections`, or `notebooks/a.ipynb, line 3`. */
  readonly place: string
  readonly address: string
}

export interface Pin {
  readonly name: string
  readonly version: string
  readonly place: string
}

export interface NetworkFacts {
  /** A proxy that also gets what is meant for this machine. */
  readonly proxy: { readonly variable: string; readonly missing: readonly string[] } | null
  readonly missingFiles: readonly { readonly variable: string; readonly file: string }[]
  /** Certificates that other programs here are told to trust and Java is not. */
  readonly unknownToJava: readonly { readonly file: string; readonly subjects: readonly string[] }[]
}

/** What the services need where they run as plain processes. */
export interface LocalFacts {
  readonly pythonProblem: { readonly message: string; readonly hint: string } | null
  /** The data folder, where it keeps no extended attributes. */
  readonly withoutXattr: { readonly folder: string; readonly fileSystem: string } | null
  /** A lock whose process has ended. */
  readonly staleLock: string | null
}

/** A folder of the cache that nothing uses any more. */
export interface Leftover {
  readonly folder: string
  readonly bytes: number
}
