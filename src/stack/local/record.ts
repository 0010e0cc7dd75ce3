import type { ProcessId } from '#process/processId.ts'
import type { ServiceName, StackSecrets } from '#stack/types.ts'
import type { ServicePorts } from './spec.ts'

const maxPid = 2 ** 31 - 1

/** A started service as the discovery file names it. */
export interface ServiceRecord {
  readonly process: ProcessId
  readonly ports: ServicePorts
  /** Epoch ms. */
  readonly since: number
  /** Addresses of the services it was started with. */
  readonly urls: Readonly<Partial<Record<ServiceName, string>>>
}

/** The discovery file: which processes are the stack, and its secrets. Readable by its owner only. */
export interface StackRecord {
  readonly secrets?: StackSecrets
  readonly services: Readonly<Partial<Record<ServiceName, ServiceRecord>>>
}

/** Takes what is sound and leaves the rest out: a damaged file must never keep a stack from starting or stopping. */
export function parseRecord(value: unknown): StackRecord {
  const file = asObject(value)
  const secrets = parseSecrets(file['secrets'])
  const listed = asObject(file['services'])
  const services: Partial<Record<ServiceName, ServiceRecord>> = {}
  for (const name of ['s3', 'spark-connect'] as const) {
    const service = parseService(listed[name])
    if (service) services[name] = service
  }
  return { ...(secrets ? { secrets } : {}), services }
}

export function formatRecord(record: StackRecord, projectFolder: string): string {
  return `${JSON.stringify({ projectFolder, ...record }, undefined, 2)}\n`
}

function parseSecrets(value: unknown): StackSecrets | undefined {
  const { s3, sparkToken } = asObject(value)
  const { accessKeyId, secretAccessKey } = asObject(s3)
  if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string' || typeof sparkToken !== 'string') return undefined
  return { s3: { accessKeyId, secretAccessKey }, sparkToken }
}

function parseService(value: unknown): ServiceRecord | undefined {
  const { process, ports, since, urls } = asObject(value)
  const { pid, started } = asObject(process)
  if (
    typeof pid !== 'number' ||
    !Number.isInteger(pid) ||
    pid < 1 ||
    pid > maxPid ||
    typeof started !== 'string' ||
    typeof since !== 'number'
  )
    return undefined
  const numbers = Object.entries(asObject(ports)).filter((entry): entry is [string, number] => isPort(entry[1]))
  const { main, ...others } = Object.fromEntries(numbers)
  if (main === undefined) return undefined
  const { s3 } = asObject(urls)
  return { process: { pid, started }, ports: { ...others, main }, since, urls: typeof s3 === 'string' ? { s3 } : {} }
}

function isPort(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) < 65_536
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
