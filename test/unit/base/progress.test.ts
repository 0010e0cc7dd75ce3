import assert from 'node:assert/strict'
import { ProgressCount, throttled, type ReadProgress } from '#base/progress.ts'

describe('throttled', () => {
  it('passes on the first report of a stage at once, and ten a second after that', () => {
    let now = 1000
    const heard: string[] = []
    const report = throttled(({ stage, done }) => heard.push(`${stage} ${done}`), { now: () => now })
    for (let done = 0; done < 25; done++) {
      report({ stage: 'log', done, total: 25, unit: 'bytes' })
      now += 10
    }
    report({ stage: 'rows', done: 0, total: 1, unit: 'files' })
    assert.deepEqual(heard, ['log 0', 'log 10', 'log 20', 'rows 0'])
  })
})

describe('ProgressCount', () => {
  it('reports the sum of what was done, from zero', () => {
    const heard: ReadProgress[] = []
    const count = new ProgressCount(progress => heard.push(progress), { stage: 'files', total: 3, unit: 'files' })
    count.add(1)
    count.add(2)
    assert.deepEqual(
      heard,
      [0, 1, 3].map(done => ({ stage: 'files', total: 3, unit: 'files', done })),
    )
  })
})
