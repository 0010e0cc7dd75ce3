import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { systemClock } from '#base/clock.ts'
import { isProblem } from '#base/errors.ts'
import { freePort } from '#process/ports.ts'
import type { ServiceState } from '#stack/types.ts'
import { openDockerBed, type DockerBed } from '../docker/bed.ts'
import { createDockerProject, webService, type DockerProject } from '../support/dockerProject.ts'

const never = new AbortController().signal

describe('services of the docker engine', function () {
  this.timeout(120_000)
  let bed: DockerBed
  let image: string
  let project: DockerProject

  before(async function () {
    bed = await openDockerBed(this)
    image = await bed.image('busybox')
  })
  beforeEach(() => {
    project = createDockerProject(bed.client)
  })
  afterEach(async () => await project.dispose())

  const start = async (...names: readonly string[]): Promise<void> => {
    await project.engine.prepare(names, () => {}, never)
    for (const name of names) await project.engine.start(name, never)
  }
  const look = async (name: string): Promise<ServiceState> => {
    const { services } = await project.engine.observe(never)
    const found = services.find(service => service.name === name)
    assert.ok(found, `${name} is shown`)
    return found
  }
  const inside = (service: string, ...command: readonly string[]): Promise<string> =>
    bed.client.run(['exec', project.container(service), ...command])

  it('have the ports, names, folders and limits of their definition', async () => {
    const port = await freePort(18_300)
    mkdirSync(join(project.folder, 'conf'))
    writeFileSync(join(project.folder, 'conf/setting'), 'told\n')
    project.define(
      {
        s3: webService('s3', image, {
          container_name: `${project.name}-named`,
          hostname: 'lakehost',
          user: '0:0',
          working_dir: '/etc',
          environment: { WORDS: 'a "b" $$c=d', MINIO_ROOT_USER: 'key', MINIO_ROOT_PASSWORD: 'secret' },
          ports: [`127.0.0.1:${port}:8080`],
          volumes: ['./conf:/conf:ro', './data/s3:/data', 'kept:/kept'],
          networks: { back: { aliases: ['lake'] }, front: {} },
          mem_limit: '64m',
          cpus: 0.5,
          pids_limit: 50,
          shm_size: '16m',
          tmpfs: ['/scratch:size=1m'],
          read_only: true,
          extra_hosts: ['lake.example:10.1.2.3'],
          labels: { own: 'label' },
        }),
        other: { image, command: ['sleep', '600'], init: true, networks: ['back'] },
      },
      { volumes: { kept: {} }, networks: { back: {}, front: {} } },
    )
    await start('s3', 'other')
    const state = await look('s3')
    assert.deepEqual([state.role, state.health, state.port, state.url], ['s3', 'healthy', port, `http://127.0.0.1:${port}`])
    const { endpoints } = await project.engine.observe(never)
    assert.deepEqual(endpoints, { s3: { endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1' } })
    assert.deepEqual(await project.engine.secrets(), { s3: { accessKeyId: 'key', secretAccessKey: 'secret' }, sparkToken: '' })
    const named = (...command: readonly string[]): Promise<string> => bed.client.run(['exec', `${project.name}-named`, ...command])
    const facts = await named(
      'sh',
      '-c',
      'hostname; pwd; echo "$WORDS"; cat /conf/setting; df -k /scratch /dev/shm | awk \'NR > 1 {print $2}\'; touch /own 2>/dev/null || echo no; touch /conf/x 2>/dev/null || echo no; grep -c "10.1.2.3.*lake.example" /etc/hosts',
    )
    assert.deepEqual(facts.split('\n'), ['lakehost', '/etc', 'a "b" $c=d', 'told', '1024', '16384', 'no', 'no', '1'])
    const limits = await bed.client.run([
      'inspect',
      '--format',
      '{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.PidsLimit}} {{index .Config.Labels "own"}} {{len .NetworkSettings.Networks}}',
      `${project.name}-named`,
    ])
    assert.equal(limits, `${64 * 1024 ** 2} 500000000 50 label 2`)
    assert.equal(await inside('other', 'wget', '-q', '-O', '/dev/null', 'http://s3:8080/'), '')
    assert.equal(await inside('other', 'wget', '-q', '-O', '/dev/null', 'http://lake:8080/'), '')
    const usage = (await project.engine.usage(never)).get('s3')
    assert.equal(usage?.memoryLimitBytes, 64 * 1024 ** 2)
    assert.equal((await project.engine.usage(never)).get('other')?.memoryLimitBytes, null)
  })

  it('find a folder to mount that this user has made', async () => {
    project.define({
      keeper: { image, command: ['sh', '-c', 'stat -c %u /one; exec sleep 600'], init: true, volumes: ['./data/deep/one:/one'] },
    })
    await start('keeper')
    const folder = join(project.folder, 'data/deep/one')
    assert.ok(existsSync(folder))
    assert.equal(statSync(folder).uid, process.getuid?.())
  })

  it('name the port that is taken and the container that holds it', async () => {
    const port = await freePort(18_320)
    const holder = `${project.name}-holder`
    await bed.client.run(['run', '--detach', '--init', '--name', holder, '--publish', `127.0.0.1:${port}:80`, image, 'sleep', '600'])
    try {
      project.define({ web: webService('web', image, { ports: [`127.0.0.1:${port}:8080`] }) })
      await assert.rejects(start('web'), error => {
        assert.ok(isProblem(error, 'conflict'))
        assert.equal(error.message, `web cannot start: port ${port} is taken by the container ${holder}.`)
        assert.deepEqual([error.details?.['port'], error.details?.['service']], [port, 'web'])
        return true
      })
      assert.equal((await look('web')).replicas.running, 0)
    } finally {
      await bed.client.run(['rm', '--force', holder])
    }
    await start('web')
    assert.equal((await look('web')).health, 'healthy')
  })

  it('name the process that holds a port', async function () {
    if (process.platform !== 'linux') this.skip()
    const squatter = createServer()
    const port = await freePort(18_340)
    await new Promise<void>(resolve => squatter.listen(port, '127.0.0.1', resolve))
    try {
      project.define({ web: webService('web', image, { ports: [`127.0.0.1:${port}:8080`] }) })
      await assert.rejects(
        start('web'),
        error => isProblem(error, 'conflict') && error.details?.['owner'] === `${comm()} (process ${process.pid})`,
      )
    } finally {
      squatter.close()
    }
  })

  it('are given up with the words of their health check when it fails', async () => {
    project.define({
      sick: {
        image,
        command: ['sh', '-c', 'echo "sick begins"; exec sleep 600'],
        init: true,
        healthcheck: { test: ['CMD-SHELL', 'echo "no heartbeat"; exit 1'], interval: '300ms', retries: 2 },
      },
    })
    await assert.rejects(
      start('sick'),
      error =>
        isProblem(error, 'failed') &&
        error.message === 'sick runs, but its health check fails: no heartbeat.' &&
        error.details?.['log'] === 'sick begins',
    )
    assert.equal((await look('sick')).state, 'stopped')
  })

  it('are given up when they end again and again', async () => {
    project.define({ looping: { image, command: ['sh', '-c', 'echo tried; exit 4'], restart: 'always' } })
    await assert.rejects(start('looping'), error => isProblem(error, 'failed') && error.message.includes('exit 4'))
    assert.equal((await look('looping')).replicas.running, 0)
  })

  it('that begin to fail later are seen as unhealthy, and are mended by a start', async () => {
    project.define({
      web: webService('web', image, { healthcheck: { test: ['CMD', 'test', '-e', '/data/index.html'], interval: '300ms', retries: 2 } }),
    })
    await start('web')
    await inside('web', 'rm', '/data/index.html')
    await until(async () => (await look('web')).health === 'unhealthy')
    await start('web')
    assert.equal((await look('web')).health, 'healthy')
  })

  it('without a health check are asked whether they answer', async () => {
    const { healthcheck: _, ...plain } = { healthcheck: undefined, ...webService('mlflow', image) }
    project.define({
      mlflow: {
        ...plain,
        ports: ['127.0.0.1::5000'],
        command: ['sh', '-c', 'sleep 1; mkdir /data; touch /data/index.html; exec httpd -f -p 5000 -h /data'],
      },
    })
    const before = Date.now()
    await start('mlflow')
    assert.ok(Date.now() - before >= 1000)
    const { health, url } = await look('mlflow')
    assert.equal(health, 'healthy')
    assert.deepEqual((await project.engine.observe(never)).endpoints, { mlflow: { url } })
    await inside('mlflow', 'sh', '-c', 'kill -STOP $(pidof httpd)')
    assert.equal((await look('mlflow')).health, 'unhealthy')
    await inside('mlflow', 'sh', '-c', 'kill -CONT $(pidof httpd)')
  })

  it('run after what must have ended well, and not after what failed', async () => {
    project.define({
      good: { image, command: ['sh', '-c', 'sleep 1; echo made'] },
      bad: { image, command: ['sh', '-c', 'sleep 1; echo spoiled; exit 5'] },
      afterGood: webService('afterGood', image, waits('good')),
      afterBad: webService('afterBad', image, waits('bad')),
    })
    await start('good', 'bad', 'afterGood')
    assert.deepEqual([(await look('good')).state, (await look('afterGood')).health], ['stopped', 'healthy'])
    await assert.rejects(
      start('afterBad'),
      error => isProblem(error, 'failed') && error.message.includes('exit 5') && error.details?.['service'] === 'bad',
    )
    const { state, reason } = await look('bad')
    assert.deepEqual([state, reason], ['failed', 'exit 5'])
  })

  it('run as often as they are scaled, with a port each, until the definition says otherwise', async () => {
    const define = (scale: number): void => project.define({ worker: webService('worker', image, { scale }) })
    define(1)
    await start('worker')
    await project.engine.scale('worker', 3, never)
    assert.deepEqual((await look('worker')).replicas, { running: 3, wanted: 3 })
    const names = await bed.client.run(['ps', '--format', '{{.Names}}', '--filter', `label=com.docker.compose.project=${project.name}`])
    assert.deepEqual(
      names.split('\n').toSorted(),
      [1, 2, 3].map(number => `${project.name}-worker-${number}`),
    )
    await bed.client.run(['kill', `${project.name}-worker-2`])
    assert.equal((await look('worker')).state, 'failed')
    await start('worker')
    assert.deepEqual((await look('worker')).replicas, { running: 3, wanted: 3 })
    define(2)
    await start('worker')
    assert.deepEqual((await look('worker')).replicas, { running: 2, wanted: 2 })
    await project.engine.scale('worker', 1, never)
    assert.deepEqual((await look('worker')).replicas, { running: 1, wanted: 1 })
  })

  it('that the definition does not name any more are shown, and can be ended and removed', async () => {
    project.define({ old: webService('old', image), kept: webService('kept', image) })
    await start('old', 'kept')
    project.define({ kept: webService('kept', image) })
    const { isOrphan, state, replicas } = await look('old')
    assert.deepEqual([isOrphan, state, replicas], [true, 'running', { running: 1, wanted: 0 }])
    await project.engine.stop('old', never)
    assert.equal((await look('old')).state, 'stopped')
    await project.engine.remove('old', never)
    assert.deepEqual(
      (await project.engine.observe(never)).services.map(({ name }) => name),
      ['kept'],
    )
  })

  it('keep what only their container knew when they are made anew', async () => {
    const context = join(project.folder, 'context')
    mkdirSync(context)
    writeFileSync(join(context, 'Dockerfile'), `FROM ${image}\nVOLUME /anonymous\n`)
    const define = (edition: string): void =>
      project.define({
        keeper: {
          image: `dftest-volume-${process.pid}`,
          build: './context',
          command: ['sleep', '600'],
          init: true,
          environment: { EDITION: edition },
        },
      })
    define('one')
    await start('keeper')
    await inside('keeper', 'sh', '-c', 'echo mine >/anonymous/file')
    define('two')
    assert.equal((await look('keeper')).isOutdated, true)
    await start('keeper')
    assert.equal(await inside('keeper', 'sh', '-c', 'cat /anonymous/file; echo $EDITION'), 'mine\ntwo')
    await project.engine.erase('keeper', never)
    await bed.client.run(['image', 'rm', '--force', `dftest-volume-${process.pid}`])
  })

  it('leave the old container as it is when the engine refuses the new definition', async () => {
    project.define({ web: webService('web', image) })
    await start('web')
    const before = await look('web')
    project.define({ web: webService('web', image, { user: 'nobody-knows', working_dir: 'not/absolute' }) })
    await assert.rejects(start('web'), error => isProblem(error))
    const { since, health, isOutdated } = await look('web')
    assert.deepEqual([since, health, isOutdated], [before.since, 'healthy', true])
  })

  it('say what is missing that they call external', async () => {
    project.define(
      { web: webService('web', image, { networks: ['shared'] }) },
      { networks: { shared: { external: true, name: `${project.name}-nowhere` } } },
    )
    await assert.rejects(
      start('web'),
      error => isProblem(error, 'notFound') && error.hint?.includes(`docker network create ${project.name}-nowhere`) === true,
    )
  })

  it('lose their volumes and data folders by an erasure, and nothing that the user wrote', async () => {
    for (const folder of ['notebooks', 'data/web']) mkdirSync(join(project.folder, folder), { recursive: true })
    writeFileSync(join(project.folder, 'notebooks/own.ipynb'), '{}')
    project.define(
      {
        web: webService('web', image, { volumes: ['./data/web:/data', './notebooks:/notebooks', 'store:/store', 'shared:/shared'] }),
        other: webService('other', image, { volumes: ['shared:/shared'] }),
      },
      { volumes: { store: {}, shared: {} } },
    )
    await start('web', 'other')
    const losses = await project.engine.losses('web', never)
    assert.deepEqual(
      losses.map(({ kind, name }) => [kind, name]),
      [
        ['volume', `${project.name}_shared`],
        ['volume', `${project.name}_store`],
        ['folder', join(project.folder, 'data/web')],
      ],
    )
    await project.engine.erase('web', never)
    assert.deepEqual(
      [existsSync(join(project.folder, 'data/web')), readFileSync(join(project.folder, 'notebooks/own.ipynb'), 'utf8')],
      [false, '{}'],
    )
    const volumes = (): Promise<string> =>
      bed.client.run(['volume', 'ls', '--quiet', '--filter', `label=com.docker.compose.project=${project.name}`])
    assert.equal(await volumes(), `${project.name}_shared`)
    await project.engine.erase('other', never)
    assert.equal(await volumes(), '')
    assert.equal(await bed.client.run(['network', 'ls', '--quiet', '--filter', `label=com.docker.compose.project=${project.name}`]), '')
  })

  it('lose also what belongs to the user of a container', async function () {
    if (process.getuid?.() !== 0) this.skip()
    project.define({ web: webService('web', image, { volumes: ['./data/web:/data'] }) })
    mkdirSync(join(project.folder, 'data/web'), { recursive: true })
    const root = dirname(project.folder)
    execFileSync('chown', ['-R', '65534', root])
    const socket = statSync(bed.host.replace('unix://', ''))
    await asUser(65_534, socket.gid, async () => {
      await start('web')
      await inside('web', 'sh', '-c', 'umask 077; mkdir -p /data/deep; touch /data/deep/file /data/.hidden')
      await assert.rejects(rm(join(project.folder, 'data/web'), { recursive: true }), { code: 'EACCES' })
      await project.engine.erase('web', never)
      assert.equal(existsSync(join(project.folder, 'data/web')), false)
    })
  })

  it('fail with a full disk in mind', async () => {
    await bed.client.run([
      'volume',
      'create',
      '--opt',
      'type=tmpfs',
      '--opt',
      'device=tmpfs',
      '--opt',
      'o=size=1m',
      `${project.name}-small`,
    ])
    try {
      project.define(
        { writer: { image, command: ['sh', '-c', 'dd if=/dev/zero of=/small/file bs=1M count=5'], volumes: ['small:/small'] } },
        { volumes: { small: { external: true, name: `${project.name}-small` } } },
      )
      await assert.rejects(
        start('writer'),
        error => isProblem(error, 'failed') && String(error.details?.['log']).includes('No space left on device'),
      )
      await project.engine.remove('writer', never)
    } finally {
      await bed.client.run(['volume', 'rm', `${project.name}-small`])
    }
  })

  it('keep nothing of a terminal that was closed', async () => {
    project.define({ web: webService('web', image) })
    await start('web')
    const shell = await project.engine.shell('web', never)
    assert.ok(shell.kind === 'stream')
    const terminal = await shell.open({ columns: 80, rows: 24 }, never)
    terminal.write(Buffer.from('sleep 1234\n'))
    const running = async (): Promise<string> => await bed.client.run(['top', project.container('web'), '-o', 'pid,args'])
    await until(async () => (await running()).includes('sleep 1234'))
    terminal.dispose()
    await terminal.exit
    await until(async () => !/sleep 1234|\bsh$/m.test(await running()))
  })

  it('are followed in their logs when they are made anew, long lines cut', async () => {
    project.define({ talker: talker(image, 'first') })
    await start('talker')
    const abort = new AbortController()
    const lines: string[] = []
    const reading = (async () => {
      for await (const { text, stream } of project.engine.logs(['talker'], { tail: 10, follow: true }, abort.signal))
        lines.push(`${stream} ${text.length > 100 ? text.length : text}`)
    })()
    await until(() => Promise.resolve(lines.length >= 3))
    project.define({ talker: talker(image, 'second') })
    await start('talker')
    await until(() => Promise.resolve(lines.length >= 6))
    abort.abort()
    await reading
    const cut = `stdout ${32 * 1024 + 1}`
    assert.deepEqual(lines, ['stdout first begins', cut, 'stderr first speaks', 'stdout second begins', cut, 'stderr second speaks'])
  })
})

function talker(image: string, edition: string): object {
  const script = `echo "${edition} begins"; head -c 100000 /dev/zero | tr '\\0' x; echo; sleep 0.3; echo "${edition} speaks" >&2; exec sleep 600`
  return { image, command: ['sh', '-c', script], init: true }
}

function waits(service: string): object {
  return { depends_on: { [service]: { condition: 'service_completed_successfully' } } }
}

/** Runs a task with the rights of another user. */
async function asUser(uid: number, gid: number, task: () => Promise<void>): Promise<void> {
  process.setegid?.(gid)
  process.seteuid?.(uid)
  try {
    await task()
  } finally {
    process.seteuid?.(0)
    process.setegid?.(0)
  }
}

function comm(): string {
  return readFileSync('/proc/self/comm', 'utf8').trim()
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; !(await isSo()); await systemClock.sleep(50)) {
    if (Date.now() > end) throw new Error('Not in time')
  }
}
