import type { StackEngine, StackSnapshot } from '#stack/engine.ts'
import type { ServiceName, ServiceState, StackSecrets, StackState } from '#stack/types.ts'

/** An engine whose services are words; what it was asked to do is in `calls`. */
export interface FakeEngine extends StackEngine {
  readonly calls: readonly string[]
  readonly running: Set<ServiceName>
  readonly crashed: Set<ServiceName>
  /** Runs inside the start of a service, before it counts as running. */
  onStart: (name: ServiceName, signal: AbortSignal) => Promise<void>
  onPrepare: (signal: AbortSignal) => Promise<void>
  onStop: (name: ServiceName) => Promise<void>
  /** Another process is at work. */
  isElsewhere: boolean
}

const fakeSecrets: StackSecrets = { s3: { accessKeyId: 'key', secretAccessKey: 'secret' }, sparkToken: 'token' }

const ports = { s3: 9000, 'spark-connect': 15_002 }

export function fakeEngine(...running: readonly ServiceName[]): FakeEngine {
  const calls: string[] = []
  let last: Promise<unknown> = Promise.resolve()
  const engine: FakeEngine = {
    kind: 'local',
    calls,
    running: new Set(running),
    crashed: new Set(),
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
    prepare: async (_services, report, signal) => {
      calls.push('prepare')
      report({ step: 'Installing' })
      await engine.onPrepare(signal)
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
    remove: async name => void calls.push(`remove ${name}`),
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
  const services = (['s3', 'spark-connect'] as const).map(name => {
    const state = serviceState(name, engine.running.has(name))
    return engine.crashed.has(name) ? { ...state, state: 'failed' as const } : state
  })
  const endpoints = {
    ...(engine.running.has('s3') ? { s3: { endpoint: 'http://127.0.0.1:9000', region: 'us-east-1' } } : {}),
    ...(engine.running.has('spark-connect') ? { spark: { host: '127.0.0.1', port: 15_002, uiUrl: 'http://127.0.0.1:4040' } } : {}),
  }
  return { services, endpoints, ...(engine.isElsewhere ? { isChanging: true } : {}) }
}

/** A service as a look finds it. */
export function serviceState(role: 's3' | 'spark-connect', isRunning: boolean): ServiceState {
  const needs = role === 's3' ? [] : ['s3']
  const facts = {
    name: role,
    role,
    needs,
    group: 'core',
    isActive: true,
    unavailable: null,
    isOutdated: false,
    isOrphan: false,
    reason: null,
  }
  const replicas = { running: isRunning ? 1 : 0, wanted: 1 }
  const port = ports[role]
  return isRunning
    ? { ...facts, state: 'running', health: 'healthy', pid: 1, port, url: `http://127.0.0.1:${port}`, since: 0, replicas }
    : { ...facts, state: 'stopped', health: 'unknown', pid: null, port: null, url: null, since: null, replicas }
}

export const stoppedStack: StackState = { kind: 'stopped', engine: 'local', services: [], endpoints: {} }
