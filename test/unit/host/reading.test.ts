import assert from 'node:assert/strict'
import type { ReadProgress, Report } from '#base/progress.ts'
import { createReading, readingCancelled } from '#host/explorer/reading.ts'
import { progressText } from '#host/progressText.ts'

const never = new AbortController().signal
const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
const untilEnded = async (signal: AbortSignal): Promise<void> =>
  await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('ended'))))
const at = (more: Partial<ReadProgress>): string => progressText('t', { stage: 'log', done: 0, total: 10, unit: 'bytes', ...more })

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
    const said: (string | undefined)[] = []
    const reading = createReading(text => said.push(text), clock)
    const gate = Promise.withResolvers<void>()
    let tell: Report | undefined
    const read = reading.follow('sales', never, async (_, report) => {
      tell = report
      await gate.promise
    })
    await pass(500)
    assert.deepEqual(said, [])
    tell?.({ stage: 'log', done: 40_000_000, total: 120_000_000, unit: 'bytes' })
    await pass(500)
    gate.resolve()
    await read
    await pass(500)
    assert.deepEqual(said, ['Reading the log of sales: 40 MB of 120 MB', undefined])
  })

  it('says nothing of short reads', async () => {
    const { clock, pass } = handClock()
    const said: unknown[] = []
    const reading = createReading(text => said.push(text), clock)
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

describe('progressText', () => {
  it('says the stage, and how far where that is known', () => {
    assert.deepEqual(
      [
        progressText('t', undefined),
        at({ total: null }),
        at({ done: 12 }),
        at({ stage: 'files', total: 1_000_000, done: 200_000, unit: 'files' }),
        at({ stage: 'files', total: null }),
        at({ stage: 'rows', done: 3, total: 12, unit: 'files' }),
        at({ stage: 'rows', total: 0 }),
      ],
      [
        'Reading t…',
        'Reading the log of t…',
        'Reading the log of t: 10 bytes of 10 bytes',
        'Reading the file list of t: 200,000 of 1,000,000',
        'Reading the file list of t…',
        'Reading rows of t: 3 of 12 files',
        'Reading rows of t…',
      ],
    )
  })
})
