import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Clock } from '#base/clock.ts'
import { isProblem } from '#base/errors.ts'
import type { Logger } from '#base/log.ts'
import type { ComposeProject } from '#compose/project.ts'
import { startDetached } from '#process/detached.ts'
import { freePort } from '#process/ports.ts'
import { isAlive } from '#process/processId.ts'
import { stopProcess } from '#process/stop.ts'
import type { Environment } from '#runtime/places.ts'
import { definedSecrets } from '#stack/definedSecrets.ts'
import type { Report } from '#stack/engine.ts'
import { tryLoopback, unhealthy, waitHealthy } from '#stack/health.ts'
import { titleAtStart } from '#stack/roles.ts'
import type { ServiceName, StackSecrets } from '#stack/types.ts'
import { addressesFor } from './addresses.ts'
import { logTail } from './logTail.ts'
import type { LaunchInput, Launcher, Recipe, ServicePorts } from './recipe.ts'
import { instancesOf, markVariable, type InstanceName, type Intent, type ServiceRecord, type StackRecord } from './record.ts'
import { newSecrets, randomHex, withoutIntent, withoutService, type RecordFile } from './recordFile.ts'
import { serviceEnv } from './serviceEnv.ts'
import { clearStale, layOut } from './serviceFolder.ts'
import type { LocalService } from './services.ts'

/** How long a running service that does not answer is given before it is started anew. */
const patienceMs = 30_000
const shownLogLines = 60
/** Of what no recipe knows any more. */
const orphanStopMs = 10_000

/** What the services of a stack are run with. */
export interface Workshop {
  readonly folder: string
  readonly file: RecordFile
  readonly env: Environment
  readonly clock: Clock
  readonly log: Logger
}

/** A service that this engine can run, among the others of its definition. */
export interface Runnable {
  readonly service: LocalService
  readonly recipe: Recipe
  readonly services: readonly LocalService[]
  readonly project: ComposeProject
}

/** Starts, waits for and ends single processes of services. */
export class Instances {
  readonly #shop: Workshop
  readonly #launching = new Set<string>()
  /** Ports of what will be started, by the name of the service. */
  readonly #planned = new Map<ServiceName, ServicePorts>()

  constructor(shop: Workshop) {
    this.#shop = shop
  }

  /** Whether an intent is of a start that goes on in this process. */
  readonly isOwn = ({ mark }: Intent): boolean => this.#launching.has(mark)

  /**
   * Chooses the ports of services before the first of them starts, so that those that mention another know where it will be; tells
   * which are others than those of the definition.
   */
  async plan(services: readonly LocalService[], report: Report): Promise<void> {
    const record = await this.#shop.file.read()
    for (const { name, ports, definedPorts } of services) {
      if (instancesOf(name, record.services).length > 0) continue
      this.#planned.delete(name)
      const chosen = await this.#choosePorts(ports, record)
      this.#planned.set(name, chosen)
      for (const [wanted, port] of movedPorts(definedPorts, chosen))
        report({ step: `Port ${wanted} is taken, so ${name} has port ${port} instead` })
    }
  }

  /** The services, each with the ports that it will have where these are chosen. */
  withPlan(services: readonly LocalService[]): readonly LocalService[] {
    return services.map(service => ({ ...service, ports: this.#planned.get(service.name) ?? service.ports }))
  }

  folderOf(instance: InstanceName): string {
    return join(this.#shop.folder, instance)
  }

  logFileOf(instance: InstanceName): string {
    return join(this.#shop.folder, 'logs', `${instance}.log`)
  }

  /** One that lives and answers in time is left alone: a busy service may hold somebody's session. */
  async ensure(run: Runnable, instance: InstanceName, launcher: Launcher, signal: AbortSignal): Promise<void> {
    const before = (await this.#shop.file.read()).services[instance]
    if (before && (await this.#wait(run.recipe, before, patienceMs, signal)) === 'healthy') return
    if (before) await this.end(instance, run.service)
    signal.throwIfAborted()
    const wanted = run.service.ports
    try {
      await this.#start(run, instance, before?.ports ?? wanted, launcher, signal)
    } catch (error) {
      if (!isPortLost(error)) throw error
      await this.#start(run, instance, wanted, launcher, signal)
    }
  }

  /** Ends a process and takes away what must not be there at the next start; of an orphan only the process is known. */
  async end(instance: InstanceName, service: LocalService | undefined): Promise<void> {
    const { file, clock } = this.#shop
    const recorded = (await file.read()).services[instance]
    const graceMs = service?.definition.stopGraceMs ?? service?.recipe?.stopMs ?? orphanStopMs
    if (recorded) {
      await file.update(record => ({ ...record, services: { ...record.services, [instance]: { ...recorded, isEnding: true } } }))
      await stopProcess(recorded.process, graceMs, clock)
    }
    await clearStale(this.folderOf(instance), service?.recipe?.stale ?? [])
    await file.update(record => withoutService(record, instance))
  }

  /** What a process of a service is started with, or was. */
  inputOf({ service, services }: Runnable, instance: InstanceName, ports: ServicePorts, record: StackRecord): LaunchInput {
    const { byRole, localise } = addressesFor(service, services, record)
    const environment = Object.fromEntries(Object.entries(service.definition.environment).map(([key, value]) => [key, localise(value)]))
    return {
      service: { ...service.definition, environment },
      secrets: record.secrets ?? newSecrets(),
      clusterSecret: record.clusterSecret ?? '',
      folder: this.folderOf(instance),
      ports,
      addresses: byRole,
      definitions: new Map(services.flatMap(({ role, definition }) => (role === null ? [] : [[role, definition]]))),
      localise,
    }
  }

  async #start(run: Runnable, instance: InstanceName, wanted: ServicePorts, launcher: Launcher, signal: AbortSignal): Promise<void> {
    const { service, recipe } = run
    const started = await this.#launch(run, instance, wanted, launcher)
    try {
      const outcome = await this.#wait(recipe, started, startMsOf(run), signal)
      if (outcome !== 'healthy') throw await this.#failure(service, instance, outcome)
    } catch (error) {
      await this.end(instance, service)
      throw error
    }
    this.#tell(service, instance, started)
  }

  #tell({ definedPorts }: LocalService, instance: InstanceName, { process, ports }: ServiceRecord): void {
    const { log } = this.#shop
    log.info(`${instance} runs as process ${process.pid} on port ${ports.main}`)
    for (const [wanted, port] of movedPorts(definedPorts, ports))
      log.warn(`${instance}: port ${wanted} was taken, so it has port ${port} instead`)
  }

  async #launch(run: Runnable, instance: InstanceName, wanted: ServicePorts, launcher: Launcher): Promise<ServiceRecord> {
    const { file, env } = this.#shop
    const mark = randomUUID()
    this.#launching.add(mark)
    try {
      const { record, intent } = await this.#announce(run, instance, wanted, mark)
      const input = this.inputOf(run, instance, intent.ports, record)
      const launch = await launcher.launch(input)
      await clearStale(input.folder, run.recipe.stale)
      await layOut(input.folder, launch)
      const { command, args, cwd = input.folder } = launch
      const own = { ...serviceEnv(env, launch.env), [markVariable]: mark }
      const process = await startDetached({ command, args, env: own, cwd, logFile: this.logFileOf(instance) })
      const started = { process, ports: intent.ports, since: intent.since, urls: intent.urls, identity: run.service.identity }
      await file.update(now => withoutIntent({ ...now, services: { ...now.services, [instance]: started } }, instance))
      return started
    } catch (error) {
      await file.update(now => withoutIntent(now, instance))
      throw error
    } finally {
      this.#launching.delete(mark)
    }
  }

  /** Writes down what will be started before it is, so that nothing runs that no file names. */
  async #announce(
    run: Runnable,
    instance: InstanceName,
    wanted: ServicePorts,
    mark: string,
  ): Promise<{ record: StackRecord; intent: Intent }> {
    const { service, services } = run
    const started: Intent[] = []
    const record = await this.#shop.file.update(async now => {
      const { urls } = addressesFor(service, services, now)
      this.#planned.delete(service.name)
      const ports = await this.#choosePorts(wanted, now)
      const intent = { mark, ports, since: this.#shop.clock.now(), urls, identity: service.identity }
      started.push(intent)
      const secrets = secretsFor(run, now)
      return { ...now, secrets, clusterSecret: now.clusterSecret ?? randomHex(24), starting: { ...now.starting, [instance]: intent } }
    })
    const [intent] = started
    if (!intent) throw new Error('An update calls what it is given')
    return { record, intent }
  }

  async #failure({ name, role }: LocalService, instance: InstanceName, outcome: 'ended' | 'late'): Promise<Error> {
    const logFile = this.logFileOf(instance)
    const log = await logTail(logFile, shownLogLines)
    return unhealthy(titleAtStart({ name, role }), outcome, { log, logFile, service: name })
  }

  async #choosePorts(wanted: ServicePorts, { services, starting }: StackRecord): Promise<ServicePorts> {
    const given = [...Object.values(services), ...Object.values(starting)].map(({ ports }) => ports)
    const taken = new Set([...given, ...this.#planned.values()].flatMap(ports => Object.values(ports)))
    const chosen: Record<string, number> = {}
    for (const [name, preferred] of Object.entries(wanted)) {
      const port = await freePort(preferred, taken)
      taken.add(port)
      chosen[name] = port
    }
    return { ...chosen, main: chosen['main'] ?? wanted.main }
  }

  #wait(recipe: Recipe, { process, ports }: ServiceRecord, deadlineMs: number, signal: AbortSignal): Promise<'healthy' | 'ended' | 'late'> {
    const { clock } = this.#shop
    return waitHealthy({ probe: recipe.probe(ports), tryProbe: tryLoopback, isAlive: () => isAlive(process), deadlineMs, clock }, signal)
  }
}

/** The time that the definition gives, where that is more than a slow machine needs. */
function startMsOf({ service: { definition }, recipe }: Runnable): number {
  const { startPeriodMs = 0, intervalMs = 0, retries = 0 } = definition.healthcheck ?? {}
  return Math.max(recipe.startMs, startPeriodMs + intervalMs * retries)
}

/** Each port of the definition that is not the one that was chosen, and that. */
function movedPorts(defined: LocalService['definedPorts'], ports: ServicePorts): readonly (readonly [wanted: number, port: number])[] {
  return Object.entries(ports).flatMap(([name, port]) => {
    const wanted = defined[name]
    return wanted === undefined || wanted === port ? [] : [[wanted, port] as const]
  })
}

/** Between the choice of a port and its use another program may have taken it. */
function isPortLost(error: unknown): boolean {
  const sign = /BindException|address already in use|port \d+ is (?:already in use|not available)/i
  return isProblem(error, 'failed') && sign.test(String(error.details?.['log']))
}

/** Those of the definition, else those the stack has, else new ones; what already runs with some keeps them. */
function secretsFor({ services, project }: Runnable, { secrets, services: records }: StackRecord): StackSecrets {
  const defined = definedSecrets(project)
  const fresh = secrets ?? newSecrets()
  const runs = (role: LocalService['role']): boolean =>
    services.some(service => service.role === role && instancesOf(service.name, records).length > 0)
  return {
    s3: runs('s3') ? fresh.s3 : (defined.s3 ?? fresh.s3),
    sparkToken: runs('spark-connect') ? fresh.sparkToken : (defined.sparkToken ?? fresh.sparkToken),
  }
}
