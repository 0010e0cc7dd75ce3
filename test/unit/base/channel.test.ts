import assert from 'node:assert/strict'
import { Channel } from '#base/channel.ts'

describe('a channel', () => {
  it('gives the values of all makers in order of arrival, and ends', async () => {
    const channel = new Channel<number>(10)
    await channel.push(1)
    const taken = Array.fromAsync(channel)
    await channel.push(2)
    await channel.push(3)
    channel.close()
    await channel.push(4)
    assert.deepEqual(await taken, [1, 2, 3])
  })

  it('makes its makers wait while the taker is behind', async () => {
    const channel = new Channel<number>(2)
    const pushed: number[] = []
    const making = (async () => {
      for (const value of [1, 2, 3, 4, 5]) {
        await channel.push(value)
        pushed.push(value)
      }
      channel.close()
    })()
    await new Promise(setImmediate)
    assert.deepEqual(pushed, [1])
    assert.deepEqual(await Array.fromAsync(channel), [1, 2, 3, 4, 5])
    await making
  })

  it('gives an error after the values before it', async () => {
    const channel = new Channel<number>(5)
    await channel.push(1)
    channel.close(new Error('broken'))
    const taken: number[] = []
    const taking = (async () => {
      for await (const value of channel) taken.push(value)
    })()
    await assert.rejects(taking, /broken/)
    assert.deepEqual(taken, [1])
  })

  it('lets its makers go when the taker leaves', async () => {
    const channel = new Channel<number>(1)
    const making = (async () => {
      for (const value of [1, 2, 3]) await channel.push(value)
    })()
    for await (const value of channel) if (value === 1) break
    await making
  })
})
