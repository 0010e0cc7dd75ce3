import * as vscode from 'vscode'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { asError } from '#base/errors.ts'
import type { RunReads } from '#app/runReads.ts'
import type { HostDeps } from '#host/deps.ts'
import { mediaIcon, pageHtml } from '#host/webviewHtml.ts'
import { servePage } from '#host/webviewPort.ts'
import { Peer, type Port } from '#protocol/rpc.ts'
import type { RunDetails, RunHost, RunPage, SavedRun } from '#protocol/run.ts'
import { openAddress } from './mlflowCommands.ts'
import { uiAddress } from './trackingTarget.ts'

/** Fills a panel, made or restored by VS Code, with a run; ends with the panel. */
export function serveRun(panel: vscode.WebviewPanel, run: SavedRun, deps: HostDeps): void {
  const store = new DisposableStore()
  const report = (error: unknown): void => deps.log.debug(asError(error).message)
  let opening: Promise<RunReads> | undefined
  const reads = async (): Promise<RunReads> =>
    await (opening ??= deps.lakehouse().then(
      lakehouse => lakehouse.run(run),
      (error: unknown) => {
        opening = undefined
        throw error
      },
    ))
  const handlers = createHandlers(reads, details => {
    panel.title = details.name
  })
  const serve = (port: Port): Disposable => {
    const page = new Peer<RunHost, RunPage>(port, handlers)
    void page.call('keep', run).catch(report)
    return page
  }
  panel.iconPath = mediaIcon(deps.extensionUri, 'run')
  panel.onDidDispose(() => store.dispose())
  store.add(servePage(panel.webview, serve))
  panel.webview.html = pageHtml(panel.webview, deps.extensionUri, { name: 'run', title: vscode.l10n.t('Run {0}', run.runId) })
}

function createHandlers(reads: () => Promise<RunReads>, onOpen: (details: RunDetails) => void): RunHost {
  return {
    open: async (of, signal) => {
      const details = await (await reads()).open(of, signal)
      onOpen(details)
      return details
    },
    readMetric: async (of, signal) => await (await reads()).readMetric(of, signal),
    copyMetric: async ({ key }, signal) => {
      const { text, points } = await (await reads()).metricText(key, signal)
      await vscode.env.clipboard.writeText(text)
      return { points }
    },
    listArtifacts: async (of, signal) => await (await reads()).listArtifacts(of, signal),
    copy: async ({ text }) => await vscode.env.clipboard.writeText(text),
    openInMlflow: async (_, signal) => {
      const { id, experimentId, trackingUri } = await (await reads()).open({}, signal)
      await openAddress(uiAddress(trackingUri, { experimentId, runId: id }))
    },
  }
}
