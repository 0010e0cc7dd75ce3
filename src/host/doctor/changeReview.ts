import * as vscode from 'vscode'
import { basename } from 'node:path'
import type { Disposable } from '#base/disposable.ts'
import type { FileEdit } from '#doctor/fileEdits.ts'
import { doctorScheme } from '#host/ids.ts'

/** Shows changes of files in the diff editor, before they are made. */
export interface ChangeReview extends Disposable {
  /** True once the user has agreed to them. */
  agree(edits: readonly FileEdit[], newSecrets: readonly string[]): Promise<boolean>
}

export function createChangeReview(): ChangeReview {
  const texts = new Map<string, string>()
  const provider = vscode.workspace.registerTextDocumentContentProvider(doctorScheme, {
    provideTextDocumentContent: uri => texts.get(uri.toString()) ?? '',
  })
  let shows = 0
  /** A text under the name of its file, so that it is drawn in its language. */
  const virtual = (file: string, side: string, text: string): vscode.Uri => {
    const uri = vscode.Uri.from({ scheme: doctorScheme, path: `/${basename(file)}`, query: `${side}-${shows}` })
    texts.set(uri.toString(), text)
    return uri
  }
  const show = async (edits: readonly FileEdit[]): Promise<void> => {
    shows += 1
    texts.clear()
    const sides = edits.map(({ file, before, after }) => ({
      label: vscode.Uri.file(file),
      left: before === null ? virtual(file, 'before', '') : vscode.Uri.file(file),
      right: virtual(file, 'after', after),
    }))
    const [only, second] = sides
    if (only && !second) {
      const title = vscode.l10n.t('{0}: change by the doctor', basename(only.label.fsPath))
      await vscode.commands.executeCommand('vscode.diff', only.left, only.right, title)
    } else {
      const all = sides.map(({ label, left, right }) => [label, left, right])
      await vscode.commands.executeCommand('vscode.changes', vscode.l10n.t('Changes by the doctor'), all)
    }
  }
  return {
    agree: async (edits, newSecrets) => {
      if (edits.length > 0) await show(edits)
      const secrets = newSecrets.length === 0 ? [] : [vscode.l10n.t('.env gets random values for {0}.', newSecrets.join(', '))]
      const apply = vscode.l10n.t('Apply')
      const message = [vscode.l10n.t('Apply this change?'), ...secrets].join(' ')
      return (await vscode.window.showInformationMessage(message, apply)) === apply
    },
    dispose: () => provider.dispose(),
  }
}
