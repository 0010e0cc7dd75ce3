import type { Clock } from '#base/clock.ts'

/** A clock on which nobody waits: a sleep moves it on at once. */
export function fakeClock(start = 0): Clock & { readonly sleeps: readonly number[] } {
  const sleeps: number[] = []
  let now = start
  return {
    sleeps,
    now: () => now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      sleeps.push(ms)
      now += ms
      await new Promise(setImmediate)
      signal?.throwIfAborted()
    },
  }
}
