import assert from 'node:assert/strict'
import { LakehouseError } from '#base/errors.ts'
import { createRunReads } from '#app/runReads.ts'
import type { Tracking } from '#app/tracking.ts'
import type { MlflowClient } from '#mlflow/client.ts'
import type { Run } from '#mlflow/types.ts'
import { readPoints } from '#protocol/run.ts'
import { pretend } from '../../support/pretend.ts'

const never = new AbortController().signal
const run: Run = {
  id: 'r1',
  name: 'first',
  experimentId: '7',
  status: 'running',
  started: 5,
  ended: undefined,
  user: 'ana',
  artifactUri: 's3://mlflow/7/r1',
  isDeleted: false,
  metrics: [
    { key: 'b', value: Number.NaN, time: 1, step: 2n ** 63n - 1n },
    { key: 'a', value: 0.1, time: 1, step: -1n },
  ],
  params: [],
  tags: [
    { key: 'mlflow.source.name', value: 'train.py' },
    { key: 'mlflow.note.content', value: '<b>' },
  ],
}

describe('reads of a run', () => {
  it('give exact texts in order of their keys, and the name of the experiment once it could be read', async () => {
    const names = [new LakehouseError('denied', 'No.'), 'trading', new Error('not asked again')]
    const reads = readsOf({
      getRun: async () => run,
      getExperiment: async id => {
        const name = names.shift() ?? ''
        if (name instanceof Error) throw name
        return { id, name, changed: undefined }
      },
    })
    const first = await reads.open({}, never)
    assert.deepEqual(
      [first.experimentName, first.source, first.commit, first.note, first.ended, first.trackingUri],
      [null, 'train.py', '', '<b>', null, 'http://mlflow'],
    )
    assert.deepEqual(
      first.metrics.map(({ key, value, step }) => [key, value, step]),
      [
        ['a', '0.1', '-1'],
        ['b', 'NaN', '9223372036854775807'],
      ],
    )
    assert.equal((await reads.open({}, never)).experimentName, 'trading')
    assert.equal((await reads.open({}, never)).experimentName, 'trading')
  })

  it('say whether the server may have left points out', async () => {
    let count = 2000
    const asked: unknown[] = []
    const reads = readsOf({
      sampledHistory: async (_, sample) => {
        asked.push(sample)
        const column = Float64Array.from({ length: count }, (__, i) => i)
        return { steps: column, times: column, values: column }
      },
    })
    assert.equal((await reads.readMetric({ key: 'loss', steps: null }, never)).isSampled, true)
    count = 3
    const part = await reads.readMetric({ key: 'loss', steps: { first: 1, last: 9 } }, never)
    assert.deepEqual([part.isSampled, Array.from(readPoints(part.columns).values)], [false, [0, 1, 2]])
    assert.deepEqual(asked, [{ points: 2000 }, { points: 2000, steps: { first: 1, last: 9 } }])
  })

  it('give every value as text, also at times that no calendar reaches', async () => {
    const reads = readsOf({
      metricHistory: async () => ({
        steps: Float64Array.of(0, 1),
        times: Float64Array.of(0, 9e15),
        values: Float64Array.of(0.1, Number.NEGATIVE_INFINITY),
      }),
    })
    assert.deepEqual(await reads.metricText('loss', never), {
      text: 'step\ttime\tvalue\n0\t1970-01-01T00:00:00.000Z\t0.1\n1\t9000000000000000\t-Infinity\n',
      points: 2,
    })
  })

  it('list artifacts with null for what is not known', async () => {
    const reads = readsOf({ listArtifacts: async () => ({ items: [{ path: 'a', isFolder: true, size: undefined }], next: 'n' }) })
    assert.deepEqual(await reads.listArtifacts({ path: '', from: null }, never), {
      artifacts: [{ path: 'a', isFolder: true, size: null }],
      next: 'n',
    })
  })
})

function readsOf(client: Partial<MlflowClient>) {
  const whole = pretend<MlflowClient>({ server: { connection: 'lake', url: 'http://mlflow' }, ...client })
  return createRunReads({ connection: 'lake', runId: 'r1' }, pretend<Tracking>({ client: () => whole }))
}
