import type { Clock } from '#base/clock.ts'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { LakehouseError } from '#base/errors.ts'
import { Emitter, type Event } from '#base/event.ts'
import { untilAborted } from '#base/untilAborted.ts'
import type { StackEngine } from '#stack/engine.ts'
import type { EngineKind, StackState } from '#stack/types.ts'
import type { EngineSetting } from './settings.ts'

/** What runs on another engine than the one chosen. */
export type Elsewhere = NonNullable<StackState['elsewhere']>

/** Which engine runs the stack. */
export interface EngineChoice extends Disposable {
  /** Of the last choice; before the first, the one that is likely. */
  readonly kind: EngineKind
  /**
   * What the setting names; by itself Docker where the folder has a compose file and an engine answers, unless the stack runs as
   * local processes. Once it was Docker it stays so: an engine that is lost is no reason to start elsewhere.
   */
  choose(signal: AbortSignal): Promise<StackEngine>
  /** @throws LakehouseError `invalid` where the engine of the last choice has nothing to start by: Docker without a compose file */
  checkStart(signal: AbortSignal): Promise<void>
  /** What the other engine runs of this stack; looked for once in a while, and anew after {@link forget}. */
  elsewhere(signal: AbortSignal): Promise<Elsewhere | undefined>
  /** What the definition may mean otherwise than it is taken, each with file and line; and that Docker was not to be had. */
  warnings(signal: AbortSignal): Promise<readonly string[]>
  /** The stack is about to change, which should not go by what was known a while ago. */
  forget(): void
  /** Another engine may have become the one. */
  readonly onDidChange: Event<void>
}

export interface EngineParts {
  readonly engines: Readonly<Record<EngineKind, StackEngine>>
  readonly setting: () => EngineSetting
  readonly onDidChangeSetting: Event<unknown>
  /** Whether the folder has a compose file of its own. */
  readonly isOwn: (signal: AbortSignal) => Promise<boolean>
  readonly dockerAnswers: (signal: AbortSignal) => Promise<boolean>
  readonly warnings: (signal: AbortSignal) => Promise<readonly string[]>
  readonly clock: Clock
}

export function chooseEngines(parts: EngineParts): EngineChoice {
  return new EngineChooser(parts)
}

/** The same engine always. */
export function fixedEngine(engine: StackEngine): EngineChoice {
  const changed = new Emitter<void>()
  return {
    kind: engine.kind,
    choose: async () => engine,
    checkStart: async () => {},
    elsewhere: async () => undefined,
    warnings: async () => [],
    forget: () => {},
    onDidChange: changed.event,
    dispose: () => changed.dispose(),
  }
}

/** How long an engine that did not answer is not asked again, and what runs elsewhere is taken as known. */
const rememberedMs = 30_000
/** A look at the other engine holds nobody up. */
const elsewhereMs = 3000

const withoutDocker = 'Docker does not answer: the services run as processes of this machine, with data of their own'

class EngineChooser implements EngineChoice {
  readonly #parts: EngineParts
  readonly #store = new DisposableStore()
  readonly #changed = this.#store.add(new Emitter<void>())
  readonly onDidChange = this.#changed.event
  readonly #used = new Set<EngineKind>()
  #chosen: EngineKind | undefined
  #wasOwn = false
  #silentSince: number | undefined
  #seen: { readonly chosen: EngineKind; readonly at: number; readonly elsewhere: Elsewhere | undefined } | undefined

  constructor(parts: EngineParts) {
    this.#parts = parts
    let setting = parts.setting()
    this.#store.add(
      parts.onDidChangeSetting(() => {
        if (parts.setting() === setting) return
        setting = parts.setting()
        this.#silentSince = undefined
        this.#changed.fire()
      }),
    )
  }

  get kind(): EngineKind {
    const setting = this.#parts.setting()
    return setting === 'auto' ? (this.#chosen ?? 'local') : setting
  }

  async choose(signal: AbortSignal): Promise<StackEngine> {
    const setting = this.#parts.setting()
    this.#chosen = setting === 'auto' ? await this.#likely(signal) : setting
    this.#used.add(this.#chosen)
    return this.#parts.engines[this.#chosen]
  }

  async checkStart(signal: AbortSignal): Promise<void> {
    if (this.#chosen !== 'docker' || (await this.#parts.isOwn(signal))) return
    throw new LakehouseError('invalid', 'Docker runs what a compose file defines, and this folder has none.', {
      hint: 'Make one with “New lakehouse project”, or use the local engine.',
    })
  }

  async elsewhere(signal: AbortSignal): Promise<Elsewhere | undefined> {
    const chosen = this.kind
    const now = this.#parts.clock.now()
    if (this.#seen?.chosen === chosen && now - this.#seen.at < rememberedMs) return this.#seen.elsewhere
    const other: EngineKind = chosen === 'docker' ? 'local' : 'docker'
    const within = AbortSignal.any([signal, AbortSignal.timeout(elsewhereMs)])
    const isLikely = other === 'local' || this.#used.has(other) || (await this.#parts.isOwn(signal))
    const isPossible = isLikely && (other === 'local' || (await this.#dockerAnswers(signal)))
    // An engine that cannot be asked runs nothing that could be told.
    const names = isPossible ? await this.#running(other, within).catch(() => []) : []
    signal.throwIfAborted()
    const elsewhere = names.length === 0 ? undefined : { engine: other, services: names }
    this.#seen = { chosen, at: now, elsewhere }
    return elsewhere
  }

  async warnings(signal: AbortSignal): Promise<readonly string[]> {
    const own = await this.#parts.warnings(signal)
    const isForWant = this.#wasOwn && this.#chosen === 'local' && this.#parts.setting() === 'auto' && this.#silentSince !== undefined
    return isForWant ? [withoutDocker, ...own] : own
  }

  forget(): void {
    this.#seen = undefined
  }

  dispose(): void {
    this.#store.dispose()
  }

  async #likely(signal: AbortSignal): Promise<EngineKind> {
    const wasOwn = this.#wasOwn
    this.#wasOwn = await this.#parts.isOwn(signal)
    if (!this.#wasOwn) return 'local'
    if (wasOwn && this.#chosen === 'docker') return 'docker'
    if (!(await this.#dockerAnswers(signal))) return 'local'
    return (await this.#running('local', signal)).length > 0 ? 'local' : 'docker'
  }

  async #dockerAnswers(signal: AbortSignal): Promise<boolean> {
    const now = this.#parts.clock.now()
    if (this.#silentSince !== undefined && now - this.#silentSince < rememberedMs) return false
    const answers = await this.#parts.dockerAnswers(signal)
    this.#silentSince = answers ? undefined : now
    return answers
  }

  async #running(kind: EngineKind, signal: AbortSignal): Promise<readonly string[]> {
    const { services } = await untilAborted(this.#parts.engines[kind].observe(signal), signal)
    return services.filter(({ state }) => state === 'running' || state === 'starting').map(({ name }) => name)
  }
}
