import assert from 'node:assert/strict'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { systemClock } from '#base/clock.ts'
import { isProblem } from '#base/errors.ts'
import type { ComposeProject } from '#compose/project.ts'
import { freePort } from '#process/ports.ts'
import { identify } from '#process/processId.ts'
import { findPlaces, stackFolder } from '#runtime/places.ts'
import type { StackEngine } from '#stack/engine.ts'
import type { Recipe } from '#stack/local/recipe.ts'
import { parseRecord } from '#stack/local/record.ts'
import type { ServiceName } from '#stack/types.ts'
import { fakeRecipe, type FakeProgram } from '../../fakes/services.ts'
import { composeProject, composeService, published } from '../../support/composeProject.ts'
import { crashService, openLocalEngine, stateIn, type FakeRecipes } from '../../support/localBed.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const never = new AbortController().signal

describe('the local engine', () => {
  const engines: StackEngine[] = []
  let ports = { s3: 0, spark: 0 }
  let project: ComposeProject
  const ownFolder = (): string =>
    stackFolder(findPlaces({ DATAFLOW_HOME: join(folder(), 'home') }), realpathSync(join(folder(), 'project')))

  // Before the folder goes, by which an engine finds what it started.
  afterEach(async () => {
    for (const engine of engines.splice(0)) {
      for (const { name } of (await engine.observe(never)).services) await engine.stop(name, never)
    }
  })
  const folder = temporaryFolder()
  beforeEach(async () => {
    const s3 = await freePort(42_000)
    ports = { s3, spark: await freePort(43_000, new Set([s3])) }
    project = composeProject([composeService('s3'), composeService('spark-connect')])
    await mkdir(join(folder(), 'project'))
  })

  const open = (spark: Partial<FakeProgram> = {}, path = 'project'): StackEngine => {
    const recipes: FakeRecipes = {
      s3: fakeRecipe({ port: ports.s3 }),
      'spark-connect': fakeRecipe({ port: ports.spark, needs: ['s3'], ...spark }),
      'spark-master': fakeRecipe({ port: ports.spark + 50, isForgetful: true }),
    }
    const engine = openLocalEngine(folder(), () => project, recipes, path)
    engines.push(engine)
    return engine
  }

  it('starts what another engine of the same folder then sees, by any path of it', async () => {
    await start(open())
    await symlink(join(folder(), 'project'), join(folder(), 'link'))
    const { services, endpoints } = await open({}, 'link').observe(never)
    assert.deepEqual(
      services.map(({ health, port }) => [health, port]),
      [
        ['healthy', ports.s3],
        ['healthy', ports.spark],
      ],
    )
    assert.equal(endpoints.s3?.endpoint, `http://127.0.0.1:${ports.s3}`)
    assert.equal(endpoints.spark?.port, ports.spark)
  })

  it('keeps its state where only its owner may look', async () => {
    const engine = open()
    await start(engine)
    const own = ownFolder()
    assert.deepEqual([(await stat(own)).mode & 0o777, (await stat(join(own, 'stack.json'))).mode & 0o777], [0o700, 0o600])
    assert.deepEqual(await engine.secrets(), await open().secrets())
  })

  it('holds a service unhealthy whose object store has moved, and starts it anew', async () => {
    const engine = open()
    await start(engine)
    await crashService(engine, 's3')
    const squatter = createServer().listen(ports.s3, '127.0.0.1')
    try {
      await engine.start('s3', never)
      assert.deepEqual(await states(engine), ['running healthy', 'running unhealthy'])
      const before = await stateIn(engine, 'spark-connect')
      await engine.start('spark-connect', never)
      const after = await stateIn(engine, 'spark-connect')
      assert.deepEqual([after.health, after.pid === before.pid, after.port], ['healthy', false, ports.spark])
    } finally {
      squatter.close()
    }
  })

  it('starts a service anew after another that has forgotten it, or that it may use from now on', async () => {
    project = composeProject([composeService('spark-master'), composeService('spark-connect')])
    const engine = open({ mayUse: ['spark-master'], needs: [] })
    await start(engine, 'spark-connect')
    await start(engine, 'spark-master')
    assert.equal((await stateIn(engine, 'spark-connect')).isOutdated, true)
    await engine.start('spark-connect', never)
    assert.equal((await stateIn(engine, 'spark-connect')).isOutdated, false)
    await crashService(engine, 'spark-master')
    await engine.start('spark-master', never)
    assert.equal((await stateIn(engine, 'spark-connect')).health, 'unhealthy')
    await engine.start('spark-connect', never)
    assert.equal((await stateIn(engine, 'spark-connect')).health, 'healthy')
  })

  it('has the ports of the definition, and others where those are taken, which it tells', async () => {
    const [wanted, taken] = [await freePort(45_000), await freePort(45_100)]
    project = composeProject([
      composeService('s3', { ports: [published(wanted, 80)] }),
      composeService('spark-connect', { ports: [published(taken, 80)] }),
    ])
    const squatter = createServer().listen(taken, '127.0.0.1')
    try {
      const engine = open()
      const told: string[] = []
      await engine.prepare(['s3', 'spark-connect'], ({ step }) => void told.push(step), never)
      await start(engine)
      assert.equal((await stateIn(engine, 's3')).port, wanted)
      const spark = await stateIn(engine, 'spark-connect')
      assert.ok(spark.port !== null && spark.port > taken)
      assert.deepEqual(told, [`Port ${taken} is taken, so spark-connect has port ${spark.port} instead`])
      assert.equal(spark.isOutdated, false)
    } finally {
      squatter.close()
    }
  })

  it('tells a service beforehand where those will be that start after it', async () => {
    const taken = await freePort(45_100)
    const mention = { URL: 'http://s3:80' }
    project = composeProject([
      composeService('spark-connect', { environment: mention }),
      composeService('s3', { ports: [published(taken, 80)] }),
    ])
    const squatter = createServer().listen(taken, '127.0.0.1')
    try {
      const engine = open({ needs: [], script: `console.log(process.env.URL)` })
      await start(engine, 'spark-connect', 's3')
      assert.deepEqual(await states(engine), ['running healthy', 'running healthy'])
      const { url } = await stateIn(engine, 's3')
      const lines = await Array.fromAsync(engine.logs(['spark-connect'], { tail: 1, follow: false }, never))
      assert.deepEqual(
        lines.map(({ text }) => text),
        [url],
      )
    } finally {
      squatter.close()
    }
  })

  it('starts a service anew on the port that its definition has by now', async () => {
    const engine = open()
    await start(engine)
    const other = await freePort(45_200)
    project = composeProject([composeService('s3', { ports: [published(other, 80)] }), composeService('spark-connect')])
    assert.equal((await stateIn(engine, 's3')).isOutdated, true)
    await engine.start('s3', never)
    assert.deepEqual([(await stateIn(engine, 's3')).port, await states(engine)], [other, ['running healthy', 'running unhealthy']])
  })

  it('takes the secrets of the definition, and keeps those that a running service has', async () => {
    const engine = open()
    await start(engine)
    const own = await engine.secrets()
    const environment = { MINIO_ROOT_USER: 'user', MINIO_ROOT_PASSWORD: 'password' }
    project = composeProject([composeService('s3', { environment }), composeService('spark-connect')])
    await engine.stop('spark-connect', never)
    await engine.start('spark-connect', never)
    assert.deepEqual(await engine.secrets(), own)
    await engine.start('s3', never)
    assert.deepEqual(await engine.secrets(), { s3: { accessKeyId: 'user', secretAccessKey: 'password' }, sparkToken: own?.sparkToken })
  })

  it('runs as many of a service as the definition and a scaling say, each with a port of its own', async () => {
    project = composeProject([composeService('spark-connect', { scale: 2 })])
    const engine = open({ canScale: true, needs: [] })
    await start(engine, 'spark-connect')
    assert.deepEqual((await stateIn(engine, 'spark-connect')).replicas, { running: 2, wanted: 2 })
    await engine.scale('spark-connect', 3, never)
    assert.deepEqual((await stateIn(engine, 'spark-connect')).replicas, { running: 3, wanted: 3 })
    const record: unknown = JSON.parse(await readFile(join(ownFolder(), 'stack.json'), 'utf8'))
    assert.match(JSON.stringify(record), /"spark-connect#3":\{/)
    await crashService(engine, 'spark-connect')
    const { health, replicas } = await stateIn(engine, 'spark-connect')
    assert.deepEqual([health, replicas], ['unhealthy', { running: 2, wanted: 3 }])
    await engine.start('spark-connect', never)
    assert.deepEqual((await stateIn(engine, 'spark-connect')).replicas, { running: 3, wanted: 3 })
    await engine.scale('spark-connect', 1, never)
    const usage = await engine.usage(never)
    assert.deepEqual([(await stateIn(engine, 'spark-connect')).replicas.running, usage.size], [1, 1])
  })

  it('shows what the definition does not name any more, ends it and keeps its data until they are erased', async () => {
    const engine = open()
    await start(engine)
    project = composeProject([composeService('s3')])
    const orphan = await stateIn(engine, 'spark-connect')
    assert.deepEqual([orphan.isOrphan, orphan.isActive, orphan.state, orphan.port], [true, false, 'running', ports.spark])
    const own = join(ownFolder(), 'spark-connect')
    await writeFile(join(own, 'data', 'table'), 'rows')
    await engine.remove('spark-connect', never)
    assert.deepEqual(
      (await engine.observe(never)).services.map(({ name }) => name),
      ['s3'],
    )
    assert.equal(await readFile(join(own, 'data', 'table'), 'utf8'), 'rows')
    assert.deepEqual(await engine.losses('spark-connect', never), [{ kind: 'folder', name: own, bytes: 4 }])
    await engine.erase('spark-connect', never)
    assert.equal(existsSync(own), false)
  })

  it('says that a service without a recipe needs containers, waits for it nowhere and does not start it', async () => {
    const awaited = { service: 'db', condition: 'service_healthy', isRequired: true, restarts: false } as const
    project = composeProject([composeService('db'), composeService('s3', { dependsOn: [awaited] })])
    const engine = open()
    const unavailable = '“db” can only be run as a container, so it needs Docker.'
    assert.deepEqual([(await stateIn(engine, 'db')).unavailable, (await stateIn(engine, 's3')).needs], [unavailable, []])
    await assert.rejects(engine.start('db', never), { code: 'unsupported', message: unavailable })
  })

  it('installs what is asked for, once, and nothing else', async () => {
    const installed: string[] = []
    const counted = (name: string, port: number): Recipe => {
      const recipe = fakeRecipe({ port })
      return { ...recipe, install: (context, signal) => (installed.push(name), recipe.install(context, signal)) }
    }
    const engine = openLocalEngine(folder(), () => project, { s3: counted('s3', ports.s3), 'spark-connect': counted('spark', ports.spark) })
    engines.push(engine)
    await engine.prepare(['s3'], () => {}, never)
    await engine.prepare(['s3'], () => {}, never)
    await engine.start('s3', never)
    assert.deepEqual(installed, ['s3'])
  })

  it('starts nothing when the service already answers', async () => {
    const engine = open()
    await start(engine)
    const before = (await engine.observe(never)).services
    await start(engine)
    assert.deepEqual((await engine.observe(never)).services, before)
  })

  it('quotes the log of a service that ends at once, and forgets it', async () => {
    const engine = open({ script: `console.error('Error: no room'); process.exit(1)` })
    await assert.rejects(start(engine), error => {
      assert.ok(isProblem(error, 'failed'))
      assert.equal(error.message, 'Spark ended while it was starting: Error: no room')
      assert.deepEqual(error.details, { service: 'spark-connect', log: 'spark-connect begins\nError: no room' })
      return true
    })
    assert.deepEqual(await states(engine), ['running healthy', 'stopped unknown'])
  })

  it('says the last words of a service that has crashed', async () => {
    const engine = open({ script: `process.on('SIGUSR2', () => { throw new Error('the end') })` })
    await start(engine)
    const { pid } = await stateIn(engine, 'spark-connect')
    process.kill(pid ?? 0, 'SIGUSR2')
    while (await identify(pid ?? 0)) await systemClock.sleep(5)
    const { state, reason } = await stateIn(engine, 'spark-connect')
    assert.deepEqual([state, reason], ['failed', 'Error: the end'])
  })

  it('tries once more when another took the port at the last moment', async () => {
    const engine = open({
      script: `if (!require('fs').existsSync('tried')) { require('fs').writeFileSync('tried', ''); throw new Error('BindException') }`,
    })
    await start(engine)
    assert.deepEqual(await states(engine), ['running healthy', 'running healthy'])
    assert.match(readFileSync(join(ownFolder(), 'logs', 'spark-connect.log.1'), 'utf8'), /BindException/)
  })

  it('ends what it was starting when it is cancelled', async () => {
    const engine = open({ script: `require('fs').writeFileSync('pid', String(process.pid)); process.env.PORT = '0'` })
    const pidFile = join(ownFolder(), 'spark-connect', 'pid')
    await start(engine, 's3')
    await engine.prepare(['spark-connect'], () => {}, never)
    const abort = new AbortController()
    const starting = engine.start('spark-connect', abort.signal)
    while (!existsSync(pidFile)) await systemClock.sleep(5)
    abort.abort()
    await assert.rejects(starting, { name: 'AbortError' })
    assert.equal(await identify(Number(readFileSync(pidFile, 'utf8'))), undefined)
  })

  it('finds what was started by a process that died before it could say so', async function () {
    if (process.platform !== 'linux') this.skip()
    const engine = open()
    await start(engine)
    const file = join(ownFolder(), 'stack.json')
    const pid = (await stateIn(engine, 'spark-connect')).pid ?? 0
    await forget(file, 'spark-connect', await markOf(pid))
    const found = await stateIn(engine, 'spark-connect')
    assert.deepEqual([found.pid, found.health], [pid, 'healthy'])
    await engine.stop('spark-connect', never)
    assert.equal(await identify(pid), undefined)
    await start(engine, 'spark-connect')
    await crashService(engine, 'spark-connect')
    await forget(file, 'spark-connect', 'nobody-has-this-mark')
    assert.deepEqual(await states(engine), ['running healthy', 'stopped unknown'])
  })

  it('takes no service for crashed whose stop was interrupted', async () => {
    const engine = open()
    await start(engine)
    const file = join(ownFolder(), 'stack.json')
    const record = parseRecord(JSON.parse(await readFile(file, 'utf8')))
    const ending = Object.entries(record.services).map(([name, service]) => [name, { ...service, isEnding: true }])
    await writeFile(file, JSON.stringify({ ...record, services: Object.fromEntries(ending) }))
    assert.deepEqual(await states(engine), ['running healthy', 'running healthy'])
    await crashService(engine, 's3')
    assert.deepEqual(await states(engine), ['stopped unknown', 'running healthy'])
  })

  it('removes what a crash left before it starts, and all but the data when it is removed', async () => {
    const engine = open()
    await start(engine)
    const own = join(ownFolder(), 's3')
    await crashService(engine, 's3')
    await writeFile(join(own, 'db.lck'), '')
    await start(engine)
    assert.deepEqual((await readdir(own)).toSorted(), ['data', 'settings'])
    await writeFile(join(own, 'data-journal'), '')
    await engine.remove('s3', never)
    assert.deepEqual((await readdir(own)).toSorted(), ['data', 'data-journal'])
    await writeFile(join(own, 'data', 'table'), 'rows')
    assert.deepEqual(await engine.losses('s3', never), [{ kind: 'folder', name: join(own, 'data'), bytes: 4 }])
  })

  it('opens a terminal with what clients of the service need', async () => {
    const engine = open()
    await assert.rejects(engine.shell('s3', never), { code: 'invalid' })
    await start(engine)
    const secrets = await engine.secrets()
    assert.deepEqual(await engine.shell('s3', never), {
      kind: 'process',
      folder: join(ownFolder(), 's3'),
      env: {
        AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${ports.s3}`,
        AWS_REGION: 'us-east-1',
        AWS_DEFAULT_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: secrets?.s3.accessKeyId,
        AWS_SECRET_ACCESS_KEY: secrets?.s3.secretAccessKey,
        SPARK_REMOTE: `sc://localhost:${ports.spark}/;token=${secrets?.sparkToken}`,
      },
    })
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

async function start(engine: StackEngine, ...names: readonly ServiceName[]): Promise<void> {
  const all = names.length > 0 ? names : (await engine.observe(never)).services.map(({ name }) => name)
  await engine.prepare(all, () => {}, never)
  for (const name of all) await engine.start(name, never)
}

async function states(engine: StackEngine): Promise<string[]> {
  return (await engine.observe(never)).services.map(({ state, health }) => `${state} ${health}`)
}

/** Makes the discovery file what it is when the starter of a service dies just after its start. */
async function forget(file: string, name: string, mark: string): Promise<void> {
  const record: { services: Record<string, object>; starting: Record<string, object> } = JSON.parse(await readFile(file, 'utf8'))
  const { [name]: started, ...services } = record.services
  await writeFile(file, JSON.stringify({ ...record, services, starting: { [name]: { ...started, mark } } }))
}

async function markOf(pid: number): Promise<string> {
  const environment = await readFile(`/proc/${pid}/environ`, 'latin1')
  return /DATAFLOW_SERVICE_MARK=([\w-]+)/.exec(environment)?.[1] ?? ''
}
