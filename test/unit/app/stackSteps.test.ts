import assert from 'node:assert/strict'
import { runInOrder } from '#app/stackSteps.ts'

const needs: Readonly<Record<string, readonly string[]>> = { b: ['a'], c: ['a'], d: ['b', 'c'], lone: [] }
const order = { before: (name: string): readonly string[] => needs[name] ?? [], atOnce: 4 }
const names = ['a', 'b', 'c', 'd', 'lone']

describe('steps in order', () => {
  it('run each when those before it are done, the others at the same time', async () => {
    const calls: string[] = []
    const gate = Promise.withResolvers<void>()
    const ends = runInOrder(names.toReversed(), order, async name => {
      calls.push(`begin ${name}`)
      if (name === 'a') await gate.promise
      calls.push(`end ${name}`)
    })
    while (!calls.includes('end lone')) await new Promise(setImmediate)
    assert.deepEqual(calls.toSorted(), ['begin a', 'begin lone', 'end lone'])
    gate.resolve()
    assert.deepEqual(
      [...(await ends).values()].map(({ kind }) => kind),
      ['done', 'done', 'done', 'done', 'done'],
    )
    const [a, b, d] = ['end a', 'begin b', 'begin d'].map(call => calls.indexOf(call))
    assert.ok(a !== undefined && b !== undefined && d !== undefined && a < b && b < d)
  })

  it('keep back only what is behind one that failed', async () => {
    const done: string[] = []
    const ends = await runInOrder(names, order, async name => {
      if (name === 'b') throw new Error('no')
      done.push(name)
    })
    assert.deepEqual(done.toSorted(), ['a', 'c', 'lone'])
    assert.deepEqual([ends.get('d'), ends.get('b')?.kind, ends.get('c')], [{ kind: 'blocked', by: 'b' }, 'failed', { kind: 'done' }])
  })

  it('run no more than so many at once', async () => {
    let [now, most] = [0, 0]
    await runInOrder(['1', '2', '3', '4', '5'], { before: () => [], atOnce: 2 }, async () => {
      most = Math.max(most, (now += 1))
      await new Promise(setImmediate)
      now -= 1
    })
    assert.equal(most, 2)
  })
})
