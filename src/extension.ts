import { homedir } from 'node:os'
import * as vscode from 'vscode'
import type { Lakehouse } from '#app/lakehouse.ts'
import type { HostDeps } from '#host/deps.ts'
import { registerDoctor } from '#host/doctor/register.ts'
import type { ExplorerCommandDeps } from '#host/explorer/explorerCommands.ts'
import type { ExplorerTree } from '#host/explorer/explorerTree.ts'
import { registerExplorer } from '#host/explorer/register.ts'
import { createLog } from '#host/log.ts'
import { registerMlflow, type MlflowView } from '#host/mlflow/register.ts'
import { registerNotebook } from '#host/notebook/register.ts'
import { registerPanels } from '#host/panels/register.ts'
import { createProblems } from '#host/problems.ts'
import { registerProject } from '#host/project/register.ts'
import { createSecrets } from '#host/secrets.ts'
import { createSettings } from '#host/settings.ts'
import { registerStack, type StackView } from '#host/stack/register.ts'
import { createStackWatch } from '#host/stack/stackWatch.ts'

/** What other code in the extension host may use of us, as the tests in it do. */
export interface Surfaces {
  readonly lakehouse: () => Promise<Lakehouse>
  readonly explorer: ExplorerTree
  readonly mlflow: MlflowView['tree']
  readonly stack: StackView['tree']
}

let opened: Promise<Lakehouse> | undefined

/** Registers the surfaces; reads, opens and starts nothing until one of them is used. */
export function activate({ extensionUri, secrets: storage, subscriptions, workspaceState }: vscode.ExtensionContext): Surfaces {
  const log = createLog()
  const settings = createSettings(log)
  const secrets = createSecrets(storage)
  const open = async (): Promise<Lakehouse> => {
    const { createLakehouse } = await import('#core.ts')
    return createLakehouse({
      log,
      settings,
      secrets: connection => secrets.get(connection),
      onDidChangeSecrets: secrets.onDidChange,
      projectFolder: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? homedir(),
      productFolder: extensionUri.fsPath,
      workerFile: vscode.Uri.joinPath(extensionUri, 'dist', 'worker.cjs').fsPath,
      env: process.env,
    })
  }
  const lakehouse = (): Promise<Lakehouse> =>
    (opened ??= open().catch((error: unknown) => {
      opened = undefined
      throw error
    }))
  const deps: HostDeps = { extensionUri, workspaceState, lakehouse, settings, secrets, log, problems: createProblems(log) }
  const watch = createStackWatch(deps)
  const panels = registerPanels(deps, watch)
  const notebooks = registerNotebook(deps, watch)
  const explorerDeps: Omit<ExplorerCommandDeps, 'reading'> = {
    ...deps,
    openPreview: (target, column) => panels.openPreview(target, column),
    openNotebook: async (sql, connection) => await notebooks.open(sql, connection),
  }
  const explorer = registerExplorer(explorerDeps, watch)
  const mlflow = registerMlflow(deps, watch)
  const stack = registerStack(deps, watch)
  subscriptions.push(log, settings, watch, panels, notebooks, explorer, mlflow, stack, registerProject(deps), registerDoctor(deps))
  return { lakehouse, explorer: explorer.tree, mlflow: mlflow.tree, stack: stack.tree }
}

/** Ends the reading thread and lets go of sessions; the stack goes on, and what runs in it. */
export async function deactivate(): Promise<void> {
  const lakehouse = await opened
  opened = undefined
  lakehouse?.dispose()
}
