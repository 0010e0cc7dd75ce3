import assert from 'node:assert/strict'
import { isProblem } from '#base/errors.ts'
import { silentLog } from '#base/log.ts'
import type { ComposeProject } from '#compose/project.ts'
import { createDockerEngine } from '#stack/docker/dockerEngine.ts'
import type { StackEngine } from '#stack/engine.ts'
import { fakeClock } from '../../../fakes/clock.ts'
import { inspected, startFakeDocker, type FakeDocker } from '../../../fakes/dockerEngine.ts'
import { composeProject, composeService, published } from '../../../support/composeProject.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'

const never = new AbortController().signal

const labelsOf = (service: string, hash: string) => ({
  'com.docker.compose.project': 'lake',
  'com.docker.compose.service': service,
  'com.docker.compose.container-number': '1',
  'com.docker.compose.oneoff': 'False',
  'com.docker.compose.config-hash': hash,
})

describe('the docker engine', () => {
  const folder = temporaryFolder()
  let docker: FakeDocker
  let project: ComposeProject
  let engine: StackEngine

  beforeEach(async () => {
    docker = await startFakeDocker()
    docker.on('GET', /^\/version$/, { json: { Version: '20.10.24', ApiVersion: '1.41' } })
    docker.on('GET', /^\/networks\//, { json: { Name: 'lake_default', Labels: { 'com.docker.compose.network': 'default' } } })
    docker.on('GET', /^\/images\//, { json: { Id: 'sha256:image', RepoDigests: [] } })
    project = composeProject([composeService('store', { ports: [published(9000, 9000)] }), composeService('app')], {
      name: 'lake',
      networks: [{ name: 'default', engineName: 'lake_default', isExternal: false }],
    })
    engine = createDockerEngine({
      projectFolder: folder(),
      definition: () => Promise.resolve(project),
      env: { DOCKER_HOST: docker.host, DATAFLOW_HOME: folder(), PATH: '' },
      clock: fakeClock(),
      log: silentLog,
    })
  })
  afterEach(async () => await docker.close())

  const contain = (
    containers: readonly {
      readonly id: string
      readonly service: string
      readonly hash?: string
      readonly state?: object
      readonly image?: string
    }[],
  ): void => {
    docker.on('GET', /^\/containers\/json$/, ({ query }) => ({
      json: containers
        .filter(
          ({ service }) => !query['filters']?.includes('compose.service=') || query['filters'].includes(`compose.service=${service}"`),
        )
        .map(({ id, service, hash }) => ({
          Id: id,
          Names: [`/lake-${service}-1`],
          State: 'running',
          Labels: labelsOf(service, hash ?? `hash of ${service}`),
        })),
    }))
    for (const { id, service, hash, state = {}, image } of containers) {
      const more = { state, labels: labelsOf(service, hash ?? `hash of ${service}`), ...(image === undefined ? {} : { image }) }
      docker.on('GET', new RegExp(`^/containers/${id}/json$`), { json: inspected(id, more) })
    }
  }
  /** What was asked for since the last time, without what only looks. */
  const changes = (): string[] =>
    docker.calls
      .filter(({ method }) => method !== 'GET')
      .map(({ method, path, query }) => `${method} ${path}${query['name'] === undefined ? '' : ` ${query['name']}`}`)

  it('looks with one list, and an inspection of each container and image', async () => {
    contain([
      { id: 'c1', service: 'store', hash: 'other', state: { Health: { Status: 'healthy' } } },
      { id: 'c2', service: 'app', image: 'sha256:older' },
      { id: 'c3', service: 'gone' },
    ])
    const { services } = await engine.observe(never)
    assert.deepEqual(
      services.map(({ name, state, health, isOutdated, isOrphan, replicas }) => [name, state, health, isOutdated, isOrphan, replicas]),
      [
        ['store', 'running', 'healthy', true, false, { running: 1, wanted: 1 }],
        ['app', 'running', 'unknown', true, false, { running: 1, wanted: 1 }],
        ['gone', 'running', 'unknown', false, true, { running: 1, wanted: 0 }],
      ],
    )
    await engine.observe(never)
    const looks = [
      '/containers/json',
      '/containers/c1/json',
      '/containers/c2/json',
      '/containers/c3/json',
      '/images/app:1/json',
      '/images/store:1/json',
    ]
    assert.deepEqual(docker.calls.map(({ path }) => path).toSorted(), [...looks, ...looks, '/version'].toSorted())
  })

  it('makes the new container before it ends the old one', async () => {
    contain([{ id: 'old123456789abc', service: 'app', hash: 'other' }])
    docker.on('POST', /^\/containers\/create$/, { status: 201, json: { Id: 'new' } })
    docker.on('POST', /\/(?:stop|start)$/, { status: 204 })
    docker.on('POST', /\/rename$/, { status: 204 })
    docker.on('DELETE', /^\/containers\/old/, { status: 204 })
    docker.on('GET', /^\/containers\/new\/json$/, { json: inspected('new', { state: { Health: { Status: 'healthy' } } }) })
    await engine.start('app', never)
    assert.deepEqual(changes(), [
      'POST /containers/create old123456789_lake-app-1',
      'POST /containers/old123456789abc/stop',
      'DELETE /containers/old123456789abc',
      'POST /containers/new/rename lake-app-1',
      'POST /containers/new/start',
    ])
  })

  it('keeps the new container when it is called off while the old one goes', async () => {
    const calledOff = new AbortController()
    contain([{ id: 'old', service: 'app', hash: 'other' }])
    docker.on('POST', /^\/containers\/create$/, { status: 201, json: { Id: 'new' } })
    docker.on('POST', /\/(?:stop|rename)$/, { status: 204 })
    docker.on('DELETE', /^\/containers\/old$/, () => {
      calledOff.abort(new Error('called off'))
      return { status: 204 }
    })
    await assert.rejects(engine.start('app', calledOff.signal), /called off/)
    assert.deepEqual(changes(), [
      'POST /containers/create old_lake-app-1',
      'POST /containers/old/stop',
      'DELETE /containers/old',
      'POST /containers/new/rename lake-app-1',
    ])
  })

  it('leaves the old container alone when the engine refuses the new one', async () => {
    contain([{ id: 'old', service: 'app', hash: 'other' }])
    docker.on('POST', /^\/containers\/create$/, { status: 400, json: { message: 'invalid mount config' } })
    await assert.rejects(engine.start('app', never), error => isProblem(error, 'invalid') && error.message.includes('invalid mount config'))
    assert.deepEqual(changes(), ['POST /containers/create old_lake-app-1'])
  })

  it('makes a container anew whose network is gone', async () => {
    contain([{ id: 'old', service: 'app', state: { Running: false } }])
    docker.on('POST', /^\/containers\/old\/start$/, { status: 404, json: { message: 'network 123 not found' } })
    docker.on('POST', /^\/containers\/create$/, { status: 201, json: { Id: 'new' } })
    docker.on('POST', /\/(?:stop|rename)$/, { status: 204 })
    docker.on('POST', /^\/containers\/new\/start$/, { status: 204 })
    docker.on('DELETE', /^\/containers\/old$/, { status: 204 })
    docker.on('GET', /^\/containers\/new\/json$/, { json: inspected('new', { state: { Health: { Status: 'healthy' } } }) })
    await engine.start('app', never)
    assert.ok(changes().includes('POST /containers/new/start'))
  })

  it('names the port that another container holds', async () => {
    contain([])
    docker.on('GET', /^\/containers\/json$/, ({ query }) => ({
      json:
        query['filters'] === undefined
          ? [{ Id: 'x', Names: ['/squatter'], State: 'running', Labels: {}, Ports: [{ PrivatePort: 80, PublicPort: 9000, Type: 'tcp' }] }]
          : [],
    }))
    docker.on('POST', /^\/containers\/create$/, { status: 201, json: { Id: 'new' } })
    docker.on('GET', /^\/containers\/new\/json$/, { json: inspected('new', { state: { Running: false } }) })
    docker.on('POST', /^\/containers\/new\/start$/, {
      status: 500,
      json: { message: 'driver failed programming external connectivity: Bind for 127.0.0.1:9000 failed: port is already allocated' },
    })
    docker.on('POST', /^\/containers\/new\/stop$/, { status: 304 })
    await assert.rejects(engine.start('store', never), error => {
      assert.ok(isProblem(error, 'conflict'))
      assert.equal(error.message, 'store cannot start: port 9000 is taken by the container squatter.')
      return true
    })
  })

  it('says which image is missing, and does not take another one for it', async () => {
    contain([])
    docker.on('GET', /^\/images\//, { status: 404, json: { message: 'no such image' } })
    await assert.rejects(engine.start('app', never), error => isProblem(error, 'notFound') && error.message.includes('app:1'))
    docker.on('POST', /^\/images\/create$/, { lines: [{ status: 'Pull complete', id: 'a' }] })
    const digest = `sha256:${'a'.repeat(64)}`
    project = composeProject([composeService('app', { image: `app:1@${digest}` })], { name: 'lake' })
    let looks = 0
    docker.on('GET', /^\/images\//, () =>
      (looks += 1) === 1 ? { status: 404, json: { message: 'no' } } : { json: { Id: 'sha256:image', RepoDigests: ['app@sha256:other'] } },
    )
    await assert.rejects(
      engine.prepare(['app'], () => {}, never),
      error => isProblem(error, 'corrupt'),
    )
  })

  it('ends the other downloads when one fails', async () => {
    contain([])
    docker.on('GET', /^\/images\//, { status: 404, json: { message: 'no such image' } })
    const closed = Promise.withResolvers<void>()
    docker.on('POST', /^\/images\/create$/, ({ query }) =>
      query['fromImage'] === 'store'
        ? {
            write: response => {
              response.write('\n')
              response.once('close', closed.resolve)
            },
          }
        : { lines: [{ error: 'manifest unknown' }] },
    )
    await assert.rejects(
      engine.prepare(['store', 'app'], () => {}, never),
      error => isProblem(error, 'notFound') && error.details?.['service'] === 'app',
    )
    await closed.promise
  })

  it('looks for the engine anew after it was lost', async () => {
    contain([])
    await engine.observe(never)
    await docker.die()
    await assert.rejects(engine.observe(never), error => isProblem(error, 'unreachable') && error.message.includes(docker.socketPath))
    await assert.rejects(engine.observe(never), error => isProblem(error, 'unreachable'))
    await docker.live()
    assert.equal((await engine.observe(never)).services.length, 2)
  })

  it('knows no service that the definition does not name', async () => {
    contain([])
    await assert.rejects(engine.start('none', never), error => isProblem(error, 'notFound') && error.hint === 'It has: store, app.')
  })
})
