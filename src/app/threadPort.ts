import type { MessagePort, Worker } from 'node:worker_threads'
import { exactBytes } from '#base/bytes.ts'
import type { Port } from '#protocol/rpc.ts'

/** A worker thread, or its parent, as a {@link Port}. The bytes of an answer are moved, not copied. */
export function threadPort(thread: MessagePort | Worker): Port {
  return {
    post: message => thread.postMessage(message, movable(message)),
    listen: handler => {
      thread.on('message', handler)
      return { dispose: () => void thread.off('message', handler) }
    },
  }
}

/** The buffer of `value.arrow` in an answer, which nobody needs on this side any more. */
function movable(message: unknown): ArrayBuffer[] {
  if (typeof message !== 'object' || message === null || !('value' in message)) return []
  const { value } = message
  if (typeof value !== 'object' || value === null || !('arrow' in value) || !(value.arrow instanceof Uint8Array)) return []
  const { buffer } = value.arrow
  return buffer instanceof ArrayBuffer && exactBytes(value.arrow).buffer === buffer ? [buffer] : []
}
