import assert from 'node:assert/strict'
import type { Uri as VsUri, Webview } from 'vscode'
import { readSaved, savedPlace } from '#host/panels/saved.ts'
import { escapeHtml, pageHtml } from '#host/webviewHtml.ts'
import { servePage } from '#host/webviewPort.ts'
import { readyMessage } from '#protocol/ready.ts'
import type { Port } from '#protocol/rpc.ts'
import { pretend } from '../../support/pretend.ts'
import { EventEmitter, Uri } from '../../fakes/vscode.ts'

function fakeWebview() {
  const received = new EventEmitter<unknown>()
  const posted: unknown[] = []
  const webview = {
    cspSource: 'https://csp',
    options: {},
    html: '',
    asWebviewUri: (uri: Uri) => uri,
    onDidReceiveMessage: received.event,
    postMessage: async (message: unknown) => posted.push(message) > 0,
  }
  return { webview: pretend<Webview>(webview), posted, received }
}

describe('webview page', () => {
  it('allows one script by nonce, and nothing from elsewhere', () => {
    const html = pageHtml(fakeWebview().webview, pretend<VsUri>(Uri.file('/ext')), { name: 'preview', title: '<b>"t"</b>' })
    const nonce = /script-src &#39;nonce-([^&]+)&#39;/.exec(html)?.[1]
    assert.ok(nonce && html.includes(`<script nonce="${nonce}" src="file:///ext/dist/webview/preview.js">`))
    assert.ok(html.includes('default-src &#39;none&#39;'))
    assert.ok(html.includes('<title>&lt;b&gt;&quot;t&quot;&lt;/b&gt;</title>'))
    assert.ok(!html.includes('unsafe-eval'))
  })

  it('escapes what could end an attribute or begin a tag', () => {
    assert.equal(escapeHtml(`<a href='x' b="y">&`), '&lt;a href=&#39;x&#39; b=&quot;y&quot;&gt;&amp;')
  })
})

describe('webview port', () => {
  it('serves a page from its ready on, and one that was loaded anew afresh', () => {
    const { webview, received } = fakeWebview()
    const log: string[] = []
    let pages = 0
    const serve = (): { dispose(): void } => {
      const name = `page ${(pages += 1)}`
      log.push(`${name} begins`)
      return { dispose: () => void log.push(`${name} ends`) }
    }
    const served = servePage(webview, serve)
    received.fire({ kind: 'call' })
    received.fire(readyMessage)
    received.fire(readyMessage)
    served.dispose()
    received.fire(readyMessage)
    assert.deepEqual(log, ['page 1 begins', 'page 2 begins', 'page 1 ends', 'page 2 ends'])
  })

  it('posts a pooled Buffer as plain bytes of their own', () => {
    const { webview, posted, received } = fakeWebview()
    const pooled = Buffer.from('rows')
    servePage(webview, (port: Port) => {
      port.post({ kind: 'answer', id: 1, value: { arrow: pooled, rows: 4, list: [pooled] } })
      return { dispose: () => {} }
    })
    received.fire(readyMessage)
    const bytes = Uint8Array.from([114, 111, 119, 115])
    assert.deepEqual(posted, [{ kind: 'answer', id: 1, value: { arrow: bytes, rows: 4, list: [bytes] } }])
    const arrow: unknown = Reflect.get(Reflect.get(Object(posted[0]), 'value'), 'arrow')
    assert.ok(arrow instanceof Uint8Array && !Buffer.isBuffer(arrow) && arrow.buffer.byteLength === 4)
  })
})

describe('saved preview', () => {
  const s3 = {
    kind: 's3',
    connection: 'Local stack',
    endpoint: 'http://127.0.0.1:9000',
    region: 'us-east-1',
    pathStyle: true,
    bucket: 'gold',
  } as const

  it('finds the table and version again', () => {
    for (const store of [s3, { kind: 'local', folder: '/lake' } as const]) {
      const place = { store, key: 'a/b' }
      assert.deepEqual(readSaved({ ...savedPlace(place), version: 3, sort: 'x' }), { place, version: 3 })
    }
    assert.deepEqual(readSaved({ ...savedPlace({ store: s3, key: '' }), version: null })?.version, undefined)
  })

  it('refuses what no page of ours saved', () => {
    for (const state of [undefined, 7, {}, { place: '{' }, { place: '{"store":{"kind":"s3"},"key":"a"}' }, { place: '{"key":"a"}' }]) {
      assert.equal(readSaved(state), undefined)
    }
  })
})
