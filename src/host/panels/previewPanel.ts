import * as vscode from 'vscode'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { asError } from '#base/errors.ts'
import { nameOf, type Place } from '#app/place.ts'
import type { HostDeps } from '#host/deps.ts'
import { mediaIcon, pageHtml } from '#host/webviewHtml.ts'
import { servePage } from '#host/webviewPort.ts'
import { Peer, type Port } from '#protocol/rpc.ts'
import type { PreviewHost, PreviewPage } from '#protocol/preview.ts'
import { savedPlace } from './saved.ts'

/** One table in an editor, at the version that its page shows. */
export interface PreviewPanel {
  /** Brings the panel to the front and, where one is given, to that version. */
  reveal(version: number | undefined, column: vscode.ViewColumn | undefined): void
}

/** Fills a panel, made or restored by VS Code, with the preview of a table, first at `version`; ends with the panel. */
export function servePreview(
  panel: vscode.WebviewPanel,
  { place, version }: { readonly place: Place; readonly version: number | undefined },
  deps: HostDeps,
): PreviewPanel {
  const store = new DisposableStore()
  const report = (error: unknown): void => deps.log.debug(asError(error).message)
  let wanted = version
  /** The page that lives: VS Code drops the one of a hidden panel, and loads another one later. */
  let page: Peer<PreviewHost, PreviewPage> | undefined

  const preview = async () => (await deps.lakehouse()).preview(place)
  const handlers: PreviewHost = {
    open: async (at, signal, tell) => {
      const table = await (await preview()).open({ version: wanted ?? at.version }, signal, tell)
      wanted = undefined
      panel.title = vscode.l10n.t('{0} · version {1}', table.name, String(table.version))
      return table
    },
    listVersions: async (versions, signal) => await (await preview()).listVersions(versions, signal),
    readPage: async (range, signal, tell) => await (await preview()).readPage(range, signal, tell),
    countRows: async (of, signal) => await (await preview()).countRows(of, signal),
    copy: async ({ text }) => await vscode.env.clipboard.writeText(text),
  }
  const serve = (port: Port): Disposable => {
    const own = new Peer<PreviewHost, PreviewPage>(port, handlers)
    page = own
    void own.call('keep', savedPlace(place)).catch(report)
    return own
  }

  panel.iconPath = mediaIcon(deps.extensionUri, 'table')
  panel.onDidDispose(() => store.dispose())
  panel.onDidChangeViewState(() => {
    if (!panel.visible) page = undefined
  })
  store.add(servePage(panel.webview, serve))
  panel.webview.html = pageHtml(panel.webview, deps.extensionUri, {
    name: 'preview',
    title: vscode.l10n.t('Preview of {0}', nameOf(place)),
  })
  return {
    reveal: (next, column) => {
      panel.reveal(column)
      if (!page) wanted = next ?? wanted
      else if (next !== undefined) void page.call('show', { version: next }).catch(report)
    },
  }
}
