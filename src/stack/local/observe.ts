import { isAlive, isOfThisBoot } from '#process/processId.ts'
import type { StackSnapshot } from '#stack/engine.ts'
import { tryLoopback } from '#stack/health.ts'
import { stackRegion } from '#stack/roles.ts'
import type { ServiceState, StackEndpoints } from '#stack/types.ts'
import type { ServiceRecord, StackRecord } from './record.ts'
import type { ServiceSpec } from './spec.ts'

/** Generous: an editor that has just opened hears late. A port that nobody listens at answers at once. */
const answerMs = 10_000

/** What the recorded processes are doing: each is looked up, and asked once when it lives. */
export async function lookAt(specs: readonly ServiceSpec[], record: StackRecord, signal: AbortSignal): Promise<StackSnapshot> {
  const services = await Promise.all(specs.map(spec => lookAtService(spec, record, specs, signal)))
  return { services, endpoints: endpointsOf(record, services) }
}

async function lookAtService(
  spec: ServiceSpec,
  { services }: StackRecord,
  specs: readonly ServiceSpec[],
  signal: AbortSignal,
): Promise<ServiceState> {
  const service = services[spec.name]
  if (!service) return absent(spec, 'stopped')
  if (!(await isAlive(service.process))) return absent(spec, (await hasCrashed(service)) ? 'failed' : 'stopped')
  const hasMoved = spec.needs.some(need => {
    const needed = services[need]
    return service.urls[need] !== specs.find(other => other.name === need)?.url(needed?.ports ?? { main: 0 })
  })
  const isHealthy = !hasMoved && (await tryLoopback(spec.probe(service.ports), answerMs, signal))
  return {
    ...factsOf(spec),
    state: 'running',
    health: isHealthy ? 'healthy' : 'unhealthy',
    pid: service.process.pid,
    port: service.ports.main,
    url: spec.url(service.ports),
    since: service.since,
    replicas: { running: 1, wanted: 1 },
  }
}

function absent(spec: ServiceSpec, state: 'stopped' | 'failed'): ServiceState {
  const nowhere = { pid: null, port: null, url: null, since: null }
  return { ...factsOf(spec), state, health: 'unknown', ...nowhere, replicas: { running: 0, wanted: 1 } }
}

function factsOf({ name, role, needs }: ServiceSpec) {
  return { name, role, needs, group: 'core', isActive: true, unavailable: null, isOutdated: false, isOrphan: false, reason: null }
}

/** A process that ended with the machine did not crash; where that cannot be told, it did. */
async function hasCrashed({ process: { started } }: ServiceRecord): Promise<boolean> {
  return process.platform !== 'linux' || isOfThisBoot({ pid: 0, started })
}

function endpointsOf({ services }: StackRecord, states: readonly ServiceState[]): StackEndpoints {
  const healthy = (name: string): ServiceRecord | undefined =>
    states.some(state => state.name === name && state.health === 'healthy') ? services[name] : undefined
  const s3 = healthy('s3')
  const spark = healthy('spark-connect')
  return {
    ...(s3 ? { s3: { endpoint: `http://127.0.0.1:${s3.ports.main}`, region: stackRegion } } : {}),
    ...(spark ? { spark: { host: '127.0.0.1', port: spark.ports.main, uiUrl: `http://127.0.0.1:${spark.ports['ui'] ?? 4040}` } } : {}),
  }
}
