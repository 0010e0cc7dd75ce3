import { readyMessage } from '#protocol/ready.ts'
import { Peer, type Contract, type Port } from '#protocol/rpc.ts'

/** What VS Code gives to a page of ours, once. */
interface PageApi {
  postMessage(message: unknown): void
  getState(): unknown
  setState(state: unknown): void
}

declare global {
  // oxlint-disable-next-line no-var
  var acquireVsCodeApi: (() => PageApi) | undefined
}

/** The page's end of the channel to the extension. */
export interface Bridge<Mine extends Contract<Mine>, Theirs extends Contract<Theirs>> {
  readonly peer: Peer<Mine, Theirs>
  /** What {@link save} kept, also over a reload; unknown until parsed. */
  readonly saved: unknown
  readonly save: (state: unknown) => void
}

/** Serves `mine` to the extension and says that the page is ready; once a page. */
export function connect<Mine extends Contract<Mine>, Theirs extends Contract<Theirs>>(mine: Mine): Bridge<Mine, Theirs> {
  const api = globalThis.acquireVsCodeApi?.()
  if (!api) throw new Error('This page runs inside of VS Code only.')
  // Not a window's postMessage: there is no origin to name.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  const post = (message: unknown): void => api.postMessage(message)
  const port: Port = {
    post,
    listen: handler => {
      const listener = (event: MessageEvent<unknown>): void => handler(event.data)
      window.addEventListener('message', listener)
      return { dispose: () => window.removeEventListener('message', listener) }
    },
  }
  const peer = new Peer<Mine, Theirs>(port, mine)
  post(readyMessage)
  return { peer, saved: api.getState(), save: state => api.setState(state) }
}
