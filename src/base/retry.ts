import type { Clock } from './clock.ts'

export interface RetryPolicy {
  /** Attempts in all, the first included. */
  readonly attempts: number
  readonly firstWaitMs: number
  readonly factor: number
  readonly longestWaitMs: number
  /** Whether another attempt may succeed. */
  readonly isTransient: (error: unknown) => boolean
}

/** The answer of the first attempt that succeeds, waiting longer between attempts; throws the last failure. */
export async function retry<T>(task: () => Promise<T>, policy: RetryPolicy, clock: Clock, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await task()
    } catch (error) {
      if (attempt >= policy.attempts || signal.aborted || !policy.isTransient(error)) throw error
      await clock.sleep(Math.min(policy.firstWaitMs * policy.factor ** (attempt - 1), policy.longestWaitMs), signal)
    }
  }
}
