import type { Disposable } from '#base/disposable.ts'
import { Emitter, type Event } from '#base/event.ts'
import type { Clock } from '#base/clock.ts'
import type { Logger } from '#base/log.ts'
import { createLocalEngine } from '#stack/local/localEngine.ts'
import type { StackEngine } from '#stack/engine.ts'
import type { EngineKind } from '#stack/types.ts'

/** Which engine runs the stack. */
export interface EngineChoice extends Disposable {
  /** Of the last choice; before the first, the one that is likely. */
  readonly kind: EngineKind
  /** @throws LakehouseError `invalid` when the definition cannot be used, with file, line and reason */
  choose(signal: AbortSignal): Promise<StackEngine>
  /** Another engine may have become the one. */
  readonly onDidChange: Event<void>
}

/** Whose stack it is, and where things are. */
export interface StackPlace {
  readonly projectFolder: string
  /** Where locks/ lies. */
  readonly productFolder: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly log: Logger
}

/** The engine for a folder as it is now. */
export function chooseEngines(place: StackPlace): EngineChoice {
  return fixedEngine(createLocalEngine(place))
}

/** The same engine always. */
export function fixedEngine(engine: StackEngine): EngineChoice {
  const changed = new Emitter<void>()
  return { kind: engine.kind, choose: async () => engine, onDidChange: changed.event, dispose: () => changed.dispose() }
}
