import assert from 'node:assert/strict'
import { get } from 'node:http'
import { text } from 'node:stream/consumers'
import type { CatalogNode } from '#app/catalogNode.ts'
import { localStackName } from '#app/connection.ts'
import { systemClock } from '#base/clock.ts'
import { identify } from '#process/processId.ts'
import type { StackRequest } from '#stack/plan.ts'
import type { ServiceState, StackState } from '#stack/types.ts'
import { openBuckets } from '#storage/openStore.ts'
import { makeLakehouseProject, type LakehouseProject } from '../support/lakehouseProject.ts'

const never = new AbortController().signal
const ignore = (): void => {}

const core = ['s3', 'spark-master', 'spark-worker', 'spark-connect']

/**
 * A new lakehouse project, all of it, as processes of this machine. One story, since every start takes seconds: each test goes on from
 * where the one before has left the stack.
 */
describe('a lakehouse project without containers', function () {
  this.timeout(15 * 60_000)
  let project: LakehouseProject
  const started = new Set<number>()

  before(async () => {
    project = await makeLakehouseProject('local')
  })
  after(async () => {
    if (!project) return
    await project.lakehouse.stack.change({ kind: 'down' }, ignore, never)
    project.dispose()
  })

  const change = async (wanted: StackRequest): Promise<StackState> => {
    const state = await project.lakehouse.stack.change(wanted, ignore, never)
    for (const { pid } of state.services) if (pid !== null) started.add(pid)
    return state
  }
  const service = (name: string): ServiceState => {
    const found = project.lakehouse.stack.state.services.find(candidate => candidate.name === name)
    assert.ok(found, name)
    return found
  }
  const urlOf = (name: string): string => service(name).url ?? assert.fail(`${name} does not run`)
  const runs = async (): Promise<readonly object[]> =>
    known(await post(`${urlOf('mlflow')}/api/2.0/mlflow/runs/search`, { experiment_ids: ['0'] })).runs ?? []

  it('runs every service that this machine can run, healthy and on its port', async () => {
    const state = await change({ kind: 'up' })
    assert.equal(state.kind, 'running')
    const standing = [...core, 'mlflow', 'prefect', 'streamlit', ...(service('nginx').unavailable === null ? ['nginx'] : [])]
    assert.deepEqual(
      standing.map(name => [name, service(name).state, service(name).health]),
      standing.map(name => [name, 'running', 'healthy']),
    )
    assert.deepEqual(
      ['s3', 'mlflow', 'prefect', 'streamlit'].map(name => service(name).port),
      (['S3_PORT', 'MLFLOW_PORT', 'PREFECT_PORT', 'STREAMLIT_PORT'] as const).map(name => project.ports[name]),
    )
    assert.equal(service('jupyter').unavailable, '“jupyter” can only be run as a container, so it needs Docker.')
  })

  it('runs the statements of a cell on the executors of its workers', async () => {
    await project.sql('CREATE SCHEMA lake')
    await project.sql('CREATE TABLE lake.kept AS SELECT id, id % 7 AS part FROM range(0, 1000, 1, 4)')
    assert.deepEqual(await project.sql('SELECT count(*) AS rows, sum(id) AS total FROM lake.kept'), [{ rows: 1000, total: 499_500 }])
    const { activeapps, aliveworkers } = known(await getJson(`${urlOf('spark-master')}/json/`))
    assert.deepEqual([activeapps.map(({ name }) => name), aliveworkers], [['DataFlow Lab'], 1])
    const { executors } = known(await getJson(`${urlOf('spark-worker')}/json/`))
    assert.equal(executors.length, 1)
  })

  it('runs as many workers as are asked for', async () => {
    await change({ kind: 'scale', service: 'spark-worker', count: 2 })
    assert.deepEqual(service('spark-worker').replicas, { running: 2, wanted: 2 })
    await until('both are registered', async () => known(await getJson(`${urlOf('spark-master')}/json/`)).aliveworkers === 2)
    await change({ kind: 'scale', service: 'spark-worker', count: 1 })
    assert.deepEqual(await project.sql('SELECT count(*) AS rows FROM lake.kept'), [{ rows: 1000 }])
  })

  it('keeps artifacts of MLflow in the bucket mlflow', async () => {
    const url = urlOf('mlflow')
    const { run } = known(await post(`${url}/api/2.0/mlflow/runs/create`, { experiment_id: '0', run_name: 'kept' }))
    await put(`${url}/api/2.0/mlflow-artifacts/artifacts/0/${run.info.run_id}/artifacts/model.txt`, 'a model')
    const { endpoints } = project.lakehouse.stack.state
    const secrets = await project.lakehouse.stack.secrets(never)
    assert.ok(endpoints.s3 && secrets)
    const store = openBuckets({ connection: 'Test', ...endpoints.s3, pathStyle: true }, () => Promise.resolve(secrets.s3))
    assert.deepEqual((await store.list(never)).map(({ name }) => name).toSorted(), ['bronze', 'gold', 'mlflow', 'silver'])
    assert.equal(await fetchText(`${url}/get-artifact?path=model.txt&run_uuid=${run.info.run_id}`), 'a model')
    assert.equal((await runs()).length, 1)
  })

  it('is a connection of its own to the explorer and to the view of runs', async () => {
    const { catalog, mlflow } = project.lakehouse
    const names = async (node: CatalogNode): Promise<readonly string[]> =>
      (await catalog.children(node, never)).map(child => ('name' in child ? child.name : child.kind))
    assert.deepEqual((await names({ kind: 'connection', name: localStackName })).toSorted(), ['bronze', 'gold', 'mlflow', 'silver'])
    const [bucket] = (await catalog.children({ kind: 'connection', name: localStackName }, never)).filter(
      node => node.kind === 'bucket' && node.name === 'gold',
    )
    assert.ok(bucket)
    assert.deepEqual(await names(bucket), ['warehouse'])
    const found = await mlflow.client(localStackName).searchRuns({ experimentId: '0', filter: '' }, { limit: 10 }, never)
    assert.deepEqual(
      found.items.map(({ name }) => name),
      ['kept'],
    )
  })

  it('answers under the names that NGINX gives, and streams what the app shows', async function () {
    assert.match(await fetchText(urlOf('streamlit')), /<title>Streamlit<\/title>/)
    if (service('nginx').unavailable !== null) this.skip()
    const port = service('nginx').port ?? 0
    assert.deepEqual(
      [
        await named(port, 'mlflow.localhost', '/health'),
        await named(port, 'prefect.localhost', '/api/health'),
        await named(port, 'streamlit.localhost', '/_stcore/health'),
        (await named(port, 'jupyter.localhost', '/')).slice(0, 3),
      ],
      ['200 OK', '200 true', '200 ok', '502'],
    )
  })

  it('notices within two seconds that a service was killed, and repairs it', async () => {
    const { stack } = project.lakehouse
    const watch = stack.watch()
    try {
      await until('it is watched', async () => stack.state.kind === 'running')
      const { pid } = service('mlflow')
      process.kill(pid ?? 0, 'SIGKILL')
      const killed = Date.now()
      await until('it is told', async () => service('mlflow').state === 'failed')
      assert.ok(Date.now() - killed < 2500, `after ${Date.now() - killed} ms`)
    } finally {
      watch.dispose()
    }
    assert.equal((await change({ kind: 'up' })).kind, 'running')
  })

  it('tells what each service takes', async () => {
    const usage = await project.lakehouse.stack.usage(never)
    const megabytes = (name: string): number => (usage.get(name)?.memoryBytes ?? 0) / 1024 ** 2
    for (const name of [...core, 'mlflow', 'prefect', 'streamlit']) assert.ok(megabytes(name) > 40, `${name}: ${megabytes(name)} MB`)
    assert.ok(megabytes('spark-worker') > megabytes('spark-master'), 'the executor counts for its worker')
  })

  it('keeps tables, runs and flows when it is stopped and started', async () => {
    await post(`${urlOf('prefect')}/api/flows/`, { name: 'kept' })
    assert.equal((await change({ kind: 'down' })).kind, 'stopped')
    assert.deepEqual(await living(started), [])
    assert.equal((await change({ kind: 'up' })).kind, 'running')
    await assert.rejects(project.sql('SELECT 1'), /session is gone/, 'a lost session is told, once')
    assert.deepEqual(await project.sql('SELECT count(*) AS rows FROM lake.kept'), [{ rows: 1000 }])
    assert.equal((await runs()).length, 1)
    assert.match(JSON.stringify(await post(`${urlOf('prefect')}/api/flows/filter`, {})), /"name":"kept"/)
  })

  it('shows its secrets neither in its arguments nor in its logs', async () => {
    const secrets = await project.lakehouse.stack.secrets(never)
    assert.ok(secrets)
    const hidden = [secrets.s3.accessKeyId, secrets.s3.secretAccessKey, secrets.sparkToken]
    const names = project.lakehouse.stack.state.services.map(({ name }) => name)
    const lines = await Array.fromAsync(project.lakehouse.stack.logs(names, { tail: 10_000, follow: false }, never))
    assert.ok(new Set(lines.map(({ service: name }) => name)).size > 3)
    assert.deepEqual(
      lines.filter(({ text: line }) => hidden.some(secret => line.includes(secret))),
      [],
    )
  })

  it('loses what a reset names, and no more', async () => {
    const plan = await project.lakehouse.stack.plan({ kind: 'reset', services: ['mlflow'] }, never)
    assert.ok(plan.isDestructive)
    assert.deepEqual(
      plan.losses.map(({ service: name, bytes }) => [name, (bytes ?? 0) > 0]),
      [['mlflow', true]],
    )
    await change({ kind: 'reset', services: ['mlflow'] })
    await change({ kind: 'up' })
    assert.deepEqual(await runs(), [])
    assert.deepEqual(await project.sql('SELECT count(*) AS rows FROM lake.kept'), [{ rows: 1000 }])
  })

  it('leaves no process', async () => {
    assert.equal((await change({ kind: 'down' })).kind, 'stopped')
    assert.deepEqual(await living(started), [])
  })
})

async function living(pids: Iterable<number>): Promise<number[]> {
  const found = await Promise.all([...pids].map(async pid => ((await identify(pid)) ? [pid] : [])))
  return found.flat()
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 30_000; !(await isSo()); await systemClock.sleep(50)) {
    if (Date.now() > end) throw new Error(`Not in time: ${what}`)
  }
}

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url)
  assert.equal(response.status, 200, url)
  return response.text()
}

async function getJson(url: string): Promise<unknown> {
  return JSON.parse(await fetchText(url))
}

async function post(url: string, body: object): Promise<unknown> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  const said = await response.text()
  assert.ok(response.ok, `${url}: ${said}`)
  return JSON.parse(said)
}

async function put(url: string, body: string): Promise<void> {
  const response = await fetch(url, { method: 'PUT', body })
  assert.ok(response.ok, `${url}: ${await response.text()}`)
}

/** Status and body of what a name answers on a port of this machine; browsers find `*.localhost` by themselves, Node does not. */
async function named(port: number, host: string, path: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  get({ host: '127.0.0.1', port, path, headers: { host: `${host}:${port}` } }, response => {
    text(response).then(body => resolve(`${response.statusCode} ${body}`), reject)
  }).on('error', reject)
  return promise
}

interface Answers {
  readonly run: { readonly info: { readonly run_id: string } }
  readonly runs?: readonly { readonly info: object }[]
  readonly activeapps: readonly { readonly name: string }[]
  readonly aliveworkers: number
  readonly executors: readonly object[]
}

/** What a server is known to answer; a test fails on what is not there. */
function known(answer: unknown): Answers {
  assert.ok(typeof answer === 'object' && answer !== null)
  // SAFETY: only members that the server in question answers are read, each in an assertion.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return answer as Answers
}
