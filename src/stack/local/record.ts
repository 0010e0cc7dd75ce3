import type { ProcessId } from '#process/processId.ts'
import type { ServiceName, StackSecrets } from '#stack/types.ts'
import type { ServicePorts } from './recipe.ts'

const maxPid = 2 ** 31 - 1

/** One of the processes of a service: its name alone for the first, `name#2` for the second. */
export type InstanceName = string

/** What a process is started with. */
interface Started {
  readonly ports: ServicePorts
  /** Epoch ms. */
  readonly since: number
  /** Addresses of the services it was started with. */
  readonly urls: Readonly<Partial<Record<ServiceName, string>>>
  /** Of all in its definition that it was made from; absent in files of older versions. */
  readonly identity?: string
}

/** A started process as the discovery file names it. */
export interface ServiceRecord extends Started {
  readonly process: ProcessId
  /** Somebody has begun to end it: that it is gone is no crash. */
  readonly isEnding?: true
}

/** A process that is being started: when its starter dies meanwhile, it is found again by its mark. */
export interface Intent extends Started {
  /** Unique, in the environment of the process; see {@link markVariable}. */
  readonly mark: string
}

export const markVariable = 'DATAFLOW_SERVICE_MARK'

/** The discovery file: which processes are the stack, and its secrets. Readable by its owner only. */
export interface StackRecord {
  readonly secrets?: StackSecrets
  /** Of Spark's master and workers. */
  readonly clusterSecret?: string
  readonly services: Readonly<Record<InstanceName, ServiceRecord>>
  readonly starting: Readonly<Record<InstanceName, Intent>>
}

/** The instances of a service in the order of their numbers. */
export function instancesOf<T>(name: ServiceName, records: Readonly<Record<InstanceName, T>>): readonly (readonly [InstanceName, T])[] {
  return Object.entries(records)
    .filter(([instance]) => serviceOf(instance) === name)
    .toSorted(([a], [b]) => numberOf(a) - numberOf(b))
}

/** @param number from 1 */
export function instanceName(service: ServiceName, number: number): InstanceName {
  return number === 1 ? service : `${service}#${number}`
}

export function serviceOf(instance: InstanceName): ServiceName {
  return instance.split('#')[0] ?? instance
}

function numberOf(instance: InstanceName): number {
  return Number(instance.split('#')[1] ?? 1)
}

/** Takes what is sound and leaves the rest out: a damaged file must never keep a stack from starting or stopping. */
export function parseRecord(value: unknown): StackRecord {
  const file = asObject(value)
  const secrets = parseSecrets(file['secrets'])
  const clusterSecret = file['clusterSecret']
  return {
    ...(secrets ? { secrets } : {}),
    ...(typeof clusterSecret === 'string' ? { clusterSecret } : {}),
    services: parseEach(file['services'], parseService),
    starting: parseEach(file['starting'], parseIntent),
  }
}

export function formatRecord(record: StackRecord, projectFolder: string): string {
  return `${JSON.stringify({ projectFolder, ...record }, undefined, 2)}\n`
}

/** Names become folders, so they must be names. */
function parseEach<T>(value: unknown, parse: (entry: unknown) => T | undefined): Record<InstanceName, T> {
  const named = Object.entries(asObject(value)).filter(([name]) => /^(?!\.+$)[\w.-]+(?:#[1-9]\d{0,3})?$/.test(name))
  return Object.fromEntries(
    named.flatMap(([name, entry]) => {
      const parsed = parse(entry)
      return parsed === undefined ? [] : [[name, parsed]]
    }),
  )
}

function parseSecrets(value: unknown): StackSecrets | undefined {
  const { s3, sparkToken } = asObject(value)
  const { accessKeyId, secretAccessKey } = asObject(s3)
  if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string' || typeof sparkToken !== 'string') return undefined
  return { s3: { accessKeyId, secretAccessKey }, sparkToken }
}

function parseService(value: unknown): ServiceRecord | undefined {
  const started = parseStarted(value)
  const { pid, started: moment } = asObject(asObject(value)['process'])
  const isSound = typeof pid === 'number' && Number.isInteger(pid) && pid >= 1 && pid <= maxPid && typeof moment === 'string'
  const ending = asObject(value)['isEnding'] === true ? ({ isEnding: true } as const) : {}
  return started && isSound ? { process: { pid, started: moment }, ...started, ...ending } : undefined
}

function parseIntent(value: unknown): Intent | undefined {
  const started = parseStarted(value)
  const { mark } = asObject(value)
  return started && typeof mark === 'string' && /^[\w-]{8,}$/.test(mark) ? { mark, ...started } : undefined
}

function parseStarted(value: unknown): Started | undefined {
  const { ports, since, urls, identity } = asObject(value)
  const { main, ...others } = Object.fromEntries(Object.entries(asObject(ports)).filter(isPort))
  if (main === undefined || typeof since !== 'number') return undefined
  const texts = Object.entries(asObject(urls)).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return {
    ports: { ...others, main },
    since,
    urls: Object.fromEntries(texts),
    ...(typeof identity === 'string' ? { identity } : {}),
  }
}

function isPort(entry: [string, unknown]): entry is [string, number] {
  const port = entry[1]
  return Number.isInteger(port) && Number(port) > 0 && Number(port) < 65_536
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
