import assert from 'node:assert/strict'
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isProblem } from '#base/errors.ts'
import type { ComposeProject } from '#compose/project.ts'
import { createDockerEngine } from '#stack/docker/dockerEngine.ts'
import type { StackEngine } from '#stack/engine.ts'
import type { StackProgress } from '#stack/types.ts'
import { fakeClock } from '../../../fakes/clock.ts'
import { frame, inspected, startFakeDocker, type FakeDocker } from '../../../fakes/dockerEngine.ts'
import { composeProject, composeService, published } from '../../../support/composeProject.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'

const never = new AbortController().signal
const stamp = '2026-11-24T18:33:00.396661451Z'
const labels = {
  'com.docker.compose.project': 'lake',
  'com.docker.compose.service': 'store',
  'com.docker.compose.container-number': '1',
  'com.docker.compose.config-hash': 'hash of store',
}

const volume = (source: string) => ({ kind: 'volume', source, target: `/${source}`, isReadOnly: false }) as const

describe('the docker engine with what services keep and share', () => {
  const folder = temporaryFolder()
  const messages: string[] = []
  let docker: FakeDocker
  let project: ComposeProject
  let engine: StackEngine

  beforeEach(async () => {
    docker = await startFakeDocker()
    messages.length = 0
    docker.on('GET', /^\/version$/, { json: { Version: '20.10.24', ApiVersion: '1.41' } })
    docker.on('GET', /^\/images\//, { json: { Id: 'sha256:image', RepoDigests: [] } })
    docker.on('GET', /^\/containers\/json$/, { json: [] })
    const log = {
      debug: () => {},
      info: (text: string) => void messages.push(text),
      warn: (text: string) => void messages.push(text),
      error: () => {},
    }
    engine = createDockerEngine({
      projectFolder: folder(),
      definition: () => Promise.resolve(project),
      env: { DOCKER_HOST: docker.host, DATAFLOW_HOME: folder(), PATH: '' },
      clock: fakeClock(),
      log,
    })
  })
  afterEach(async () => await docker.close())

  const running = (id: string, state: object = {}, mounts: readonly object[] = []): void => {
    docker.on('GET', /^\/containers\/json$/, { json: [{ Id: id, Names: ['/lake-store-1'], State: 'running', Labels: labels }] })
    docker.on('GET', new RegExp(`^/containers/${id}/json$`), { json: inspected(id, { state, labels, mounts }) })
  }
  const calls = (method: string): string[] => docker.calls.filter(call => call.method === method).map(({ path }) => path)

  it('makes the networks and volumes that are missing, with the labels of compose', async () => {
    project = composeProject(
      [
        composeService('store', {
          mounts: [{ kind: 'volume', source: 'kept', target: '/data', isReadOnly: false }],
          networks: [
            { name: 'back', aliases: [] },
            { name: 'shared', aliases: [] },
          ],
        }),
      ],
      {
        name: 'lake',
        networks: [
          { name: 'back', engineName: 'lake_back', isExternal: false },
          { name: 'shared', engineName: 'company', isExternal: true },
          { name: 'unused', engineName: 'lake_unused', isExternal: false },
        ],
        volumes: [{ name: 'kept', engineName: 'lake_kept', isExternal: false }],
      },
    )
    docker.on('GET', /^\/networks\/lake_back$/, { status: 404, json: { message: 'no' } })
    docker.on('GET', /^\/networks\/company$/, { json: { Name: 'company', Labels: {} } })
    docker.on('GET', /^\/volumes\/lake_kept$/, { status: 404, json: { message: 'no' } })
    docker.on('POST', /^\/networks\/create$/, { status: 201, json: { Id: 'n' } })
    docker.on('POST', /^\/volumes\/create$/, { status: 201, json: { Name: 'lake_kept' } })
    await engine.prepare(['store'], () => {}, never)
    assert.deepEqual(
      docker.calls.filter(({ method }) => method === 'POST').map(({ body }) => body),
      [
        {
          Name: 'lake_back',
          Driver: 'bridge',
          CheckDuplicate: true,
          Labels: { 'com.docker.compose.project': 'lake', 'com.docker.compose.network': 'back' },
        },
        { Name: 'lake_kept', Labels: { 'com.docker.compose.project': 'lake', 'com.docker.compose.volume': 'kept' } },
      ],
    )
    docker.on('GET', /^\/networks\/company$/, { status: 404, json: { message: 'no' } })
    await assert.rejects(
      engine.prepare(['store'], () => {}, never),
      error => isProblem(error, 'notFound') && error.message.includes('company'),
    )
  })

  it('builds an image with its arguments, tells its log, and says why it fails', async () => {
    const context = join(folder(), 'context')
    mkdirSync(context)
    writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\n')
    project = composeProject([composeService('store', { build: { context, dockerfile: 'Dockerfile', args: { A: '1' }, target: 'end' } })], {
      name: 'lake',
      networks: [],
    })
    docker.on('GET', /^\/images\//, { status: 404, json: { message: 'no' } })
    docker.on('POST', /^\/build$/, {
      lines: [
        { stream: 'Step 1/2 : FROM scratch\n' },
        { stream: '\n' },
        { stream: 'no such word\n' },
        { errorDetail: { message: 'the command returned 3' }, error: 'the command returned 3' },
      ],
    })
    const told: StackProgress[] = []
    await assert.rejects(
      engine.prepare(['store'], progress => void told.push(progress), never),
      error => {
        assert.ok(isProblem(error, 'failed'))
        assert.deepEqual(
          [error.message, error.details?.['log']],
          ['store cannot be built: the command returned 3.', 'Step 1/2 : FROM scratch\nno such word'],
        )
        return true
      },
    )
    assert.deepEqual(
      told.map(({ step }) => step),
      ['Building the image of store', 'Building the image of store: Step 1/2 : FROM scratch', 'Building the image of store: no such word'],
    )
    const { query } = docker.calls.find(({ path }) => path === '/build') ?? {}
    assert.deepEqual(
      [query?.['t'], query?.['dockerfile'], query?.['buildargs'], query?.['target']],
      ['store:1', 'Dockerfile', '{"A":"1"}', 'end'],
    )
    docker.on('POST', /^\/build$/, { lines: [{ error: 'the --mount option requires BuildKit' }] })
    await assert.rejects(
      engine.prepare(['store'], () => {}, never),
      error => isProblem(error, 'failed') && error.hint?.includes('docker compose build') === true,
    )
  })

  it('names the volumes of its project and the data folders of a service, and deletes those that nothing else uses', async () => {
    const bind = (source: string, isReadOnly = false) =>
      ({ kind: 'bind', source: join(folder(), source), target: `/${source}`, isReadOnly }) as const
    for (const path of ['data/store', 'notebooks']) {
      mkdirSync(join(folder(), path), { recursive: true })
      writeFileSync(join(folder(), path, 'file'), '12345')
    }
    project = composeProject(
      [
        composeService('store', {
          mounts: [bind('data/store'), bind('notebooks'), bind('data/conf', true), volume('kept'), volume('busy'), volume('company')],
        }),
      ],
      {
        name: 'lake',
        folder: folder(),
        volumes: [
          { name: 'kept', engineName: 'lake_kept', isExternal: false },
          { name: 'busy', engineName: 'lake_busy', isExternal: false },
          { name: 'company', engineName: 'company', isExternal: true },
        ],
      },
    )
    running('abc', {}, [
      { Type: 'volume', Name: 'lake_old', Destination: '/old' },
      { Type: 'volume', Name: 'company', Destination: '/company' },
    ])
    docker.on('GET', /^\/volumes\/lake_/, ({ path }) => ({
      json: { Name: path.slice(9), Labels: { 'com.docker.compose.project': 'lake' } },
    }))
    docker.on('GET', /^\/volumes\/company$/, { json: { Name: 'company', Labels: {} } })
    docker.on('GET', /^\/system\/df$/, {
      json: {
        Volumes: [
          { Name: 'lake_kept', UsageData: { Size: 42 } },
          { Name: 'lake_busy', UsageData: { Size: -1 } },
        ],
      },
    })
    assert.deepEqual(await engine.losses('store', never), [
      { kind: 'volume', name: 'lake_busy', bytes: null },
      { kind: 'volume', name: 'lake_kept', bytes: 42 },
      { kind: 'volume', name: 'lake_old', bytes: null },
      { kind: 'folder', name: join(folder(), 'data/store'), bytes: 5 },
    ])
    docker.on('POST', /stop$/, { status: 204 })
    docker.on('DELETE', /./, { status: 204 })
    docker.on('DELETE', /^\/volumes\/lake_busy$/, { status: 409, json: { message: 'volume is in use' } })
    await engine.erase('store', never)
    assert.deepEqual(calls('DELETE'), ['/containers/abc', '/volumes/lake_busy', '/volumes/lake_kept', '/volumes/lake_old'])
    assert.deepEqual([existsSync(join(folder(), 'data/store')), existsSync(join(folder(), 'notebooks/file'))], [false, true])
    assert.deepEqual(messages.filter(text => text.includes(' stays: ')).length, 2)
  })

  for (const [what, link, source] of [
    ['the folder of data', 'data', 'data/precious'],
    ['a folder in it', 'data/own', 'data/own/precious'],
    ['what is mounted', 'data/own', 'data/own'],
  ] as const) {
    it(`deletes nothing that lies elsewhere by a link in the place of ${what}`, async () => {
      const [own, elsewhere] = [join(folder(), 'lake'), join(folder(), 'elsewhere')]
      for (const path of [join(own, 'data'), join(elsewhere, 'precious')]) mkdirSync(path, { recursive: true })
      writeFileSync(join(elsewhere, 'precious', 'file'), '12345')
      rmSync(join(own, link), { recursive: true, force: true })
      symlinkSync(elsewhere, join(own, link))
      const mount = { kind: 'bind', source: join(own, source), target: '/x', isReadOnly: false } as const
      project = composeProject([composeService('store', { mounts: [mount] })], { name: 'lake', folder: own, networks: [] })
      docker.on('GET', /^\/networks$/, { json: [] })
      assert.deepEqual(await engine.losses('store', never), [])
      await engine.erase('store', never)
      assert.equal(existsSync(join(elsewhere, 'precious', 'file')), true)
      assert.ok(messages.some(text => text.startsWith(`${mount.source} stays: `)))
    })
  }

  it('deletes no folder that holds those of another service, nor one that a container of another still has', async () => {
    for (const path of ['data/app', 'data/common']) mkdirSync(join(folder(), path), { recursive: true })
    const bind = (source: string) => ({ kind: 'bind', source: join(folder(), source), target: `/${source}`, isReadOnly: false }) as const
    project = composeProject(
      [
        composeService('store', { mounts: [bind('data/common')] }),
        composeService('app', { mounts: [bind('data/app'), bind('data/common')] }),
        composeService('jupyter', { mounts: [bind('data')] }),
      ],
      { name: 'lake', folder: folder(), networks: [] },
    )
    running('abc')
    const listed = [{ Id: 'abc', Names: ['/lake-store-1'], State: 'running', Labels: labels }]
    docker.on('GET', /^\/containers\/json$/, ({ query }) => {
      return { json: /service=(?!store)/.test(query['filters'] ?? '') ? [] : listed }
    })
    assert.deepEqual(await engine.losses('jupyter', never), [])
    await engine.erase('jupyter', never)
    await engine.erase('app', never)
    assert.deepEqual(
      ['data/app', 'data/common'].map(path => existsSync(join(folder(), path))),
      [false, true],
    )
  })

  it('removes the networks of a project with its last container', async () => {
    project = composeProject([composeService('store')], { name: 'lake' })
    docker.on('GET', /^\/networks$/, {
      json: [
        { Name: 'lake_default', Labels: {} },
        { Name: 'lake_busy', Labels: {} },
      ],
    })
    docker.on('DELETE', /^\/networks\/lake_default$/, { status: 204 })
    docker.on('DELETE', /^\/networks\/lake_busy$/, { status: 403, json: { message: 'network has active endpoints' } })
    await engine.remove('store', never)
    assert.deepEqual(calls('DELETE'), ['/networks/lake_default', '/networks/lake_busy'])
  })

  it('keeps that a container was asked to end, until it ends by itself', async () => {
    project = composeProject([composeService('store')], { name: 'lake' })
    const ended = { Running: false, ExitCode: 137, FinishedAt: stamp }
    running('abc', ended)
    const state = async () => (await engine.observe(never)).services[0]?.state
    assert.equal(await state(), 'failed')
    docker.on('POST', /stop$/, { status: 304 })
    await engine.stop('store', never)
    assert.equal(await state(), 'stopped')
    running('abc', { ...ended, FinishedAt: '2026-11-24T19:00:00Z' })
    assert.equal(await state(), 'failed')
  })

  it('refuses a number of containers that cannot be, and keeps one that can until the definition changes', async () => {
    project = composeProject(
      [
        composeService('store', { ports: [published(9000, 9000)] }),
        composeService('worker'),
        composeService('named', { containerName: 'own' }),
      ],
      { name: 'lake' },
    )
    await assert.rejects(engine.scale('store', 2, never), error => isProblem(error, 'unsupported') && error.message.includes('9000'))
    await assert.rejects(engine.scale('named', 2, never), error => isProblem(error, 'unsupported'))
    await assert.rejects(engine.scale('worker', 0, never), error => isProblem(error, 'invalid'))
    await engine.scale('worker', 3, never)
    const wanted = async () => (await engine.observe(never)).services.find(({ name }) => name === 'worker')?.replicas.wanted
    assert.equal(await wanted(), 3)
    project = composeProject([composeService('worker', { scale: 2 })], { name: 'lake' })
    assert.equal(await wanted(), 2)
  })

  it('gives up a service with the words of its health check and the end of its log', async () => {
    project = composeProject([composeService('store')], { name: 'lake' })
    running('abc', { Running: true, Health: { Status: 'starting' } })
    docker.on('GET', /^\/containers\/abc\/json$/, {
      json: inspected('abc', { state: { Health: { Status: 'unhealthy', Log: [{ Output: 'no heartbeat' }] } }, labels }),
    })
    docker.on('POST', /\/(?:stop|start)$/, { status: 204 })
    docker.on('GET', /logs$/, { bytes: frame('stdout', `${stamp} last words\n`) })
    await assert.rejects(engine.start('store', never), error => {
      assert.ok(isProblem(error, 'failed'))
      assert.deepEqual(
        [error.message, error.details],
        ['store runs, but its health check fails: no heartbeat.', { service: 'store', log: 'last words' }],
      )
      return true
    })
    const lines = await Array.fromAsync(engine.logs(['store'], { tail: 1, follow: false }, never))
    assert.deepEqual(lines, [{ service: 'store', text: 'last words', stream: 'stdout', time: Date.parse(stamp) }])
  })

  it('starts nothing after what has failed', async () => {
    project = composeProject(
      [
        composeService('store'),
        composeService('app', {
          dependsOn: [{ service: 'store', condition: 'service_completed_successfully', isRequired: true, restarts: false }],
        }),
      ],
      { name: 'lake' },
    )
    docker.on('GET', /logs$/, { bytes: new Uint8Array() })
    await assert.rejects(engine.start('app', never), error => isProblem(error, 'failed') && error.message === 'store has not run yet.')
    running('abc', { Running: false, ExitCode: 5, FinishedAt: stamp })
    await assert.rejects(engine.start('app', never), error => isProblem(error, 'failed') && error.message.includes('exit 5'))
    assert.deepEqual(calls('POST'), [])
  })

  it('opens no terminal in what does not run', async () => {
    project = composeProject([composeService('store')], { name: 'lake' })
    await assert.rejects(engine.shell('store', never), error => isProblem(error, 'failed') && error.message === 'store is not running.')
  })
})
