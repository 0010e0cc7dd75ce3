import type { Clock } from '#base/clock.ts'
import type { Logger } from '#base/log.ts'
import { createDockerEngine } from '#stack/docker/dockerEngine.ts'
import { findEngine } from '#stack/docker/findEngine.ts'
import { createLocalEngine } from '#stack/local/localEngine.ts'
import type { SettingsSource } from './settings.ts'
import { diagnosticText, openDefinition } from './stackDefinition.ts'
import { chooseEngines, type EngineChoice } from './stackEngines.ts'

/** Whose stack it is, and where things are. */
export interface StackPlace {
  readonly projectFolder: string
  /** Where locks/ and templates/ lie. */
  readonly productFolder: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly settings: SettingsSource
  readonly clock: Clock
  readonly log: Logger
}

/** The engines that can run the stack of a folder. Looks for none before it is asked. */
export function openEngines(place: StackPlace): EngineChoice {
  const { projectFolder, env, settings, clock, log } = place
  const source = openDefinition(place)
  const definition = async (signal: AbortSignal) => (await source.read(signal)).project
  return chooseEngines({
    engines: {
      docker: createDockerEngine({ projectFolder, definition, env, clock, log }),
      local: createLocalEngine({ ...place, definition }),
    },
    setting: () => settings.current.stackEngine,
    onDidChangeSetting: settings.onDidChange,
    isOwn: source.isOwn,
    dockerAnswers: async signal => (await findEngine({ env }, signal)).engine !== undefined,
    warnings: async signal => (await source.read(signal)).warnings.map(diagnosticText),
    clock,
  })
}
