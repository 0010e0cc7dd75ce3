import * as vscode from 'vscode'
import type { EngineSetting } from '#app/settings.ts'
import { unreachable } from '#base/unreachable.ts'
import { settingKeys, settingsSection } from '#host/ids.ts'
import { engines } from '#host/settings.ts'

/** Asks what runs the stack of this folder, and writes the setting; what runs on the other engine goes on. */
export async function chooseEngine(current: EngineSetting): Promise<void> {
  const items = engines.map(engine => ({
    ...textOf(engine),
    ...(engine === current ? { description: vscode.l10n.t('chosen') } : {}),
    engine,
  }))
  const picked = await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Run the services of the stack with') })
  if (!picked || picked.engine === current) return
  const hasFolder = (vscode.workspace.workspaceFolders ?? []).length > 0
  const target = hasFolder ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global
  await vscode.workspace.getConfiguration(settingsSection).update(settingKeys.stackEngine, picked.engine, target)
}

function textOf(engine: EngineSetting): { readonly label: string; readonly detail: string } {
  switch (engine) {
    case 'auto':
      return {
        label: vscode.l10n.t('Choose by itself'),
        detail: vscode.l10n.t('Docker for a folder with a compose file, where Docker answers; else local processes'),
      }
    case 'docker':
      return { label: 'Docker', detail: vscode.l10n.t('Containers, with Docker or an engine that speaks its API') }
    case 'local':
      return { label: vscode.l10n.t('Local processes'), detail: vscode.l10n.t('Processes of this machine; no Docker needed') }
    default:
      return unreachable(engine)
  }
}
