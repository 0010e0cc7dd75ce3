import assert from 'node:assert/strict'
import { localStackName } from '#app/connection.ts'
import type { TrackingNode } from '#app/trackingNode.ts'
import { isProblem } from '#base/errors.ts'
import type { MlflowClient } from '#mlflow/client.ts'
import { readPoints } from '#protocol/run.ts'
import { openStore } from '#storage/openStore.ts'
import { logExperiment, logRun, openMlflowBed, type LoggedRun, type MlflowBed } from '../support/mlflowBed.ts'

const never = new AbortController().signal
const hostile = `'; drop <img src=x onerror="alert(1)"> \u202E\u00fc`
const longText = `${'x'.repeat(5990)}\n<b>end</b>`.slice(0, 6000)
/** Beyond 2^53, and as JSON writes the double nearest to it. */
const farStep = 1152921504606847000n
const first = Date.UTC(2026, 10, 24, 10)

/** Each test reads; only the last ones stop the server. */
describe('MLflow of the stack', function () {
  this.timeout(10 * 60_000)
  let bed: MlflowBed
  let client: MlflowClient
  let many: string
  let run: LoggedRun

  before(async () => {
    bed = await openMlflowBed()
    client = bed.lakehouse.mlflow.client(localStackName)
    many = await logExperiment(bed, hostile)
    for (let i = 0; i < 120; i += 1) {
      const metrics = { loss: [[0, i]] } as const
      await logRun(bed, { experimentId: many, name: `run ${i}`, started: first + i * 1000, metrics })
    }
    const experimentId = await logExperiment(bed, 'values')
    run = await logRun(bed, {
      experimentId,
      name: hostile,
      started: first,
      params: { long: longText, empty: '', 'a/b c': hostile },
      metrics: {
        loss: Array.from({ length: 10_000 }, (_, step) => [step, 1 / (step + 1)] as const),
        nan: [
          [0, 1],
          [1, 'NaN'],
          [2, 3],
        ],
        infinite: [[0, 'Infinity']],
        smallest: [[-5, 5e-324]],
        far: [[Number(farStep), 1e300]],
      },
    })
    await bed.upload(run, 'model/data/a ü+.bin', 'abc')
    await bed.upload(run, 'model/MLmodel', 'flavors: {}\n')
    await bed.upload(run, 'readme.txt', 'hello')
  })
  after(async () => await bed?.close())

  const children = async (node?: TrackingNode): Promise<readonly TrackingNode[]> => await bed.lakehouse.mlflowTree.children(node, never)
  const experiment = async (id: string): Promise<TrackingNode & { readonly kind: 'experiment' }> => {
    const found = (await children((await children())[0])).find(node => node.kind === 'experiment' && node.experiment.id === id)
    assert.ok(found?.kind === 'experiment')
    return found
  }

  it('is the version of the lock, at the connection of the stack', async () => {
    assert.equal(await client.version(never), '3.17.2')
    assert.deepEqual(bed.lakehouse.mlflow.servers(), [{ connection: localStackName, url: bed.url }])
  })

  it('lists experiments with their names as they are', async () => {
    const { items } = await client.searchExperiments({ limit: 50 }, never)
    assert.deepEqual(items.map(({ name }) => name).toSorted(), [hostile, 'Default', 'values'].toSorted())
  })

  it('shows 120 runs in pages of 50, newest first, each once', async () => {
    const node = await experiment(many)
    const names = async (): Promise<readonly string[]> =>
      (await children(node)).map(each => (each.kind === 'run' ? each.run.name : each.kind))
    assert.equal((await names()).length, 51)
    for (let pages = 2; pages <= 3; pages += 1) {
      const more = (await children(node)).at(-1)
      assert.ok(more?.kind === 'more')
      await bed.lakehouse.mlflowTree.loadMore(more, never)
    }
    const all = Array.from({ length: 120 }, (_, i) => `run ${119 - i}`)
    assert.deepEqual(await names(), all)
    bed.lakehouse.mlflowTree.refresh(node)
    assert.deepEqual(await names(), all)
  })

  it('leaves filters to the server, and shows its complaint in place of the runs', async () => {
    const node = await experiment(many)
    const filter = async (text: string): Promise<readonly TrackingNode[]> => {
      bed.lakehouse.mlflowTree.filterRuns({ connection: localStackName, experimentId: many, filter: text })
      return await children(node)
    }
    const found = await filter(`metrics.loss > 117 and attributes.status = 'RUNNING' and attributes.run_name LIKE 'run 11%'`)
    assert.deepEqual(
      found.map(each => each.kind === 'run' && each.run.name),
      ['run 119', 'run 118'],
    )
    const [notice] = await filter('metrics.loss <')
    assert.ok(notice?.kind === 'notice' && notice.notice.kind === 'problem')
    assert.deepEqual(notice.notice.problem.code, 'invalid')
    assert.match(notice.notice.problem.message, /^Cannot list the runs: Invalid clause/)
    assert.equal((await filter('')).length, 51)
  })

  it('reads values as they were logged; its SQL store makes the largest number of an infinity', async () => {
    const { metrics, params, name, user, status } = await client.getRun(run.runId, never)
    assert.deepEqual([name, user, status], [hostile, 'ana', 'running'])
    assert.deepEqual(
      metrics.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(({ key, value, step }) => [key, value, step]),
      [
        ['far', 1e300, farStep],
        ['infinite', Number.MAX_VALUE, 0n],
        ['loss', 0.0001, 9999n],
        ['nan', 3, 2n],
        ['smallest', 5e-324, -5n],
      ],
    )
    assert.deepEqual(
      params.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
      [
        { key: 'a/b c', value: hostile },
        { key: 'empty', value: '' },
        { key: 'long', value: longText },
      ],
    )
  })

  it('reads every point of a history, and NaN in the middle of one', async () => {
    const loss = await client.metricHistory({ runId: run.runId, key: 'loss' }, never)
    assert.equal(loss.steps.length, 10_000)
    assert.ok(loss.steps.every((step, i) => step === i && loss.values[i] === 1 / (i + 1) && loss.times[i] === first + i))
    const nan = await client.metricHistory({ runId: run.runId, key: 'nan' }, never)
    assert.deepEqual(Array.from(nan.values), [1, Number.NaN, 3])
  })

  it('reads a long history as a chart needs it, and a part of it whole', async () => {
    const page = bed.lakehouse.run({ connection: localStackName, runId: run.runId })
    const whole = await page.readMetric({ key: 'loss', steps: null }, never)
    const { steps } = readPoints(whole.columns)
    assert.deepEqual([whole.isSampled, steps.length, steps[0], steps.at(-1)], [true, 2000, 0, 9999])
    const part = await page.readMetric({ key: 'loss', steps: { first: 400, last: 1400 } }, never)
    assert.deepEqual([part.isSampled, Array.from(readPoints(part.columns).steps)], [false, Array.from({ length: 1001 }, (_, i) => 400 + i)])
    const { text, points } = await page.metricText('nan', never)
    assert.deepEqual(
      [points, text.split('\n').slice(0, 3)],
      [3, ['step\ttime\tvalue', `0\t2026-11-24T10:00:00.000Z\t1`, `1\t2026-11-24T10:00:00.001Z\tNaN`]],
    )
  })

  it('gives the page of a run what it shows', async () => {
    const details = await bed.lakehouse.run({ connection: localStackName, runId: run.runId }).open({}, never)
    assert.deepEqual(
      [details.experimentName, details.trackingUri, details.artifactUri, details.started, details.ended],
      ['values', bed.url, `mlflow-artifacts:/${run.experimentId}/${run.runId}/artifacts`, first, null],
    )
    assert.deepEqual(details.metrics.find(({ key }) => key === 'far')?.step, String(farStep))
  })

  it('lists artifacts folder by folder, which lie in the bucket of the stack', async () => {
    const list = async (path: string) => (await client.listArtifacts({ runId: run.runId, path }, undefined, never)).items
    assert.deepEqual(await list(''), [
      { path: 'model', isFolder: true, size: undefined },
      { path: 'readme.txt', isFolder: false, size: 5 },
    ])
    assert.deepEqual(await list('model'), [
      { path: 'model/MLmodel', isFolder: false, size: 12 },
      { path: 'model/data', isFolder: true, size: undefined },
    ])
    assert.deepEqual(await list('model/data'), [{ path: 'model/data/a ü+.bin', isFolder: false, size: 3 }])
    const { s3 } = bed.lakehouse.connections.get(localStackName)
    assert.ok(s3)
    const bucket = openStore({ kind: 's3', ...s3, bucket: 'mlflow' }, bed.lakehouse.connections.credentials)
    const { objects } = await bucket.list({ prefix: `${run.experimentId}/${run.runId}/artifacts/` }, never)
    assert.deepEqual(
      objects.map(({ key }) => key.split('/artifacts/')[1]),
      ['model/MLmodel', 'model/data/a ü+.bin', 'readme.txt'],
    )
  })

  it('names what is not there', async () => {
    await assert.rejects(client.getRun('0'.repeat(32), never), { code: 'notFound', message: /Run with id=0+ not found\.$/ })
    await assert.rejects(client.listArtifacts({ runId: run.runId, path: '../..' }, undefined, never), { code: 'invalid' })
  })

  it('says how a server is told the name by which it is called', async () => {
    const { port } = new URL(bed.url)
    bed.setConnections([{ name: 'another name', mlflow: `http://[::ffff:127.0.0.1]:${port}` }])
    const refused = await bed.lakehouse.mlflow
      .client('another name')
      .searchExperiments({ limit: 1 }, never)
      .catch((error: unknown) => error)
    assert.ok(isProblem(refused, 'denied'), String(refused))
    assert.match(refused.hint ?? '', /--allowed-hosts "\[::ffff:7f00:1\]:\d+"/)
    assert.deepEqual(
      bed.lakehouse.mlflow.servers().map(({ connection }) => connection),
      [localStackName, 'another name'],
    )
    bed.setConnections([])
  })

  it('says that the object store is no MLflow server', async () => {
    const { s3 } = bed.lakehouse.connections.get(localStackName)
    bed.setConnections([{ name: 'wrong', mlflow: s3?.endpoint ?? '' }])
    await assert.rejects(bed.lakehouse.mlflow.client('wrong').searchExperiments({ limit: 1 }, never), { name: 'LakehouseError' })
    bed.setConnections([])
  })

  it('shows that the server is down, and its runs again when it is back, with their filter', async () => {
    const { stack, mlflowTree } = bed.lakehouse
    bed.setConnections([{ name: 'by address', mlflow: bed.url }])
    const node = async (): Promise<TrackingNode> => {
      const server = (await children()).find(each => each.kind === 'server' && each.connection === 'by address')
      assert.ok(server)
      const found = (await children(server)).find(each => each.kind !== 'experiment' || each.experiment.id === many)
      assert.ok(found)
      return found
    }
    mlflowTree.filterRuns({ connection: 'by address', experimentId: many, filter: 'metrics.loss < 2' })
    assert.equal((await children(await node())).length, 2)
    await stack.change({ kind: 'down', services: ['mlflow'] }, () => {}, never)
    mlflowTree.refresh()
    const notice = await node()
    assert.ok(notice.kind === 'notice' && notice.notice.kind === 'problem')
    assert.deepEqual([notice.notice.problem.code, /nothing listens/.test(notice.notice.problem.message)], ['unreachable', true])
    await stack.change({ kind: 'up', services: ['mlflow'] }, () => {}, never)
    mlflowTree.refresh()
    assert.equal((await children(await node())).length, 2)
  })
})
