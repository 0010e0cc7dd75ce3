import type { Webview } from 'vscode'
import { exactBytes } from '#base/bytes.ts'
import { DisposableStore, MutableDisposable, type Disposable } from '#base/disposable.ts'
import { isReady } from '#protocol/ready.ts'
import type { Port } from '#protocol/rpc.ts'

/**
 * Calls `serve` with a fresh port each time the page says that it is ready; VS Code loads a hidden page anew when it comes back,
 * and what was meant for the one before must not reach it. Ends what `serve` gave for the page before.
 */
export function servePage(webview: Webview, serve: (port: Port) => Disposable): Disposable {
  const store = new DisposableStore()
  const served = store.add(new MutableDisposable<Disposable>())
  const port: Port = {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a webview of VS Code, not a window
    post: message => void webview.postMessage(plain(message)),
    listen: handler => webview.onDidReceiveMessage(handler),
  }
  store.add(
    webview.onDidReceiveMessage((message: unknown) => {
      if (isReady(message)) served.value = serve(port)
    }),
  )
  return store
}

/** The same message with every view on bytes as a plain array that owns its buffer; see {@link exactBytes}. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return exactBytes(value)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]))
}
