import type { ServiceName } from '#stack/types.ts'
import type { Role } from '#compose/roles.ts'
import type { Change } from './change.ts'

/**
 * Something about the stack that a user should know, as data: what was seen stands in `facts`, and `words/` puts it into
 * sentences. An error keeps something from working, a warning may, an info is good to know.
 */
export type Finding = { [Code in FindingCode]: FoundAs<Code> }[FindingCode]

export type FindingCode = keyof FindingFacts

export type Severity = 'error' | 'warning' | 'info'

interface FoundAs<Code extends FindingCode> {
  readonly code: Code
  readonly severity: Severity
  readonly facts: FindingFacts[Code]
  /** Null where nothing can be done, or only by what the explanation says. */
  readonly fix: Fix | null
}

/** What is done about a finding, after the user has seen it. */
export type Fix =
  /** Something of ours that is run. */
  | { readonly kind: 'command'; readonly command: FixCommand }
  /** Texts that are changed after they were shown as a diff. */
  | { readonly kind: 'edit'; readonly changes: readonly FileChange[]; readonly newSecrets?: NewSecrets }
  | { readonly kind: 'setting'; readonly key: string; readonly value: string }
  /** Steps for the user, in the words of the finding. */
  | { readonly kind: 'manual' }

export type FixCommand = 'createBuckets' | 'startStack' | 'removeLeftovers'

/** Changes of one file, in order. */
export interface FileChange {
  /** Absolute path; a file that is not there is made. */
  readonly file: string
  readonly changes: readonly Change[]
}

/** Variables that get a random value when the fix is carried out, so that no diff and no report shows one. */
export interface NewSecrets {
  /** The `.env` of the compose file: absolute path. */
  readonly file: string
  /** Those without a value in it get one. */
  readonly names: readonly string[]
}

/** Where in the compose file. */
interface InFile {
  /** Absolute path. */
  readonly file: string
  /** From 1. */
  readonly line: number
}

interface InService extends InFile {
  readonly service: ServiceName
}

interface ServiceImage {
  readonly service: ServiceName
  readonly image: string
}

/** What was seen, for each kind of finding. Sizes are bytes; no secret is ever among them. */
export interface FindingFacts {
  readonly engineDenied: { readonly address: string; readonly group: string | null }
  readonly engineUnreachable: { readonly tried: readonly EngineTry[]; readonly isWanted: boolean }
  readonly engineOld: { readonly version: string; readonly oldest: string }
  readonly memoryLow: { readonly bytes: number; readonly wanted: number; readonly where: 'machine' | 'engine' }
  readonly diskLow: { readonly folder: string; readonly free: number; readonly wanted: number; readonly what: DiskUse }
  readonly fileLimit: { readonly limit: number; readonly wanted: number }
  readonly portTaken: { readonly port: number; readonly service: ServiceName; readonly holder: PortHolder; readonly moves: boolean }
  readonly roleUnknown: InService & { readonly role: Role }
  readonly containerNameOnHost: { readonly place: string; readonly address: string; readonly better: string }
  readonly localhostInContainer: InService & { readonly variable: string; readonly address: string; readonly better: string }
  readonly clockSkew: { readonly service: ServiceName; readonly seconds: number }
  readonly imageGone: InService & { readonly image: string; readonly better: string }
  readonly imageUnpinned: { readonly images: readonly ServiceImage[] }
  readonly imageAbsent: { readonly images: readonly ServiceImage[]; readonly registry: string; readonly why: string }
  readonly airbyteRetired: { readonly services: readonly ServiceName[] }
  readonly versionsMismatch: VersionMismatch
  readonly connectMissing: InService & { readonly better: string }
  readonly bucketsMissing: { readonly buckets: readonly string[]; readonly endpoint: string }
  readonly mlflowHosts: { readonly service: ServiceName; readonly host: string; readonly seen: 'command' | 'answer' }
  readonly mlflowFileStore: { readonly service: ServiceName; readonly store: string; readonly isRefused: boolean }
  readonly mlflowNoEndpoint: { readonly service: ServiceName; readonly root: string }
  readonly mlflowNotProxied: { readonly service: ServiceName; readonly root: string }
  readonly initMissing: { readonly service: ServiceName }
  readonly prefectApiUrl: {
    readonly place: string
    readonly value: string | null
    readonly trouble: 'missing' | 'wildcard' | 'noApi'
    readonly better: string
  }
  readonly proxyCatchesLocal: { readonly variable: string; readonly missing: readonly string[] }
  readonly caFileMissing: { readonly variable: string; readonly file: string }
  readonly caUnknownToJava: { readonly file: string; readonly subjects: readonly string[] }
  readonly weakPassword: { readonly variables: readonly (InService & { readonly variable: string })[] }
  readonly publishedToAll: { readonly ports: readonly (InService & { readonly port: string })[] }
  readonly healthMissing: { readonly service: ServiceName; readonly dependants: readonly ServiceName[]; readonly isRequired: boolean }
  readonly startInterval: InService & { readonly version: string }
  readonly composeInvalid: InFile & { readonly message: string }
  readonly pythonMissing: { readonly message: string; readonly hint: string }
  readonly xattrMissing: { readonly folder: string; readonly fileSystem: string }
  readonly programMissing: { readonly service: ServiceName; readonly why: string }
  readonly serviceBroken: { readonly service: ServiceName; readonly why: string | null; readonly isRunning: boolean }
  readonly staleLock: { readonly file: string }
  readonly leftovers: { readonly folders: readonly string[]; readonly bytes: number }
}

export type DiskUse = 'data' | 'cache' | 'engine'

/** An engine that was asked, and what came of it. */
export interface EngineTry {
  /** What named it: a setting, a variable, a context, or the usual place. */
  readonly source: string
  readonly address: string
  readonly outcome: string
}

/** Who has a port. */
export type PortHolder =
  | { readonly kind: 'process'; readonly pid: number; readonly name: string }
  | { readonly kind: 'container'; readonly name: string; readonly project: string | null }
  /** A stack of ours for another folder. */
  | { readonly kind: 'stack'; readonly folder: string; readonly service: ServiceName }
  | { readonly kind: 'unknown' }

/** Two parts that do not fit together. */
export interface VersionMismatch {
  readonly part: string
  readonly version: string
  readonly place: string
  readonly other: string
  readonly otherVersion: string
  /** What would fit: `4.4`, or `17` and `21`. */
  readonly wanted: readonly string[]
  readonly breaks: boolean
}
