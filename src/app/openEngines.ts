import type { Clock } from '#base/clock.ts'
import type { Logger } from '#base/log.ts'
import { createLocalEngine } from '#stack/local/localEngine.ts'
import { fixedEngine, type EngineChoice } from './stackEngines.ts'

/** Whose stack it is, and where things are. */
export interface StackPlace {
  readonly projectFolder: string
  /** Where locks/ and templates/ lie. */
  readonly productFolder: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly log: Logger
}

/** The engines that can run the stack of a folder. */
export function openEngines(place: StackPlace): EngineChoice {
  return fixedEngine(createLocalEngine(place))
}
