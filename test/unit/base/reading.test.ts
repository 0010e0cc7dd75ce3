import assert from 'node:assert/strict'
import type { Report } from '#base/progress.ts'
import { createReading, readingCancelled } from '#base/reading.ts'

const never = new AbortController().signal
const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
const untilEnded = async (signal: AbortSignal): Promise<void> =>
  await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('ended'))))

/** A clock that a test moves on. */
function handClock() {
  const sleeping: { readonly until: number; readonly wake: () => void }[] = []
  let now = 0
  return {
    clock: {
      now: () => now,
      sleep: (ms: number): Promise<void> => new Promise(wake => void sleeping.push({ until: now + ms, wake })),
    },
    pass: async (ms: number): Promise<void> => {
      now += ms
      for (const one of sleeping.splice(0)) {
        if (one.until <= now) one.wake()
        else sleeping.push(one)
      }
      await settle()
    },
  }
}

describe('reading', () => {
  it('says what the longest read is at once it takes over a second, and nothing at its end', async () => {
    const { clock, pass } = handClock()
    const said: unknown[] = []
    const reading = createReading(longest => said.push(longest), clock)
    const gate = Promise.withResolvers<void>()
    let tell: Report | undefined
    const read = reading.follow('sales', never, async (_, report) => {
      tell = report
      await gate.promise
    })
    await pass(500)
    assert.deepEqual(said, [])
    const progress = { stage: 'log', done: 40, total: 120, unit: 'bytes' } as const
    tell?.(progress)
    await pass(500)
    gate.resolve()
    await read
    await pass(500)
    assert.deepEqual(said, [{ name: 'sales', progress }, undefined])
  })

  it('says nothing of short reads', async () => {
    const { clock, pass } = handClock()
    const said: unknown[] = []
    const reading = createReading(longest => said.push(longest), clock)
    await reading.follow('sales', never, () => Promise.resolve(1))
    await pass(5000)
    assert.deepEqual(said, [])
  })

  it('ends all reads when the user asks for it, and tells that from other failures', async () => {
    const reading = createReading(() => {}, handClock().clock)
    const reads = [1, 2].map(async () => await reading.follow('sales', never, untilEnded))
    const own = new AbortController()
    const other = reading.follow('sales', own.signal, untilEnded)
    own.abort()
    await assert.rejects(other, /ended/)
    reading.cancel()
    for (const { status, reason } of (await Promise.allSettled(reads)).map(each => ({ reason: undefined, ...each })))
      assert.deepEqual([status, reason], ['rejected', readingCancelled])
  })
})
