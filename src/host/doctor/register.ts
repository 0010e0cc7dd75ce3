import * as vscode from 'vscode'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { registerCommand } from '#host/command.ts'
import type { HostDeps } from '#host/deps.ts'
import { commands, doctorPanelType } from '#host/ids.ts'
import { pageRoots } from '#host/webviewHtml.ts'
import { createChangeReview } from './changeReview.ts'
import { serveDoctor, type DoctorPanel } from './doctorPanel.ts'

/** The command *Run doctor* and its panel, one a window, also the one that VS Code restores. */
export function registerDoctor(deps: HostDeps): Disposable {
  const store = new DisposableStore()
  const review = store.add(createChangeReview())
  const options = { enableScripts: true, localResourceRoots: [...pageRoots(deps.extensionUri)] }
  let open: { readonly panel: vscode.WebviewPanel; readonly served: DoctorPanel } | undefined
  const serve = (panel: vscode.WebviewPanel): void => {
    open = { panel, served: serveDoctor(panel, { ...deps, review }) }
    panel.onDidDispose(() => {
      if (open?.panel === panel) open = undefined
    })
  }
  const show = async (): Promise<void> => {
    if (open) open.served.reveal()
    else serve(vscode.window.createWebviewPanel(doctorPanelType, vscode.l10n.t('Stack doctor'), vscode.ViewColumn.Active, options))
  }
  store.add(registerCommand(commands.runDoctor, show, deps.problems))
  store.add(
    vscode.window.registerWebviewPanelSerializer(doctorPanelType, {
      deserializeWebviewPanel: async panel => {
        if (open) panel.dispose()
        else {
          panel.webview.options = options
          serve(panel)
        }
      },
    }),
  )
  return {
    dispose: () => {
      open?.panel.dispose()
      store.dispose()
    },
  }
}
