import { isAlive, isOfThisBoot } from '#process/processId.ts'
import type { StackSnapshot } from './engine.ts'
import { tryLoopback } from './health.ts'
import type { ServiceRecord, StackRecord } from './record.ts'
import { stackRegion, type ServiceSpec } from './spec.ts'
import type { ServiceState, StackEndpoints } from './types.ts'

/** Generous: an editor that has just opened hears late. A port that nobody listens at answers at once. */
const answerMs = 10_000

/** What the recorded processes are doing: each is looked up, and asked once when it lives. */
export async function lookAt(specs: readonly ServiceSpec[], record: StackRecord, signal: AbortSignal): Promise<StackSnapshot> {
  const services = await Promise.all(specs.map(spec => lookAtService(spec, record, specs, signal)))
  const endpoints = services.every(service => service.health === 'healthy') ? endpointsOf(record) : undefined
  return endpoints ? { services, endpoints } : { services }
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
    name: spec.name,
    state: 'running',
    health: isHealthy ? 'healthy' : 'unhealthy',
    pid: service.process.pid,
    port: service.ports.main,
    url: spec.url(service.ports),
    since: service.since,
  }
}

function absent({ name }: ServiceSpec, state: 'stopped' | 'failed'): ServiceState {
  return { name, state, health: 'unknown', pid: null, port: null, url: null, since: null }
}

/** A process that ended with the machine did not crash; where that cannot be told, it did. */
async function hasCrashed({ process: { started } }: ServiceRecord): Promise<boolean> {
  return process.platform !== 'linux' || isOfThisBoot({ pid: 0, started })
}

function endpointsOf({ services }: StackRecord): StackEndpoints | undefined {
  const s3 = services.s3
  const spark = services['spark-connect']
  if (!s3 || !spark) return undefined
  const { main, ui = 4040 } = spark.ports
  return {
    s3: { endpoint: `http://127.0.0.1:${s3.ports.main}`, region: stackRegion },
    spark: { host: '127.0.0.1', port: main, uiUrl: `http://127.0.0.1:${ui}` },
  }
}
