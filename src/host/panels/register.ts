import * as vscode from 'vscode'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { localStackName } from '#app/connection.ts'
import { nameOf, placeId, type Place } from '#app/place.ts'
import type { HostDeps } from '#host/deps.ts'
import type { TableTarget } from '#host/explorer/target.ts'
import type { StackWatch } from '#host/stack/stackWatch.ts'
import { previewPanelType } from '#host/ids.ts'
import { pageRoots } from '#host/webviewHtml.ts'
import { servePreview, type PreviewPanel } from './previewPanel.ts'
import { readSaved } from './saved.ts'

export interface Panels extends Disposable {
  /** One panel a table: a second call brings it to the front and shows the version. */
  openPreview(target: TableTarget, column: vscode.ViewColumn): void
}

/** Preview panels, also those that VS Code restores after a reload. */
export function registerPanels(deps: HostDeps, watch: StackWatch): Panels {
  const store = new DisposableStore()
  const open = new Map<string, { readonly panel: vscode.WebviewPanel; readonly served: PreviewPanel }>()
  const options = { enableScripts: true, localResourceRoots: [...pageRoots(deps.extensionUri)] }

  function serve(panel: vscode.WebviewPanel, { table, version }: TableTarget): void {
    const id = placeId(table)
    open.set(id, { panel, served: servePreview(panel, { place: table, version }, deps) })
    panel.onDidDispose(() => open.get(id)?.panel === panel && open.delete(id))
  }

  function openPreview(target: TableTarget, column: vscode.ViewColumn): void {
    const existing = open.get(placeId(target.table))
    if (existing) existing.served.reveal(target.version, column === vscode.ViewColumn.Beside ? column : undefined)
    else serve(vscode.window.createWebviewPanel(previewPanelType, nameOf(target.table), column, options), target)
  }

  store.add(
    vscode.window.registerWebviewPanelSerializer(previewPanelType, {
      deserializeWebviewPanel: async (panel, state: unknown) => {
        const saved = readSaved(state)
        if (!saved) {
          panel.dispose()
          return
        }
        panel.webview.options = options
        const { version } = saved
        const table = await freshPlace(saved.place, deps, watch)
        serve(panel, { table, ...(version === undefined ? {} : { version }) })
      },
    }),
  )
  return {
    openPreview,
    dispose: () => {
      for (const { panel } of Array.from(open.values())) panel.dispose()
      store.dispose()
    },
  }
}

/** The same place by the address that its connection has now: the ports of the local stack may have moved since. */
async function freshPlace(place: Place, { lakehouse }: HostDeps, watch: StackWatch): Promise<Place> {
  const { store, key } = place
  if (store.kind !== 's3') return place
  if (store.connection === localStackName) await watch.look(AbortSignal.timeout(lookMs))
  const { connections } = await lakehouse()
  const known = connections.list().find(({ name }) => name === store.connection)?.s3
  return known ? { store: { ...known, kind: 's3', bucket: store.bucket }, key } : place
}

const lookMs = 15_000
