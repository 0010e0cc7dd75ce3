import { randomBytes } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '#base/clock.ts'
import type { Disposable } from '#base/disposable.ts'
import { isProblem, LakehouseError } from '#base/errors.ts'
import type { Logger } from '#base/log.ts'
import { startDetached } from '#process/detached.ts'
import { isLocked, withLock } from '#process/lockFile.ts'
import { freePort } from '#process/ports.ts'
import { readJsonFile, writePrivateFile } from '#process/privateFile.ts'
import { isAlive } from '#process/processId.ts'
import { stopProcess } from '#process/stop.ts'
import { definedOnly } from '#runtime/childEnv.ts'
import type { InstallContext } from '#runtime/install.ts'
import { findPlaces, stackFolder, type Environment, type Places } from '#runtime/places.ts'
import { ensureSparkRuntime, type SparkRuntime } from '#runtime/sparkRuntime.ts'
import type { LogOptions, Report, ServiceShell, StackEngine, StackSnapshot } from '#stack/engine.ts'
import { tryLoopback, unhealthy, waitHealthy } from '#stack/health.ts'
import { titleAtStart } from '#stack/roles.ts'
import type { LogLine, Loss, ServiceName, ServiceUsage, StackSecrets } from '#stack/types.ts'
import { logTail } from './logTail.ts'
import { lookAt } from './observe.ts'
import { formatRecord, parseRecord, type ServiceRecord, type StackRecord } from './record.ts'
import { s3proxy } from './s3proxy.ts'
import { serviceEnv } from './serviceEnv.ts'
import { clearStale, layOut } from './serviceFolder.ts'
import { sparkConnect } from './sparkConnect.ts'
import type { ServicePorts, ServiceSpec } from './spec.ts'

/** How long a running service that does not answer is given before it is started anew. */
const patienceMs = 30_000
const shownLogLines = 20

/** In the order of starting. */
const allServices: readonly ServiceSpec[] = [s3proxy, sparkConnect]

export interface LocalEngineOptions {
  readonly projectFolder: string
  readonly productFolder: string
  readonly env: Environment
  readonly clock: Clock
  readonly log: Logger
}

/** What runs, and how what it needs is installed. */
export interface EngineParts {
  /** In the order of starting. */
  readonly specs: readonly ServiceSpec[]
  readonly install: (locksFolder: string, context: InstallContext, signal: AbortSignal) => Promise<SparkRuntime>
}

/** Runs the services as processes of this machine that outlive their starter; `stack.json` in the stack's folder names them. */
export function createLocalEngine(
  options: LocalEngineOptions,
  parts: EngineParts = { specs: allServices, install: ensureSparkRuntime },
): StackEngine {
  return new LocalEngine(options, parts)
}

class LocalEngine implements StackEngine {
  readonly kind = 'local'
  readonly #options: LocalEngineOptions
  readonly #parts: EngineParts
  readonly #places: Places
  #folder: string | undefined
  #runtime: SparkRuntime | undefined
  #isHolding = false

  constructor(options: LocalEngineOptions, parts: EngineParts) {
    this.#options = options
    this.#parts = parts
    this.#places = findPlaces(options.env)
  }

  async observe(signal: AbortSignal): Promise<StackSnapshot> {
    const isChanging = !this.#isHolding && (await isLocked(this.#lockFile))
    const snapshot = await lookAt(this.#parts.specs, await this.#read(), signal)
    return isChanging ? { ...snapshot, isChanging } : snapshot
  }

  async exclusively<T>(task: () => Promise<T>, onWait: () => void, signal: AbortSignal): Promise<T> {
    return withLock(this.#lockFile, { clock: this.#options.clock, signal, onWait }, async () => {
      this.#isHolding = true
      try {
        return await task()
      } finally {
        this.#isHolding = false
      }
    })
  }

  async prepare(_services: readonly ServiceName[], report: Report, signal: AbortSignal): Promise<void> {
    const { env, clock, productFolder } = this.#options
    const context = { env: definedOnly(env), cache: this.#places.cache, clock, report }
    this.#runtime = await this.#parts.install(join(productFolder, 'locks'), context, signal)
  }

  async start(name: ServiceName, signal: AbortSignal): Promise<void> {
    const spec = this.#spec(name)
    const record = await this.#read()
    const before = record.services[name]
    if (before && (await this.#recovers(spec, before, record, signal))) return
    if (before) await this.stop(name)
    signal.throwIfAborted()
    try {
      await this.#startAnew(spec, before?.ports ?? spec.preferredPorts, signal)
    } catch (error) {
      if (!isPortLost(error)) throw error
      await this.#startAnew(spec, spec.preferredPorts, signal)
    }
  }

  async stop(name: ServiceName): Promise<void> {
    const spec = this.#spec(name)
    const record = await this.#read()
    const { [name]: service, ...others } = record.services
    if (!service) return
    await stopProcess(service.process, spec.stopMs, this.#options.clock)
    await clearStale(this.#serviceFolder(name), spec.stale)
    await this.#write({ ...record, services: others })
  }

  async remove(name: ServiceName): Promise<void> {
    await this.stop(name)
  }

  async losses(name: ServiceName): Promise<readonly Loss[]> {
    return [{ kind: 'folder', name: this.#serviceFolder(name), bytes: null }]
  }

  async erase(name: ServiceName): Promise<void> {
    await this.stop(name)
    await rm(this.#serviceFolder(name), { recursive: true, force: true })
  }

  async scale(name: ServiceName): Promise<void> {
    throw new LakehouseError('unsupported', `There can be only one ${name}.`)
  }

  async *logs(services: readonly ServiceName[], { tail }: LogOptions): AsyncIterable<LogLine> {
    for (const service of services) {
      const text = await logTail(this.#logFile(service), tail)
      for (const line of text === '' ? [] : text.split('\n')) yield { service, text: line, stream: 'stdout', time: null }
    }
  }

  async usage(): Promise<ReadonlyMap<ServiceName, ServiceUsage>> {
    return new Map()
  }

  watch(): Disposable {
    return { dispose: () => {} }
  }

  async shell(name: ServiceName): Promise<ServiceShell> {
    return { kind: 'process', folder: this.#serviceFolder(name), env: {} }
  }

  #logFile(name: ServiceName): string {
    return join(this.#stackFolder, 'logs', `${name}.log`)
  }

  async secrets(): Promise<StackSecrets | undefined> {
    return (await this.#read()).secrets
  }

  /** Known on first use: two paths of one folder are one stack. */
  get #stackFolder(): string {
    this.#folder ??= stackFolder(this.#places, realPath(this.#options.projectFolder))
    return this.#folder
  }

  get #lockFile(): string {
    return join(this.#stackFolder, 'stack.lock')
  }

  #serviceFolder(name: ServiceName): string {
    return join(this.#stackFolder, name)
  }

  /** A busy service is waited for rather than ended, since it may hold somebody's session. */
  async #recovers(spec: ServiceSpec, service: ServiceRecord, record: StackRecord, signal: AbortSignal): Promise<boolean> {
    const hasMoved = spec.needs.some(need => service.urls[need] !== this.#urlOf(need, record))
    if (hasMoved || !(await isAlive(service.process))) return false
    const outcome = await this.#wait(spec, service, patienceMs, signal)
    return outcome === 'healthy'
  }

  async #startAnew(spec: ServiceSpec, ports: ServicePorts, signal: AbortSignal): Promise<void> {
    const started = await this.#launch(spec, ports)
    try {
      await this.#untilHealthy(spec, started, spec.startMs, signal)
    } catch (error) {
      await this.stop(spec.name)
      throw error
    }
    this.#options.log.info(`${spec.name} runs as process ${started.process.pid} on port ${started.ports.main}`)
  }

  async #launch(spec: ServiceSpec, wanted: ServicePorts): Promise<ServiceRecord> {
    if (!this.#runtime) throw new Error('prepare() comes before start()')
    const { env, clock } = this.#options
    const record = await this.#read()
    const secrets = record.secrets ?? newSecrets()
    const ports = await choosePorts(wanted, record)
    const folder = this.#serviceFolder(spec.name)
    const urls = Object.fromEntries(spec.needs.map(need => [need, this.#urlOf(need, record)]))
    const launch = spec.launch({ runtime: this.#runtime, secrets, folder, ports, urls })
    await clearStale(folder, spec.stale)
    await layOut(folder, launch)
    await this.#write({ ...record, secrets })
    const { command, args } = launch
    const process = await startDetached({ command, args, env: serviceEnv(env, launch.env), cwd: folder, logFile: this.#logFile(spec.name) })
    const started = { process, ports, since: clock.now(), urls }
    await this.#write({ secrets, services: { ...record.services, [spec.name]: started } })
    return started
  }

  async #untilHealthy(spec: ServiceSpec, service: ServiceRecord, deadlineMs: number, signal: AbortSignal): Promise<void> {
    const outcome = await this.#wait(spec, service, deadlineMs, signal)
    if (outcome === 'healthy') return
    const logFile = this.#logFile(spec.name)
    const log = await logTail(logFile, shownLogLines)
    throw unhealthy(titleAtStart(spec), outcome, { log, logFile, service: spec.name })
  }

  #wait(
    spec: ServiceSpec,
    { process, ports }: ServiceRecord,
    deadlineMs: number,
    signal: AbortSignal,
  ): Promise<'healthy' | 'ended' | 'late'> {
    const { clock } = this.#options
    return waitHealthy({ probe: spec.probe(ports), tryProbe: tryLoopback, isAlive: () => isAlive(process), deadlineMs, clock }, signal)
  }

  async #read(): Promise<StackRecord> {
    return parseRecord(await readJsonFile(this.#recordFile))
  }

  #write(record: StackRecord): Promise<void> {
    return writePrivateFile(this.#recordFile, formatRecord(record, this.#options.projectFolder))
  }

  #spec(name: ServiceName): ServiceSpec {
    const spec = this.#parts.specs.find(candidate => candidate.name === name)
    if (!spec) throw new Error(`There is no service ${name}`)
    return spec
  }

  #urlOf(name: ServiceName, { services }: StackRecord): string | undefined {
    const service = services[name]
    return service && this.#spec(name).url(service.ports)
  }

  get #recordFile(): string {
    return join(this.#stackFolder, 'stack.json')
  }
}

/** Between the choice of a port and its use another stack may have taken it. */
function isPortLost(error: unknown): boolean {
  return isProblem(error, 'failed') && /BindException|Address already in use/.test(String(error.details?.['log']))
}

async function choosePorts(wanted: ServicePorts, { services }: StackRecord): Promise<ServicePorts> {
  const taken = new Set(Object.values(services).flatMap(service => Object.values(service?.ports ?? {})))
  const chosen: Record<string, number> = {}
  for (const [name, preferred] of Object.entries(wanted)) {
    const port = await freePort(preferred, taken)
    taken.add(port)
    chosen[name] = port
  }
  return { ...chosen, main: chosen['main'] ?? wanted.main }
}

function newSecrets(): StackSecrets {
  const s3 = { accessKeyId: `DATAFLOW${randomHex(6).toUpperCase()}`, secretAccessKey: randomHex(20) }
  return { s3, sparkToken: randomHex(24) }
}

function randomHex(bytes: number): string {
  return randomBytes(bytes).toString('hex')
}

function realPath(folder: string): string {
  try {
    return realpathSync.native(folder)
  } catch {
    return folder // not there yet
  }
}
