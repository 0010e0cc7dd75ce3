import assert from 'node:assert/strict'
import { limit } from '#base/limit.ts'

describe('limit', () => {
  it('runs no more tasks at once than it has slots, and all of them', async () => {
    const run = limit(2)
    const gates = Array.from({ length: 5 }, () => Promise.withResolvers<void>())
    let running = 0
    let most = 0
    const all = gates.map((gate, index) =>
      run(async () => {
        running += 1
        most = Math.max(most, running)
        await gate.promise
        running -= 1
        return index
      }),
    )
    for (const gate of gates) gate.resolve()
    assert.deepEqual(await Promise.all(all), [0, 1, 2, 3, 4])
    assert.equal(most, 2)
  })

  it('frees the slot of a task that failed', async () => {
    const run = limit(1)
    await assert.rejects(
      run(() => Promise.reject(new Error('first'))),
      /first/,
    )
    assert.equal(await run(() => Promise.resolve('second')), 'second')
  })
})
