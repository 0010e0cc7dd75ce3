import type { CancellationToken } from 'vscode'

/** What `run` answers, given a signal that aborts as soon as the token is cancelled; the token is let go at the end. */
export async function withSignal<T>(token: CancellationToken, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const listener = token.onCancellationRequested(() => controller.abort())
  if (token.isCancellationRequested) controller.abort()
  try {
    return await run(controller.signal)
  } finally {
    listener.dispose()
  }
}
