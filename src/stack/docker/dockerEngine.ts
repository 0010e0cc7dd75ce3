import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '#base/clock.ts'
import type { Disposable } from '#base/disposable.ts'
import { isProblem } from '#base/errors.ts'
import type { Logger } from '#base/log.ts'
import { untilAborted } from '#base/untilAborted.ts'
import type { ComposeProject } from '#compose/project.ts'
import { findPlaces, folderOfStack, type Environment } from '#runtime/places.ts'
import { definedSecrets } from '#stack/definedSecrets.ts'
import type { LogOptions, Report, ServiceShell, StackEngine, StackSnapshot } from '#stack/engine.ts'
import { StackLock } from '#stack/stackLock.ts'
import type { LogLine, Loss, ServiceName, ServiceUsage, StackSecrets } from '#stack/types.ts'
import { eraseService, lossesOf } from './data.ts'
import { findEngine, noEngine, type FoundEngine } from './findEngine.ts'
import { HashSource } from './hashes.ts'
import { ensureImages } from './images.ts'
import { readLogs } from './logs.ts'
import { observe } from './observe.ts'
import { RecordFile } from './record.ts'
import { registryAuth } from './registryAuth.ts'
import { scaleService } from './scale.ts'
import { ensureShared } from './shared.ts'
import { openShell } from './shell.ts'
import { startService } from './start.ts'
import { removeService, stopService } from './stop.ts'
import { UsageMeter } from './usage.ts'
import { watchProject } from './watch.ts'
import { definedService, type Work } from './work.ts'

export interface DockerEngineOptions {
  /** Whose stack this is; its folder of state is found by it. */
  readonly projectFolder: string
  /** Reads the definition anew. @throws LakehouseError when it cannot be used */
  readonly definition: (signal: AbortSignal) => Promise<ComposeProject>
  /** The address of the engine where the user has set one. */
  readonly address?: string
  readonly env: Environment
  readonly clock: Clock
  readonly log: Logger
}

/** Runs the services of a compose project as containers, side by side with `docker compose`. Looks for an engine at the first use. */
export function createDockerEngine(options: DockerEngineOptions): StackEngine {
  return new DockerEngine(options)
}

class DockerEngine implements StackEngine {
  readonly kind = 'docker'
  readonly #options: DockerEngineOptions
  readonly #hashes: HashSource
  readonly #usage = new UsageMeter()
  #folder: string | undefined
  #record: RecordFile | undefined
  #found: { readonly engine: Promise<FoundEngine>; readonly signal: AbortSignal } | undefined
  readonly #lock: StackLock

  constructor(options: DockerEngineOptions) {
    this.#options = options
    this.#hashes = new HashSource(options.env)
    this.#lock = new StackLock(() => join(this.#stackFolder, 'stack.lock'), options.clock)
  }

  async observe(signal: AbortSignal): Promise<StackSnapshot> {
    const isChanging = await this.#lock.isHeldElsewhere()
    const { client, project, hashes, record } = await this.#work(signal)
    const host = await this.#host(signal)
    const snapshot = await this.#noticing(observe({ client, project, hashes, record: await record.read(), host }, signal))
    return isChanging ? { ...snapshot, isChanging } : snapshot
  }

  exclusively<T>(task: () => Promise<T>, onWait: () => void, signal: AbortSignal): Promise<T> {
    return this.#lock.run(task, onWait, signal)
  }

  async prepare(services: readonly ServiceName[], report: Report, signal: AbortSignal): Promise<void> {
    const work = await this.#work(signal)
    const defined = services.map(name => definedService(work.project, name))
    await this.#noticing(ensureImages(work, defined, report, signal))
    await this.#noticing(ensureShared(work, defined, signal))
  }

  async start(name: ServiceName, signal: AbortSignal): Promise<void> {
    await this.#noticing(startService(await this.#work(signal), name, signal))
  }

  async stop(name: ServiceName, signal: AbortSignal): Promise<void> {
    await this.#noticing(stopService(await this.#work(signal), name, signal))
  }

  async remove(name: ServiceName, signal: AbortSignal): Promise<void> {
    await this.#noticing(removeService(await this.#work(signal), name, 'keep', signal))
  }

  async losses(name: ServiceName, signal: AbortSignal): Promise<readonly Loss[]> {
    return this.#noticing(lossesOf(await this.#work(signal), name, signal))
  }

  async erase(name: ServiceName, signal: AbortSignal): Promise<void> {
    await this.#noticing(eraseService(await this.#work(signal), name, signal))
  }

  async scale(name: ServiceName, count: number, signal: AbortSignal): Promise<void> {
    await this.#noticing(scaleService(await this.#work(signal), name, count, signal))
  }

  logs(services: readonly ServiceName[], options: LogOptions, signal: AbortSignal): AsyncIterable<LogLine> {
    return readLogs({ connect: within => this.#connect(within), clock: this.#options.clock }, services, options, signal)
  }

  async usage(signal: AbortSignal): Promise<ReadonlyMap<ServiceName, ServiceUsage>> {
    const { client, project } = await this.#connect(signal)
    return this.#noticing(this.#usage.read(client, project, () => this.#options.clock.now(), signal))
  }

  watch(onChange: () => void): Disposable {
    const { clock, log } = this.#options
    return watchProject({ connect: signal => this.#connect(signal), clock }, onChange, log)
  }

  async shell(name: ServiceName, signal: AbortSignal): Promise<ServiceShell> {
    const { client, project } = await this.#connect(signal)
    return openShell(client, project, name, this.#options.clock, signal)
  }

  async secrets(): Promise<StackSecrets | undefined> {
    const { s3, sparkToken } = definedSecrets(await this.#options.definition(new AbortController().signal))
    if (!s3 && sparkToken === undefined) return undefined
    return { s3: s3 ?? { accessKeyId: '', secretAccessKey: '' }, sparkToken: sparkToken ?? '' }
  }

  async #work(signal: AbortSignal): Promise<Work> {
    const { definition, clock, log, env } = this.#options
    const [{ client }, project] = await Promise.all([this.#engine(signal), definition(signal)])
    const hashes = await this.#hashes.read(project, signal)
    this.#record ??= new RecordFile(this.#stackFolder)
    const auth: Work['auth'] = (repository, within) => registryAuth(repository, env, homedir(), within)
    return { client, project, hashes, record: this.#record, clock, log, auth }
  }

  async #connect(signal: AbortSignal): Promise<{ client: FoundEngine['client']; project: string }> {
    const [{ client }, { name }] = await Promise.all([this.#engine(signal), this.#options.definition(signal)])
    return { client, project: name }
  }

  async #host(signal: AbortSignal): Promise<string> {
    const { client, endpoint } = await this.#engine(signal)
    return endpoint.kind === 'socket' || client.isHere ? '127.0.0.1' : endpoint.host
  }

  /** The engine that was found, until it is lost; a search in progress is joined. */
  async #engine(signal: AbortSignal): Promise<FoundEngine> {
    const search = (this.#found ??= { engine: this.#search(signal), signal })
    try {
      return await untilAborted(search.engine, signal)
    } catch (error) {
      if (this.#found === search) this.#found = undefined
      if (signal.aborted || !search.signal.aborted) throw error
      return await this.#engine(signal) // the one that searched has left
    }
  }

  async #search(signal: AbortSignal): Promise<FoundEngine> {
    const { env, address } = this.#options
    const { engine, attempts } = await findEngine({ env, ...(address === undefined ? {} : { setting: address }) }, signal)
    if (!engine) throw noEngine(attempts)
    this.#options.log.info(`Container engine ${engine.facts.version} at ${engine.client.address}`)
    return engine
  }

  /** After a lost connection the engine is looked for anew. */
  async #noticing<T>(task: Promise<T>): Promise<T> {
    try {
      return await task
    } catch (error) {
      if (isProblem(error, 'unreachable') && error.details?.['engine'] !== undefined) this.#found = undefined
      throw error
    }
  }

  /** Known on first use. */
  get #stackFolder(): string {
    this.#folder ??= folderOfStack(findPlaces(this.#options.env), this.#options.projectFolder)
    return this.#folder
  }
}
