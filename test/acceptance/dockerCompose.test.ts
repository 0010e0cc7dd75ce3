import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDockerBed, type DockerBed } from '../docker/bed.ts'
import { findDockerCompose } from '../support/dockerCompose.ts'
import { createDockerProject, webService, type DockerProject } from '../support/dockerProject.ts'

const never = new AbortController().signal
const names = ['setup', 'store', 'app']

/** Both tools work on one project: what one made, the other leaves alone. */
describe('docker compose and the docker engine', function () {
  this.timeout(120_000)
  let bed: DockerBed
  let words: readonly string[]
  let image: string
  let bin: string
  let project: DockerProject

  before(async function () {
    bed = await openDockerBed(this)
    const found = findDockerCompose()
    if (!found) {
      process.stdout.write('  no docker compose on the path, and DATAFLOW_DOCKER_COMPOSE names none\n')
      this.skip()
    }
    words = found
    image = await bed.image('busybox')
    bin = mkdtempSync(join(tmpdir(), 'dataflow-bin-'))
    // Found as `docker-compose`, whichever way this machine has it.
    writeFileSync(join(bin, 'docker-compose'), `#!/bin/sh\nPATH=${JSON.stringify(process.env['PATH'])} exec ${words.join(' ')} "$@"\n`)
    chmodSync(join(bin, 'docker-compose'), 0o755)
  })
  after(() => {
    if (bin) rmSync(bin, { recursive: true, force: true })
  })
  afterEach(async () => await project.dispose())

  const open = (env: NodeJS.ProcessEnv = { PATH: bin }): void => {
    project = createDockerProject(bed.client, env)
    project.define(
      {
        setup: { image, command: ['sh', '-c', 'echo ready'] },
        store: webService('store', image, {
          environment: { MODE: 'test', EMPTY: '' },
          volumes: ['store:/data', './data/store:/more', './conf:/conf:ro'],
          depends_on: { setup: { condition: 'service_completed_successfully' } },
          labels: { 'dataflow.role': 's3', own: 'label' },
          restart: 'unless-stopped',
          mem_limit: '64m',
          networks: { back: { aliases: ['lake'] } },
        }),
        app: webService('app', image, {
          depends_on: { store: { condition: 'service_healthy' } },
          networks: ['back', 'front'],
          profiles: ['visualization'],
          tmpfs: ['/scratch'],
          extra_hosts: ['host.docker.internal:host-gateway'],
        }),
      },
      { volumes: { store: {} }, networks: { back: {}, front: {} } },
    )
  }
  const compose = (...args: readonly string[]): string => {
    const [command = '', ...first] = words
    const all = [...first, '--profile', '*', ...args]
    return execFileSync(command, all, {
      cwd: project.folder,
      env: { ...process.env, DOCKER_HOST: bed.host },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }
  const ids = (): Promise<string> =>
    bed.client.run([
      'ps',
      '--all',
      '--no-trunc',
      '--filter',
      `label=com.docker.compose.project=${project.name}`,
      '--format',
      '{{.ID}} {{.Names}}',
    ])
  const up = async (): Promise<void> => {
    await project.engine.prepare(names, () => {}, never)
    for (const name of names) await project.engine.start(name, never)
  }
  const states = async (engine = project.engine) =>
    (await engine.observe(never)).services.map(({ name, state, health, isOutdated, isOrphan }) => ({
      name,
      state,
      health,
      isOutdated,
      isOrphan,
    }))
  const standing = [
    { name: 'setup', state: 'stopped', health: 'unknown', isOutdated: false, isOrphan: false },
    { name: 'store', state: 'running', health: 'healthy', isOutdated: false, isOrphan: false },
    { name: 'app', state: 'running', health: 'healthy', isOutdated: false, isOrphan: false },
  ]

  it('finds nothing to change in what the engine made, and takes it down', async () => {
    open()
    await up()
    const before = await ids()
    const listed = compose('ps', '--all', '--format', '{{.Service}} {{.State}} {{.Health}}').trim().split('\n').toSorted()
    assert.deepEqual(
      listed.map(line => line.trim()),
      ['app running healthy', 'setup exited', 'store running healthy'],
    )
    compose('up', '--detach', '--wait', 'store', 'app')
    assert.equal(await ids(), before)
    assert.deepEqual(await states(project.another({ PATH: '' })), standing, 'also where docker compose is not on the path')
    assert.match(compose('logs', 'store'), /store begins/)
    compose('down', '--volumes')
    assert.equal(await ids(), '')
    const left = await bed.client.run(['volume', 'ls', '--quiet', '--filter', `label=com.docker.compose.project=${project.name}`])
    assert.equal(left, '')
    assert.deepEqual(
      (await states()).map(({ state }) => state),
      ['stopped', 'stopped', 'stopped'],
    )
  })

  it('makes what the engine adopts as it is', async () => {
    open()
    compose('up', '--detach', 'store', 'app')
    const before = await ids()
    await project.engine.start('store', never)
    await project.engine.start('app', never)
    assert.deepEqual(await states(), standing)
    assert.equal(await ids(), before)
    await project.engine.stop('app', never)
    assert.match(compose('ps', '--all', '--format', '{{.Service}} {{.State}}'), /^app exited$/m)
    compose('start', 'app')
    assert.notEqual((await states()).find(({ name }) => name === 'app')?.state, 'stopped')
    for (const name of names.toReversed()) await project.engine.erase(name, never)
    assert.equal(compose('ps', '--all', '--quiet').trim(), '')
  })

  it('recreates once what the engine made without knowing it', async () => {
    open({ PATH: '' })
    await up()
    const before = await ids()
    assert.deepEqual(await states(), standing)
    compose('up', '--detach', 'store', 'app')
    const after = await ids()
    assert.notEqual(after, before)
    compose('up', '--detach', 'store', 'app')
    assert.equal(await ids(), after)
    assert.deepEqual(
      (await states(project.another({ PATH: bin }))).map(({ isOutdated }) => isOutdated),
      [false, false, false],
    )
  })
})
