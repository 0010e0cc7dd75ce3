import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stackBuckets } from '#app/stackBuckets.ts'
import type { StackControl } from '#app/stackControl.ts'
import { systemClock } from '#base/clock.ts'
import { isProblem } from '#base/errors.ts'
import { identify } from '#process/processId.ts'
import { findPlaces } from '#runtime/places.ts'
import type { StackState } from '#stack/types.ts'
import { openBuckets } from '#storage/openStore.ts'
import { liveSpark } from '../support/liveSpark.ts'
import type { LiveStack } from '../support/liveStack.ts'
import type { LakeEndpoints } from '../../scripts/demo/lab.ts'
import { changeElsewhere, type OtherProcess } from '../support/otherProcess.ts'
import { controlOf } from '../support/stackControl.ts'

type Running = StackState & { readonly endpoints: LakeEndpoints }

const never = new AbortController().signal
const ignore = (): void => {}

/** One story, since every start takes seconds: each test goes on from where the one before has left the stack. */
describe('the embedded stack', function () {
  this.timeout(15 * 60_000)
  const root = mkdtempSync(join(tmpdir(), 'dataflow-stack-'))
  const project = join(root, 'project')
  const env = { ...process.env, DATAFLOW_HOME: join(root, 'home'), DATAFLOW_CACHE: findPlaces(process.env).cache }
  const control = controlOf(project, env)

  const elsewhere = (kind: 'up' | 'down'): OtherProcess => changeElsewhere({ kind, project, engine: 'local', env })

  before(() => mkdirSync(project))
  after(async () => {
    await control.change({ kind: 'down' }, ignore, never)
    control.dispose()
    rmSync(root, { recursive: true, force: true, maxRetries: 5 })
  })

  it('installs, starts and tells every step', async () => {
    const steps: string[] = []
    const state = running(await control.change({ kind: 'up' }, ({ step }) => steps.push(step), never))
    assert.deepEqual(
      state.services.filter(({ isActive }) => isActive).map(({ name, health }) => [name, health]),
      [
        ['s3', 'healthy'],
        ['spark-connect', 'healthy'],
      ],
    )
    assert.deepEqual(steps.slice(-6), [
      'Starting the object store',
      'Creating the buckets',
      'Started the object store',
      'Starting Spark',
      'Started Spark',
      'Started the object store and Spark.',
    ])
    assert.deepEqual(await bucketNames(control, state), stackBuckets.toSorted())
  })

  it('is joined by another process, which starts nothing', async () => {
    const other = await elsewhere('up').state
    assert.deepEqual(pids(running(other)), pids(running(control.state)))
  })

  it('shows its secrets neither in the process table nor in its logs', async () => {
    const secrets = await control.secrets(never)
    assert.ok(secrets)
    const hidden = [secrets.s3.accessKeyId, secrets.s3.secretAccessKey, secrets.sparkToken]
    const logs: string[] = []
    for await (const { text: line } of control.logs(['s3', 'spark-connect'], { tail: 100_000, follow: false }, never)) logs.push(line)
    const seen = [...(process.platform === 'linux' ? commandLines() : []), ...logs].filter(line =>
      hidden.some(secret => line.includes(secret)),
    )
    assert.deepEqual(seen, [])
  })

  it('keeps its tables when it is stopped and started', async () => {
    const first = liveSpark(await liveOf(control))
    await first.run('CREATE SCHEMA lake', never)
    await first.run("CREATE TABLE lake.kept AS SELECT 42 AS answer, 'ü' AS letter", never)
    await first.end()
    const before = pids(running(control.state))
    assert.equal((await control.change({ kind: 'down' }, ignore, never)).kind, 'stopped')
    assert.deepEqual(await Promise.all(before.map(pid => identify(pid))), [undefined, undefined])
    await control.change({ kind: 'up' }, ignore, never)
    const second = liveSpark(await liveOf(control))
    const rows = await second.run('SELECT answer, letter FROM lake.kept', never)
    await second.end()
    assert.deepEqual(rows, [{ answer: 42, letter: 'ü' }])
  })

  it('has failed when Spark was killed, and is repaired without touching the object store', async () => {
    const [s3, spark] = running(control.state).services
    assert.ok(s3 && spark)
    process.kill(spark.pid ?? 0, 'SIGKILL')
    while (await identify(spark.pid ?? 0)) await systemClock.sleep(20)
    const failed = await control.refresh(never)
    assert.ok(failed.kind === 'failed')
    assert.match(failed.problem.message, /^Spark is not running\b/)
    const repaired = running(await control.change({ kind: 'up' }, ignore, never))
    assert.deepEqual(repaired.services[0], s3)
    assert.notEqual(repaired.services[1]?.pid, spark.pid)
    const client = liveSpark(await liveOf(control))
    assert.deepEqual(await client.run('SELECT answer FROM lake.kept', never), [{ answer: 42 }])
    await client.end()
  })

  it('starts Spark anew when the object store has moved', async () => {
    const state = running(control.state)
    const [s3, spark] = state.services
    process.kill(s3?.pid ?? 0, 'SIGKILL')
    while (await identify(s3?.pid ?? 0)) await systemClock.sleep(20)
    const squatter = await listen(s3?.port ?? 0)
    try {
      const moved = running(await control.change({ kind: 'up' }, ignore, never))
      assert.notEqual(moved.services[0]?.port, s3?.port)
      assert.notEqual(moved.services[1]?.pid, spark?.pid)
      assert.equal(moved.services[1]?.port, spark?.port)
      const client = liveSpark(await liveOf(control))
      assert.deepEqual(await client.run('SELECT answer FROM lake.kept', never), [{ answer: 42 }])
      await client.end()
    } finally {
      squatter.close()
    }
  })

  it('is finished by the next up when the process that started it was killed, with what it had started', async () => {
    await control.change({ kind: 'down' }, ignore, never)
    const other = elsewhere('up')
    const begun = await untilLaunched(control, 'spark-connect')
    await other.kill()
    const finished = running(await control.change({ kind: 'up' }, ignore, never))
    assert.deepEqual(pids(finished), [...pids(begun)])
  })

  it('serves two windows at once with one stack', async () => {
    await control.change({ kind: 'down' }, ignore, never)
    const [one, two] = [elsewhere('up'), elsewhere('up')]
    const states = [await one.state, await two.state, await control.change({ kind: 'up' }, ignore, never)].map(running)
    assert.deepEqual(states.map(pids), Array(3).fill(states[0] && pids(states[0])))
  })

  it('takes back a cancelled start', async () => {
    await control.change({ kind: 'down' }, ignore, never)
    const abort = new AbortController()
    const up = control.change({ kind: 'up' }, ({ step }) => step === 'Starting Spark' && setImmediate(() => abort.abort()), abort.signal)
    await assert.rejects(up, { name: 'AbortError' })
    assert.equal(control.state.kind, 'stopped')
    assert.equal((await control.refresh(never)).kind, 'stopped')
  })

  it('says with the end of the log why a service does not start', async () => {
    const broken = controlOf(project, { ...env, JAVA_TOOL_OPTIONS: '-XX:NoSuchOption' })
    await assert.rejects(
      broken.change({ kind: 'up' }, ignore, never),
      error => isProblem(error, 'failed') && String(error.details?.['log']).includes('NoSuchOption'),
    )
    assert.equal(broken.state.kind, 'failed')
    broken.dispose()
  })

  it('leaves no process when another process stops it', async () => {
    const started = pids(running(await control.change({ kind: 'up' }, ignore, never)))
    assert.equal((await elsewhere('down').state).kind, 'stopped')
    assert.deepEqual(await Promise.all(started.map(pid => identify(pid))), [undefined, undefined])
    assert.equal((await control.refresh(never)).kind, 'stopped')
  })
})

function running(state: StackState): Running {
  const { s3, spark } = state.endpoints
  assert.ok(state.kind === 'running' && s3 && spark?.uiUrl !== undefined, JSON.stringify(state))
  return { ...state, endpoints: { ...state.endpoints, s3, spark: { ...spark, uiUrl: spark.uiUrl } } }
}

function pids({ services }: StackState): number[] {
  return services.flatMap(({ pid }) => pid ?? [])
}

/** The state in which a service has its process, while another window is at work. */
async function untilLaunched(control: StackControl, service: string): Promise<StackState> {
  for (;;) {
    const state = await control.refresh(never)
    if (state.services.some(({ name, pid }) => name === service && pid !== null)) return state
    await systemClock.sleep(50)
  }
}

async function liveOf(control: StackControl): Promise<LiveStack> {
  const { endpoints } = running(control.state)
  const secrets = await control.secrets(never)
  assert.ok(secrets)
  return {
    s3: { endpoint: { connection: 'Test stack', ...endpoints.s3, pathStyle: true }, credentials: secrets.s3 },
    spark: { ...endpoints.spark, token: secrets.sparkToken },
    project: '',
  }
}

async function bucketNames(control: StackControl, { endpoints }: Running): Promise<string[]> {
  const secrets = await control.secrets(never)
  const buckets = openBuckets({ connection: 'Test stack', ...endpoints.s3, pathStyle: true }, () => Promise.resolve(secrets?.s3))
  return (await buckets.list(never)).map(({ name }) => name)
}

function commandLines(): string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(pid => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      } catch {
        return '' // it has ended meanwhile
      }
    })
}

async function listen(port: number): Promise<Server> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return server
}
