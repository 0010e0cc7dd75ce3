/** The first message of a page: its listener is in place. What the extension has to say before it is kept until then. */
export const readyMessage = { kind: 'ready' } as const

export function isReady(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'kind' in message && message.kind === readyMessage.kind
}
