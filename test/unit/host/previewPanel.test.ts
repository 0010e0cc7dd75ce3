import assert from 'node:assert/strict'
import type { WebviewPanel } from 'vscode'
import type { Lakehouse } from '#app/lakehouse.ts'
import type { Place } from '#app/place.ts'
import type { HostDeps } from '#host/deps.ts'
import { servePreview } from '#host/panels/previewPanel.ts'
import type { PreviewHost, PreviewPage } from '#protocol/preview.ts'
import { readyMessage } from '#protocol/ready.ts'
import { Peer } from '#protocol/rpc.ts'
import { pretend } from '../../support/pretend.ts'
import { EventEmitter, reset, seen, Uri } from '../../fakes/vscode.ts'

const place: Place = { store: { kind: 'local', folder: '/lake' }, key: 'sales' }
const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

/** A panel whose page, as VS Code does it, is a new one each time it is loaded. */
function fakePanel() {
  const [toHost, toPage, disposed] = [new EventEmitter<unknown>(), new EventEmitter<unknown>(), new EventEmitter<void>()]
  const webview = {
    cspSource: 'csp',
    html: '',
    asWebviewUri: (uri: Uri) => uri,
    onDidReceiveMessage: toHost.event,
    postMessage: async (message: unknown) => toPage.fire(message),
  }
  const viewState = new EventEmitter<void>()
  const panel = {
    onDidChangeViewState: viewState.event,
    webview,
    visible: true,
    title: '',
    iconPath: undefined,
    onDidDispose: disposed.event,
    reveal: () => {},
  }
  const loadPage = () => {
    const told: unknown[] = []
    const page: PreviewPage = {
      show: async at => void told.push(['show', at.version]),
      keep: async ({ place: kept }) => void told.push(['keep', kept]),
    }
    const port = { post: (message: unknown) => toHost.fire(message), listen: toPage.event }
    const peer = new Peer<PreviewPage, PreviewHost>(port, page)
    toHost.fire(readyMessage)
    return { peer, told }
  }
  const hide = (): void => {
    panel.visible = false
    viewState.fire()
  }
  return { panel, loadPage, hide, disposed, toHost }
}

function serve(panel: object, version?: number) {
  const opened: unknown[] = []
  const open: PreviewHost['open'] = async at => {
    opened.push(at.version)
    return { name: 'sales', location: '/lake/sales', version: at.version ?? 9, latestVersion: 9, partitionColumns: [] }
  }
  const deps = pretend<HostDeps>({
    extensionUri: Uri.file('/ext'),
    lakehouse: async () => pretend<Lakehouse>({ preview: () => ({ open }) }),
    log: { debug: (text: string) => assert.fail(text) },
  })
  return { served: servePreview(pretend<WebviewPanel>(panel), { place, version }, deps), opened }
}

describe('preview panel', () => {
  beforeEach(reset)

  it('opens at the version it was asked for, and tells the page what restores it', async () => {
    const { panel, loadPage } = fakePanel()
    const { opened } = serve(panel, 3)
    const { peer, told } = loadPage()
    assert.equal((await peer.call('open', { version: null })).version, 3)
    assert.deepEqual([opened, panel.title, told], [[3], 'sales · version 3', [['keep', JSON.stringify(place)]]])
    assert.equal((await peer.call('open', { version: null })).version, 9)
  })

  it('shows a version in the page that lives', async () => {
    const { panel, loadPage } = fakePanel()
    const { served } = serve(panel)
    const { told } = loadPage()
    served.reveal(5, undefined)
    await settle()
    assert.deepEqual(told.slice(1), [['show', 5]])
  })

  it('opens a version that was asked for while it was hidden, in the page that VS Code loads anew', async () => {
    const { panel, loadPage, hide } = fakePanel()
    const { served, opened } = serve(panel)
    loadPage()
    hide()
    panel.visible = true
    served.reveal(5, undefined)
    const { peer, told } = loadPage()
    await peer.call('open', { version: 2 })
    assert.deepEqual([opened, told.length], [[5], 1])
  })

  it('opens the version asked for last when the page was not ready yet', async () => {
    const { panel, loadPage } = fakePanel()
    const { served, opened } = serve(panel, 1)
    served.reveal(2, undefined)
    await loadPage().peer.call('open', { version: null })
    assert.deepEqual(opened, [2])
  })

  it('puts text on the clipboard, and lets the page go with the panel', async () => {
    const { panel, loadPage, disposed, toHost } = fakePanel()
    serve(panel)
    const { peer } = loadPage()
    await peer.call('copy', { text: 'a\tb' })
    disposed.fire()
    assert.deepEqual([seen.clipboard, toHost.listeners], ['a\tb', 0])
  })
})
