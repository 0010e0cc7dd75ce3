import type * as vscode from 'vscode'
import type { Lakehouse } from '#app/lakehouse.ts'
import type { SettingsSource } from '#app/settings.ts'
import type { LogChannel } from './log.ts'
import type { Problems } from './problems.ts'
import type { Secrets } from './secrets.ts'

/** What every surface gets. */
export interface HostDeps {
  readonly extensionUri: vscode.Uri
  /** Small facts of this workspace that outlive the window. */
  readonly workspaceState: vscode.Memento
  /** The app; its bundle is loaded by the first call. */
  readonly lakehouse: () => Promise<Lakehouse>
  readonly settings: SettingsSource
  readonly secrets: Secrets
  readonly log: LogChannel
  readonly problems: Problems
}
