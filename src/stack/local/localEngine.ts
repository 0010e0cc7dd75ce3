import { join } from 'node:path'
import type { Clock } from '#base/clock.ts'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { LakehouseError } from '#base/errors.ts'
import type { Logger } from '#base/log.ts'
import type { ComposeProject } from '#compose/project.ts'
import { definedOnly } from '#runtime/childEnv.ts'
import type { InstallContext } from '#runtime/install.ts'
import { findPlaces, folderOfStack, type Environment, type Places } from '#runtime/places.ts'
import type { LogOptions, Report, ServiceShell, StackEngine, StackSnapshot } from '#stack/engine.ts'
import { titleAtStart, titleOf } from '#stack/roles.ts'
import { StackLock } from '#stack/stackLock.ts'
import type { LogLine, Loss, ServiceName, ServiceUsage, StackSecrets } from '#stack/types.ts'
import { runningByRole, staleness } from './addresses.ts'
import { clientEnv, programsOf } from './clientEnv.ts'
import { Installer } from './installer.ts'
import { Instances, type Runnable } from './instances.ts'
import { readLogs } from './logs.ts'
import { dataLosses, removeAllBut } from './serviceData.ts'
import { lookAt } from './observe.ts'
import type { Launcher, Recipe } from './recipe.ts'
import { findRecipe } from './recipes.ts'
import { instanceName, instancesOf, type InstanceName } from './record.ts'
import { adopted, newSecrets, RecordFile } from './recordFile.ts'
import { resolveServices, type FindRecipe, type LocalService } from './services.ts'
import { UsageMeter } from './usageMeter.ts'
import { watchHealth } from './watchHealth.ts'
import { watchRecord } from './watchRecord.ts'

export interface LocalEngineOptions {
  readonly projectFolder: string
  readonly productFolder: string
  readonly env: Environment
  readonly clock: Clock
  readonly log: Logger
  /** Read anew at each call. */
  readonly definition: (signal: AbortSignal) => Promise<ComposeProject>
}

/** Runs the services as processes of this machine that outlive their starter; `stack.json` in the stack's folder names them. */
export function createLocalEngine(options: LocalEngineOptions, recipeOf: FindRecipe = findRecipe): StackEngine {
  return new LocalEngine(options, recipeOf)
}

class LocalEngine implements StackEngine {
  readonly kind = 'local'
  readonly #options: LocalEngineOptions
  readonly #recipeOf: FindRecipe
  readonly #places: Places
  readonly #installer: Installer
  readonly #meter: UsageMeter
  readonly #lock: StackLock
  #parts: { readonly folder: string; readonly file: RecordFile; readonly instances: Instances } | undefined

  constructor(options: LocalEngineOptions, recipeOf: FindRecipe) {
    this.#options = options
    this.#recipeOf = recipeOf
    this.#places = findPlaces(options.env)
    this.#installer = new Installer(options)
    this.#meter = new UsageMeter(options.clock)
    this.#lock = new StackLock(() => join(this.#stand.folder, 'stack.lock'), options.clock)
  }

  async observe(signal: AbortSignal): Promise<StackSnapshot> {
    const isElsewhere = await this.#lock.isHeldElsewhere()
    const services = await this.#services(signal)
    const found = await this.#stand.file.read()
    const record = isElsewhere ? found : await adopted(found, this.#stand.instances.isOwn)
    const isChanging = isElsewhere || this.#lock.isHeld
    const logFile = (instance: InstanceName): string => this.#stand.instances.logFileOf(instance)
    const snapshot = await lookAt({ services, record, isChanging, now: this.#options.clock.now(), logFile }, signal)
    return isElsewhere ? { ...snapshot, isChanging } : snapshot
  }

  async exclusively<T>(task: () => Promise<T>, onWait: () => void, signal: AbortSignal): Promise<T> {
    return this.#lock.run(task, onWait, signal)
  }

  async prepare(names: readonly ServiceName[], report: Report, signal: AbortSignal): Promise<void> {
    const wanted = (await this.#services(signal)).filter(({ name, recipe }) => recipe && names.includes(name))
    for (const { recipe } of wanted) if (recipe) await this.#installer.launcherOf(recipe, this.#installContext(report), signal)
    await this.#stand.instances.plan(wanted, report)
  }

  async start(name: ServiceName, signal: AbortSignal): Promise<void> {
    const run = await this.#runnable(name, signal)
    const { file, instances } = this.#stand
    const record = await file.update(now => adopted(now, instances.isOwn))
    const recorded = instancesOf(name, record.services)
    const isOther = recorded.some(
      ([, started]) =>
        (started.identity ?? run.service.identity) !== run.service.identity || staleness(run.service, started, run.services, record),
    )
    if (isOther) await this.#end(recorded, run.service)
    await this.#ensure(run, isOther || recorded.length === 0 ? run.service.scale : recorded.length, signal)
  }

  async stop(name: ServiceName, signal: AbortSignal): Promise<void> {
    const { file, instances } = this.#stand
    const service = await this.#find(name, signal)
    const record = await file.update(now => adopted(now, instances.isOwn))
    await this.#end(instancesOf(name, record.services), service)
  }

  async remove(name: ServiceName, signal: AbortSignal): Promise<void> {
    await this.stop(name, signal)
    const recipe = (await this.#find(name, signal))?.recipe
    // Of a service that nothing is known about, anything may be data.
    if (recipe) await removeAllBut(this.#stand.folder, name, recipe.data)
  }

  async losses(name: ServiceName, signal: AbortSignal): Promise<readonly Loss[]> {
    return dataLosses(this.#stand.folder, name, (await this.#find(name, signal))?.recipe?.data ?? ['.'], signal)
  }

  async erase(name: ServiceName, signal: AbortSignal): Promise<void> {
    await this.stop(name, signal)
    await removeAllBut(this.#stand.folder, name, [])
  }

  async scale(name: ServiceName, count: number, signal: AbortSignal): Promise<void> {
    const run = await this.#runnable(name, signal)
    if (!run.recipe.canScale) {
      throw new LakehouseError('unsupported', `There can be only one of ${titleOf(run.service)} without containers.`)
    }
    const recorded = instancesOf(name, (await this.#stand.file.read()).services)
    await this.#end(recorded.slice(count), run.service)
    await this.#ensure(run, count, signal)
  }

  logs(services: readonly ServiceName[], options: LogOptions, signal: AbortSignal): AsyncIterable<LogLine> {
    return readLogs(join(this.#stand.folder, 'logs'), services, options, this.#options.clock, signal)
  }

  async usage(_signal: AbortSignal): Promise<ReadonlyMap<ServiceName, ServiceUsage>> {
    return this.#meter.read(await this.#stand.file.read())
  }

  watch(onChange: () => void): Disposable {
    const { folder, file } = this.#stand
    const store = new DisposableStore()
    store.add(watchRecord(folder, () => file.read(), onChange))
    store.add(watchHealth(signal => this.observe(signal), this.#options.clock, onChange))
    return store
  }

  async shell(name: ServiceName, signal: AbortSignal): Promise<ServiceShell> {
    const run = await this.#runnable(name, signal)
    const { file, instances } = this.#stand
    const record = await file.read()
    const [running] = instancesOf(name, record.services)
    if (!running) {
      throw new LakehouseError('invalid', `${titleAtStart(run.service)} does not run, so there is nothing to open a terminal in.`, {
        hint: 'Start it first.',
      })
    }
    const { python } = await this.#launcherOf(run.recipe, signal)
    const clients = clientEnv(runningByRole(run.services, record), record.secrets ?? newSecrets())
    const programs = python === undefined ? {} : programsOf(python, this.#options.env)
    return { kind: 'process', folder: instances.folderOf(running[0]), env: { ...clients, ...programs } }
  }

  async secrets(): Promise<StackSecrets | undefined> {
    return (await this.#stand.file.read()).secrets
  }

  /** Starts what is missing of so many processes of a service, side by side; a failure takes back none that others may use. */
  async #ensure(run: Runnable, count: number, signal: AbortSignal): Promise<void> {
    const { recipe, service } = run
    const launcher = await this.#launcherOf(recipe, signal)
    const numbers = Array.from({ length: count }, (_, index) => index + 1)
    const ends = await Promise.allSettled(
      numbers.map(number => this.#stand.instances.ensure(run, instanceName(service.name, number), launcher, signal)),
    )
    const failed = ends.find(end => end.status === 'rejected')
    if (failed) throw failed.reason
  }

  #launcherOf(recipe: Recipe, signal: AbortSignal): Promise<Launcher> {
    return this.#installer.launcherOf(
      recipe,
      this.#installContext(() => {}),
      signal,
    )
  }

  async #end(recorded: ReturnType<typeof instancesOf>, service: LocalService | undefined): Promise<void> {
    await Promise.all(recorded.map(([instance]) => this.#stand.instances.end(instance, service)))
  }

  async #services(signal: AbortSignal): Promise<readonly LocalService[]> {
    return resolveServices(await this.#options.definition(signal), this.#recipeOf, this.#options)
  }

  /** What the definition says of a service; undefined also when it cannot be read: what runs must end all the same. */
  async #find(name: ServiceName, signal: AbortSignal): Promise<LocalService | undefined> {
    const services = await this.#services(signal).catch(() => [])
    signal.throwIfAborted()
    return services.find(service => service.name === name)
  }

  /** @throws LakehouseError `notFound`, or `unsupported` for what cannot run here */
  async #runnable(name: ServiceName, signal: AbortSignal): Promise<Runnable> {
    const project = await this.#options.definition(signal)
    const services = this.#stand.instances.withPlan(await resolveServices(project, this.#recipeOf, this.#options))
    const service = services.find(candidate => candidate.name === name)
    if (!service) throw new LakehouseError('notFound', `The stack has no service “${name}”.`)
    const { recipe, unavailable } = service
    if (!recipe || unavailable !== null) throw new LakehouseError('unsupported', unavailable ?? '', { details: { service: name } })
    return { service, recipe, services, project }
  }

  #installContext(report: Report): InstallContext {
    const { env, clock } = this.#options
    return { env: definedOnly(env), cache: this.#places.cache, clock, report }
  }

  /** Known on first use. */
  get #stand(): { readonly folder: string; readonly file: RecordFile; readonly instances: Instances } {
    if (this.#parts) return this.#parts
    const { projectFolder, env, clock, log } = this.#options
    const folder = folderOfStack(this.#places, projectFolder)
    const file = new RecordFile(join(folder, 'stack.json'), projectFolder)
    this.#parts = { folder, file, instances: new Instances({ folder, file, env, clock, log }) }
    return this.#parts
  }
}
