import * as vscode from 'vscode'
import type { Disposable } from '#base/disposable.ts'
import { withSignal } from '#host/cancel.ts'
import { registerCommand } from '#host/command.ts'
import type { HostDeps } from '#host/deps.ts'
import { commands } from '#host/ids.ts'

/** The command *New lakehouse project*. */
export function registerProject(deps: Pick<HostDeps, 'lakehouse' | 'problems'>): Disposable {
  return registerCommand(commands.newProject, async () => await newProject(deps), deps.problems)
}

/** Asks where, writes the project there, and goes on with it; gives its folder, undefined where the user gave up. */
async function newProject({ lakehouse }: Pick<HostDeps, 'lakehouse'>): Promise<string | undefined> {
  const folder = await askFolder()
  if (folder === undefined) return undefined
  const { createProject } = await lakehouse()
  const title = vscode.l10n.t('Writing the lakehouse project')
  const location = vscode.ProgressLocation.Notification
  await vscode.window.withProgress({ location, title, cancellable: true }, async (_, token) =>
    withSignal(token, async signal => await createProject(folder.fsPath, signal)),
  )
  // Whoever waits for the command waits for the project, not for an answer.
  void goOn(folder)
  return folder.fsPath
}

/** The open folder or another one, which the dialog can make. */
async function askFolder(): Promise<vscode.Uri | undefined> {
  const open = vscode.workspace.workspaceFolders?.[0]?.uri
  const choices = [
    ...(open ? [{ label: vscode.l10n.t('In this folder'), description: open.fsPath, uri: open }] : []),
    { label: vscode.l10n.t('In another folder…'), description: '', uri: undefined },
  ]
  const title = vscode.l10n.t('New lakehouse project')
  const choice = open ? await vscode.window.showQuickPick(choices, { title }) : choices[0]
  if (!choice || choice.uri) return choice?.uri
  const picked = await vscode.window.showOpenDialog({
    title,
    openLabel: vscode.l10n.t('Write the project here'),
    canSelectFolders: true,
    canSelectFiles: false,
  })
  return picked?.[0]
}

/** Here the stack can be started at once; a project elsewhere is opened first. */
async function goOn(folder: vscode.Uri): Promise<void> {
  const isOpen = vscode.workspace.workspaceFolders?.[0]?.uri.toString() === folder.toString()
  const [start, show] = [vscode.l10n.t('Start stack'), vscode.l10n.t('Show README')]
  const [here, beside] = [vscode.l10n.t('Open folder'), vscode.l10n.t('Open in new window')]
  const said = vscode.l10n.t('The lakehouse project is in {0}.', folder.fsPath)
  const answer = await vscode.window.showInformationMessage(said, ...(isOpen ? [start, show] : [here, beside]))
  if (answer === start) await vscode.commands.executeCommand(commands.startStack)
  if (answer === show) await vscode.commands.executeCommand('markdown.showPreview', vscode.Uri.joinPath(folder, 'README.md'))
  if (answer === here || answer === beside) {
    await vscode.commands.executeCommand('vscode.openFolder', folder, { forceNewWindow: answer === beside })
  }
}
