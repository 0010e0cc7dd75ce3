import { isAlive, isOfThisBoot } from '#process/processId.ts'
import { endpointsOf } from '#stack/endpoints.ts'
import type { StackSnapshot } from '#stack/engine.ts'
import { lastReason, tryLoopback } from '#stack/health.ts'
import type { ServiceState } from '#stack/types.ts'
import { runningByRole, staleness } from './addresses.ts'
import { logTail } from './logTail.ts'
import { instancesOf, serviceOf, type InstanceName, type ServiceRecord, type StackRecord } from './record.ts'
import type { LocalService } from './services.ts'

/** Generous: an editor that has just opened hears late. A port that nobody listens at answers at once. */
const answerMs = 10_000
const reasonLines = 50

/** What a look works with. */
export interface Sight {
  readonly services: readonly LocalService[]
  readonly record: StackRecord
  /** Somebody changes the stack: what does not answer yet may be starting. */
  readonly isChanging: boolean
  readonly now: number
  readonly logFile: (instance: InstanceName) => string
}

/** What the recorded processes are doing: each is looked up, and asked once when it lives. */
export async function lookAt(sight: Sight, signal: AbortSignal): Promise<StackSnapshot> {
  const { services, record } = sight
  const states = await Promise.all(services.map(service => lookAtService(service, sight, signal)))
  const runnable = new Set(services.filter(({ recipe }) => recipe).map(({ name }) => name))
  const others = new Set(
    Object.keys(record.services)
      .map(serviceOf)
      .filter(name => !runnable.has(name)),
  )
  const orphans = await Promise.all([...others].map(name => lookAtOrphan(name, sight)))
  const known = states.filter(({ name }) => !others.has(name))
  return { services: [...known, ...orphans], endpoints: endpointsOf(states, '127.0.0.1', uiUrlOf(services, record)) }
}

async function lookAtService(service: LocalService, sight: Sight, signal: AbortSignal): Promise<ServiceState> {
  const { record, services, isChanging, now } = sight
  const { name, recipe } = service
  const instances = instancesOf(name, record.services)
  const alive = await living(instances)
  const [first] = alive
  if (!recipe || !first) return absent(service, instances, sight)
  const stale = alive.map(({ urls, since }) => staleness(service, { urls, since }, services, record))
  const answers = await Promise.all(alive.map(({ ports }) => tryLoopback(recipe.probe(ports), answerMs, signal)))
  const isWhole = alive.length >= wantedOf(service, instances.length)
  const isHealthy = isWhole && !stale.includes('moved') && answers.every(Boolean)
  const isStarting = !isHealthy && isChanging && alive.some(({ since }) => now - since < recipe.startMs)
  return {
    ...factsOf(service),
    state: isStarting ? 'starting' : 'running',
    health: isHealthy ? 'healthy' : isStarting ? 'unknown' : 'unhealthy',
    pid: first.process.pid,
    port: first.ports.main,
    url: recipe.url(first.ports),
    since: first.since,
    isOutdated: stale.includes('joined') || alive.some(({ identity }) => identity !== undefined && identity !== service.identity),
    replicas: { running: alive.length, wanted: wantedOf(service, instances.length) },
  }
}

type Instances = readonly (readonly [InstanceName, ServiceRecord])[]

async function absent(service: LocalService, instances: Instances, sight: Sight): Promise<ServiceState> {
  const { record, isChanging } = sight
  const base = { ...factsOf(service), ...nowhere, replicas: { running: 0, wanted: wantedOf(service, instances.length) } }
  if (isChanging && instancesOf(service.name, record.starting).length > 0) return { ...base, state: 'starting' }
  const crashed = await crashedOf(instances)
  return crashed === undefined ? { ...base, state: 'stopped' } : { ...base, state: 'failed', reason: await reasonOf(crashed, sight) }
}

/** What the definition does not name any more, or what no recipe of this version runs. */
async function lookAtOrphan(name: string, { record }: Sight): Promise<ServiceState> {
  const instances = instancesOf(name, record.services)
  const alive = await living(instances)
  const [first] = alive
  const facts = { name, role: null, needs: [], group: null, isActive: false, isOutdated: false, isOrphan: true, reason: null }
  const unavailable = 'The definition of the stack does not name it any more.'
  const replicas = { running: alive.length, wanted: 0 }
  if (!first) return { ...facts, unavailable, replicas, ...nowhere, state: 'stopped' }
  const { process, ports, since } = first
  const here = { pid: process.pid, port: ports.main, url: null, since }
  return { ...facts, unavailable, replicas, ...here, state: 'running', health: 'unknown' }
}

const nowhere = { health: 'unknown', pid: null, port: null, url: null, since: null } as const

function factsOf({ name, role, needs, group, isActive, unavailable }: LocalService) {
  return { name, role, needs, group, isActive, unavailable, isOutdated: false, isOrphan: false, reason: null }
}

/** As many as the definition says, or as were asked for since it was started. */
function wantedOf({ scale }: LocalService, recorded: number): number {
  return recorded === 0 ? scale : recorded
}

async function living(instances: Instances): Promise<readonly ServiceRecord[]> {
  const alive = await Promise.all(instances.map(async ([, record]) => ((await isAlive(record.process)) ? [record] : [])))
  return alive.flat()
}

/** A process that ended with the machine did not crash; where that cannot be told, it did. */
async function crashedOf(instances: Instances): Promise<InstanceName | undefined> {
  for (const [instance, { process: id, isEnding }] of instances) {
    if (!isEnding && (process.platform !== 'linux' || (await isOfThisBoot(id)))) return instance
  }
  return undefined
}

/** How a process that was left to itself ended is not known; what it said last often tells. */
async function reasonOf(instance: InstanceName, { logFile }: Sight): Promise<string | null> {
  const log = await logTail(logFile(instance), reasonLines)
  return lastReason(log) || null
}

/** Where the page of a Spark application is. */
function uiUrlOf(services: readonly LocalService[], record: StackRecord): string | null {
  const port = runningByRole(services, record).get('spark-connect')?.['ui']
  return port === undefined ? null : `http://127.0.0.1:${port}`
}
