import type { Logger } from '#base/log.ts'
import type { ConnectionSecrets } from './connections.ts'
import type { SettingsSource } from './settings.ts'

/** What the app takes from its surroundings (an editor, a terminal, a test). */
export interface LakehousePorts {
  readonly log: Logger
  readonly settings: SettingsSource
  /** Secrets of a connection named in the settings; undefined when none are kept. */
  readonly secrets: (connection: string) => Promise<ConnectionSecrets | undefined>
  /** Folder whose stack this is: the workspace, or the working directory. */
  readonly projectFolder: string
  /** Where locks/ and python/ of the installed product lie. */
  readonly productFolder: string
  /** The bundle that runs Delta reads in a thread; in process when absent. */
  readonly workerFile?: string
  readonly env: Readonly<Record<string, string | undefined>>
}
