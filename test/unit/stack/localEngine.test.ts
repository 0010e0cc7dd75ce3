import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { systemClock } from '#base/clock.ts'
import { isProblem } from '#base/errors.ts'
import { silentLog } from '#base/log.ts'
import { identify } from '#process/processId.ts'
import { freePort } from '#process/ports.ts'
import type { StackEngine } from '#stack/engine.ts'
import { createLocalEngine } from '#stack/local/localEngine.ts'
import type { ServiceSpec } from '#stack/local/spec.ts'
import { fakeRuntime, fakeService } from '../../fakes/services.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const never = new AbortController().signal

describe('the local engine', () => {
  const engines: StackEngine[] = []
  // Before the folder goes, by which an engine finds what it started.
  afterEach(async () => {
    for (const engine of engines.splice(0)) for (const name of ['spark-connect', 's3'] as const) await engine.stop(name, never)
  })
  const folder = temporaryFolder()
  let ports = { s3: 0, spark: 0 }

  beforeEach(async () => {
    const s3 = await freePort(42_000)
    ports = { s3, spark: await freePort(43_000, new Set([s3])) }
    await mkdir(join(folder(), 'project'))
  })

  const specs = (script = ''): readonly ServiceSpec[] => [
    fakeService('s3', { port: ports.s3 }),
    fakeService('spark-connect', { port: ports.spark, needs: ['s3'], script }),
  ]
  const open = (services = specs(), project = 'project'): StackEngine => {
    const env = { ...process.env, DATAFLOW_HOME: join(folder(), 'home') }
    const options = { projectFolder: join(folder(), project), productFolder: '/product', env, clock: systemClock, log: silentLog }
    const engine = createLocalEngine(options, { specs: services, install: () => Promise.resolve(fakeRuntime) })
    engines.push(engine)
    return engine
  }
  it('starts what another engine of the same folder then sees, by any path of it', async () => {
    await start(open())
    await symlink(join(folder(), 'project'), join(folder(), 'link'))
    const { services, endpoints } = await open(specs(), 'link').observe(never)
    assert.deepEqual(
      services.map(({ health, port }) => [health, port]),
      [
        ['healthy', ports.s3],
        ['healthy', ports.spark],
      ],
    )
    assert.equal(endpoints.s3?.endpoint, `http://127.0.0.1:${ports.s3}`)
  })

  it('keeps its state where only its owner may look', async () => {
    const engine = open()
    await start(engine)
    const own = join(await folderOf(engine, 's3'), '..')
    assert.deepEqual([(await stat(own)).mode & 0o777, (await stat(join(own, 'stack.json'))).mode & 0o777], [0o700, 0o600])
    assert.deepEqual(await engine.secrets(), await open().secrets())
  })

  it('tells a crash from a stop', async () => {
    const engine = open()
    await start(engine)
    await kill(engine, 1)
    assert.deepEqual(await states(engine), ['running healthy', 'failed unknown'])
    await engine.stop('spark-connect', never)
    assert.deepEqual(await states(engine), ['running healthy', 'stopped unknown'])
  })

  it('holds a service unhealthy whose object store has moved, and starts it anew', async () => {
    const engine = open()
    await start(engine)
    await kill(engine, 0)
    const squatter = createServer().listen(ports.s3, '127.0.0.1')
    try {
      await engine.start('s3', never)
      assert.deepEqual(await states(engine), ['running healthy', 'running unhealthy'])
      const before = (await engine.observe(never)).services[1]?.pid
      await engine.start('spark-connect', never)
      const { services } = await engine.observe(never)
      assert.deepEqual([services[1]?.health, services[1]?.pid === before, services[1]?.port], ['healthy', false, ports.spark])
    } finally {
      squatter.close()
    }
  })

  it('starts nothing when the service already answers', async () => {
    const engine = open()
    await start(engine)
    const before = (await engine.observe(never)).services
    await start(engine)
    assert.deepEqual((await engine.observe(never)).services, before)
  })

  it('quotes the log of a service that ends at once, and forgets it', async () => {
    const engine = open(specs(`console.error('Error: no room'); process.exit(1)`))
    await assert.rejects(start(engine), error => {
      assert.ok(isProblem(error, 'failed'))
      assert.equal(error.message, 'Spark ended while it was starting: Error: no room')
      assert.deepEqual(error.details, { service: 'spark-connect', log: 'Error: no room' })
      return true
    })
    assert.deepEqual(await states(engine), ['running healthy', 'stopped unknown'])
  })

  it('tries once more when another took the port at the last moment', async () => {
    const engine = open(
      specs(`if (!require('fs').existsSync('tried')) { require('fs').writeFileSync('tried', ''); throw new Error('BindException') }`),
    )
    await start(engine)
    assert.deepEqual(await states(engine), ['running healthy', 'running healthy'])
    assert.match(readFileSync(join(await folderOf(engine, 's3'), '..', 'logs', 'spark-connect.log.1'), 'utf8'), /BindException/)
  })

  it('ends what it was starting when it is cancelled', async () => {
    const engine = open(specs(`require('fs').writeFileSync('pid', String(process.pid)); process.env.PORT = '0'`))
    const pidFile = join(await folderOf(engine, 'spark-connect'), 'pid')
    await engine.prepare(['s3', 'spark-connect'], () => {}, never)
    await engine.start('s3', never)
    const abort = new AbortController()
    const starting = engine.start('spark-connect', abort.signal)
    while (!existsSync(pidFile)) await systemClock.sleep(5)
    abort.abort()
    await assert.rejects(starting, { name: 'AbortError' })
    assert.equal(await identify(Number(readFileSync(pidFile, 'utf8'))), undefined)
  })

  it('removes what a crash left before it starts', async () => {
    const engine = open()
    const own = await folderOf(engine, 's3')
    await mkdir(own, { recursive: true })
    await writeFile(join(own, 'db.lck'), '')
    await start(engine)
    assert.deepEqual(await readdir(own), ['settings'])
  })

  it('says that another is changing the stack, and never that of itself', async () => {
    const [one, other] = [open(), open()]
    await one.exclusively(
      async () => {
        assert.equal((await one.observe(never)).isChanging, undefined)
        assert.equal((await other.observe(never)).isChanging, true)
      },
      () => {},
      never,
    )
    assert.equal((await other.observe(never)).isChanging, undefined)
  })
})

async function folderOf(engine: StackEngine, name: string): Promise<string> {
  const [loss] = await engine.losses(name, never)
  assert.ok(loss)
  return loss.name
}

async function start(engine: StackEngine): Promise<void> {
  await engine.prepare(['s3', 'spark-connect'], () => {}, never)
  for (const name of ['s3', 'spark-connect'] as const) await engine.start(name, never)
}

async function kill(engine: StackEngine, index: number): Promise<void> {
  const pid = (await engine.observe(never)).services[index]?.pid ?? 0
  process.kill(pid, 'SIGKILL')
  while (await identify(pid)) await systemClock.sleep(5)
}

async function states(engine: StackEngine): Promise<string[]> {
  return (await engine.observe(never)).services.map(({ state, health }) => `${state} ${health}`)
}
