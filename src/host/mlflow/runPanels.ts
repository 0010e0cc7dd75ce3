import * as vscode from 'vscode'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { localStackName } from '#app/connection.ts'
import type { HostDeps } from '#host/deps.ts'
import { runPanelType } from '#host/ids.ts'
import type { StackWatch } from '#host/stack/stackWatch.ts'
import { pageRoots } from '#host/webviewHtml.ts'
import type { SavedRun } from '#protocol/run.ts'
import { serveRun } from './runPanel.ts'
import type { RunTarget } from './trackingTarget.ts'

export interface RunPanels extends Disposable {
  /** One panel a run: a second call brings it to the front. */
  openRun(run: RunTarget, column: vscode.ViewColumn): void
}

/** Panels of runs, also those that VS Code restores after a reload. */
export function registerRunPanels(deps: HostDeps, watch: StackWatch): RunPanels {
  const store = new DisposableStore()
  const open = new Map<string, vscode.WebviewPanel>()
  const options = { enableScripts: true, localResourceRoots: [...pageRoots(deps.extensionUri)] }

  function serve(panel: vscode.WebviewPanel, run: SavedRun): void {
    const id = JSON.stringify([run.connection, run.runId])
    open.set(id, panel)
    serveRun(panel, run, deps)
    panel.onDidDispose(() => open.get(id) === panel && open.delete(id))
  }

  store.add(
    vscode.window.registerWebviewPanelSerializer(runPanelType, {
      deserializeWebviewPanel: async (panel, state: unknown) => {
        const run = readSavedRun(state)
        if (!run) {
          panel.dispose()
          return
        }
        panel.webview.options = options
        // The local stack is no connection before it was looked at.
        if (run.connection === localStackName && !watch.state) await watch.look(AbortSignal.timeout(lookMs))
        serve(panel, run)
      },
    }),
  )
  return {
    openRun: ({ connection, runId, name }, column) => {
      const existing = open.get(JSON.stringify([connection, runId]))
      if (existing) existing.reveal()
      else serve(vscode.window.createWebviewPanel(runPanelType, name, column, options), { connection, runId })
    },
    dispose: () => {
      for (const panel of Array.from(open.values())) panel.dispose()
      store.dispose()
    },
  }
}

/** The run of a page's saved state; undefined for anything that no page of ours saved. */
export function readSavedRun(state: unknown): SavedRun | undefined {
  const [connection, runId]: readonly unknown[] = ['connection', 'runId'].map(name =>
    typeof state === 'object' && state !== null ? Reflect.get(state, name) : undefined,
  )
  return typeof connection === 'string' && typeof runId === 'string' ? { connection, runId } : undefined
}

const lookMs = 15_000
