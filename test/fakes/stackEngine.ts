import type { StackEngine, StackSnapshot } from '#stack/engine.ts'
import type { ServiceName, ServiceState, StackSecrets, StackState } from '#stack/types.ts'
import type { Role } from '#compose/roles.ts'

/** An engine whose services are words; what it was asked to do is in `calls`. */
export interface FakeEngine extends Mutable<StackEngine> {
  readonly calls: readonly string[]
  readonly running: Set<ServiceName>
  readonly crashed: Set<ServiceName>
  /** What the definition names besides what is running; the object store and Spark unless a test says otherwise. */
  services: readonly ServiceState[]
  /** Runs inside the start of a service, before it counts as running. */
  onStart: (name: ServiceName, signal: AbortSignal) => Promise<void>
  onPrepare: (signal: AbortSignal, services: readonly ServiceName[]) => Promise<void>
  onStop: (name: ServiceName) => Promise<void>
  /** Another process is at work. */
  isElsewhere: boolean
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

const fakeSecrets: StackSecrets = { s3: { accessKeyId: 'key', secretAccessKey: 'secret' }, sparkToken: 'token' }

const ports: Readonly<Record<ServiceName, number>> = { s3: 9000, 'spark-connect': 15_002 }
const roles: readonly Role[] = ['s3', 'spark-master', 'spark-worker', 'spark-connect', 'mlflow', 'prefect', 'streamlit', 'nginx', 'jupyter']

export function fakeEngine(...running: readonly ServiceName[]): FakeEngine {
  const calls: string[] = []
  let last: Promise<unknown> = Promise.resolve()
  const engine: FakeEngine = {
    kind: 'local',
    calls,
    running: new Set(running),
    crashed: new Set(),
    services: [serviceState('s3', false), serviceState('spark-connect', false)],
    onStart: () => Promise.resolve(),
    onPrepare: () => Promise.resolve(),
    onStop: () => Promise.resolve(),
    isElsewhere: false,
    observe: async signal => {
      signal.throwIfAborted()
      return snapshotOf(engine)
    },
    exclusively: (task, onWait, signal) => {
      if (engine.isElsewhere) onWait()
      const turn = last.then(() => {
        signal.throwIfAborted()
        return task()
      })
      last = turn.catch(() => undefined)
      return turn
    },
    prepare: async (services, report, signal) => {
      calls.push('prepare')
      report({ step: 'Installing' })
      await engine.onPrepare(signal, services)
    },
    start: async (name, signal) => {
      calls.push(`start ${name}`)
      await engine.onStart(name, signal)
      engine.running.add(name)
    },
    stop: async name => {
      calls.push(`stop ${name}`)
      await engine.onStop(name)
      engine.running.delete(name)
    },
    remove: async name => {
      calls.push(`remove ${name}`)
      engine.running.delete(name)
    },
    losses: async name => [{ kind: 'folder', name: `/data/${name}`, bytes: null }],
    erase: async name => {
      calls.push(`erase ${name}`)
      engine.running.delete(name)
    },
    scale: async (name, count) => void calls.push(`scale ${name} ${count}`),
    logs: async function* () {},
    usage: async () => new Map(),
    watch: () => ({ dispose: () => {} }),
    shell: async () => ({ kind: 'process', folder: '/', env: {} }),
    secrets: async () => fakeSecrets,
  }
  return engine
}

function snapshotOf(engine: FakeEngine): StackSnapshot {
  const { running, crashed } = engine
  const services = engine.services.map(service => {
    const isRunning = running.has(service.name)
    const { state, health, pid, port, url, since, replicas } = serviceState(service.name, isRunning)
    const own = isRunning ? { state, health, pid, port, url, since, replicas } : { isOutdated: false }
    return { ...service, ...own, ...(crashed.has(service.name) ? { state: 'failed' as const } : {}) }
  })
  const endpoints = {
    ...(running.has('s3') ? { s3: { endpoint: 'http://127.0.0.1:9000', region: 'us-east-1' } } : {}),
    ...(running.has('spark-connect') ? { spark: { host: '127.0.0.1', port: 15_002, uiUrl: 'http://127.0.0.1:4040' } } : {}),
  }
  return { services, endpoints, ...(engine.isElsewhere ? { isChanging: true } : {}) }
}

/** A service as a look finds it; its name is its role where there is one of that name. */
export function serviceState(name: ServiceName, isRunning: boolean, more: Partial<ServiceState> = {}): ServiceState {
  const facts = { isActive: true, unavailable: null, isOutdated: false, isOrphan: false, reason: null }
  const own = { name, role: roles.find(role => role === name) ?? null, group: 'core', needs: name === 'spark-connect' ? ['s3'] : [] }
  const replicas = { running: isRunning ? 1 : 0, wanted: 1 }
  const port = ports[name] ?? 8000
  const stand: Pick<ServiceState, 'state' | 'health' | 'pid' | 'port' | 'url' | 'since'> = isRunning
    ? { state: 'running', health: 'healthy', pid: 1, port, url: `http://127.0.0.1:${port}`, since: 0 }
    : { state: 'stopped', health: 'unknown', pid: null, port: null, url: null, since: null }
  return { ...own, ...facts, ...stand, replicas, ...more }
}

export const stoppedStack: StackState = { kind: 'stopped', engine: 'local', services: [], endpoints: {} }
