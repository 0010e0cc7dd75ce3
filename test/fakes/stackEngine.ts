import type { StackEngine, StackSnapshot } from '#stack/engine.ts'
import type { ServiceName, ServiceState, StackSecrets } from '#stack/types.ts'

/** An engine whose services are words; what it was asked to do is in `calls`. */
export interface FakeEngine extends StackEngine {
  readonly calls: readonly string[]
  readonly running: Set<ServiceName>
  /** Runs inside the start of a service, before it counts as running. */
  onStart: (name: ServiceName, signal: AbortSignal) => Promise<void>
  onPrepare: (signal: AbortSignal) => Promise<void>
  onStop: (name: ServiceName) => Promise<void>
  /** Another process is at work. */
  isElsewhere: boolean
}

const fakeSecrets: StackSecrets = { s3: { accessKeyId: 'key', secretAccessKey: 'secret' }, sparkToken: 'token' }

const ports: Readonly<Record<ServiceName, number>> = { s3: 9000, 'spark-connect': 15_002 }

export function fakeEngine(...running: readonly ServiceName[]): FakeEngine {
  const calls: string[] = []
  let last: Promise<unknown> = Promise.resolve()
  const engine: FakeEngine = {
    calls,
    running: new Set(running),
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
    prepare: async (report, signal) => {
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
    logFile: name => `/logs/${name}.log`,
    secrets: async () => fakeSecrets,
  }
  return engine
}

function snapshotOf(engine: FakeEngine): StackSnapshot {
  const services = (['s3', 'spark-connect'] as const).map(name => serviceState(name, engine.running.has(name)))
  const isChanging = engine.isElsewhere ? { isChanging: true } : {}
  if (!services.every(service => service.state === 'running')) return { services, ...isChanging }
  const spark = { host: '127.0.0.1', port: 15_002, uiUrl: 'http://127.0.0.1:4040' }
  return { services, endpoints: { s3: { endpoint: 'http://127.0.0.1:9000', region: 'us-east-1' }, spark }, ...isChanging }
}

/** A service as a look finds it. */
export function serviceState(name: ServiceName, isRunning: boolean): ServiceState {
  return isRunning
    ? { name, state: 'running', health: 'healthy', pid: 1, port: ports[name], url: `http://127.0.0.1:${ports[name]}`, since: 0 }
    : { name, state: 'stopped', health: 'unknown', pid: null, port: null, url: null, since: null }
}
