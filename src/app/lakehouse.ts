import type { Disposable } from '#base/disposable.ts'
import type { Logger } from '#base/log.ts'
import type { Catalog } from './catalog.ts'
import type { FoundTable } from './findTables.ts'
import type { Place } from './place.ts'
import type { Connections } from './connections.ts'
import type { ConnectionSecrets } from './connection.ts'
import type { Preview } from './preview.ts'
import type { SettingsSource } from './settings.ts'
import type { StackControl } from './stackControl.ts'
import type { Statements } from './statements.ts'
import type { TableReads } from './tableReads.ts'

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

/** Everything a user can do, without a UI. Nothing is opened, read or started before it is asked for. */
export interface Lakehouse extends Disposable {
  readonly stack: StackControl
  readonly connections: Connections
  readonly catalog: Catalog
  readonly reads: TableReads
  /** All Delta tables at or below a place, in order of their paths. */
  readonly tables: (root: Place, signal: AbortSignal) => AsyncIterable<FoundTable>
  readonly preview: (table: Place) => Preview
  readonly statements: Statements
}
