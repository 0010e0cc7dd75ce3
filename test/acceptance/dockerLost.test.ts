import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '#base/clock.ts'
import { isProblem } from '#base/errors.ts'
import { identify } from '#process/processId.ts'
import { importBusybox } from '../docker/busyboxImage.ts'
import { dockerClient, output } from '../docker/docker.ts'
import { answers, missingForEngine } from '../docker/engine.ts'
import { createDockerProject, webService, type DockerProject } from '../support/dockerProject.ts'

const never = new AbortController().signal
const image = 'dftest/busybox:1'

/** On an engine of its own that touches neither the bridge nor the rules of another one. */
describe('The docker engine that is killed', function () {
  this.timeout(120_000)
  let folder: string
  let own: OwnEngine
  let project: DockerProject

  before(async function () {
    const missing = missingForEngine()
    if (missing.length > 0) {
      process.stdout.write(`  no engine of its own: ${missing.join(', ')} missing\n`)
      this.skip()
    }
    folder = mkdtempSync(join(tmpdir(), 'dflost-'))
    own = new OwnEngine(folder)
    await own.start()
    const client = dockerClient(own.host)
    await importBusybox(client, image)
    project = createDockerProject(client)
    project.define({
      web: webService('web', image),
      talker: { image, command: ['sh', '-c', 'echo "talker begins"; exec sleep 600'], init: true, restart: 'unless-stopped' },
    })
  })
  after(async () => {
    if (!own) return
    await project?.dispose()
    await own.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('is told as lost and as back, and its services are found as they are then', async () => {
    const { engine } = project
    await engine.prepare(['web', 'talker'], () => {}, never)
    for (const name of ['web', 'talker']) await engine.start(name, never)
    let told = 0
    const watch = engine.watch(() => (told += 1))
    const abort = new AbortController()
    const begins: string[] = []
    const reading = (async () => {
      for await (const { service, text } of engine.logs(['web', 'talker'], { tail: 10, follow: true }, abort.signal))
        if (text.endsWith('begins')) begins.push(service)
    })()
    await until('the log is followed', () => begins.length === 2)
    await until('the watch has begun', () => told > 0)

    const toldBefore = told
    await own.kill()
    await assert.rejects(engine.observe(never), error => isProblem(error, 'unreachable') && error.message.includes(own.host))
    await assert.rejects(engine.start('web', never), error => isProblem(error, 'unreachable'))
    await until('the loss is told', () => told > toldBefore)

    const toldLost = told
    await own.start()
    await until('the return is told', () => told > toldLost)
    const { services } = await engine.observe(never)
    assert.ok(['stopped', 'failed'].includes(services.find(({ name }) => name === 'web')?.state ?? ''))
    await engine.start('web', never)
    await engine.start('talker', never)
    const after = await engine.observe(never)
    assert.deepEqual(
      after.services.map(({ name, state }) => [name, state]),
      [
        ['web', 'running'],
        ['talker', 'running'],
      ],
    )
    await until(
      'the logs of both go on',
      () => begins.filter(name => name === 'web').length === 2 && begins.filter(name => name === 'talker').length === 2,
    )
    abort.abort()
    await reading
    watch.dispose()
  })

  it('ends a start that waits for health', async () => {
    const { engine } = project
    project.define({
      slow: { image, command: ['sleep', '600'], init: true, healthcheck: { test: ['CMD', 'false'], interval: '300ms', retries: 1000 } },
    })
    await engine.prepare(['slow'], () => {}, never)
    const starting = engine.start('slow', never)
    const outcome = assert.rejects(starting, error => isProblem(error, 'unreachable'))
    await until(
      'the container runs',
      async () => (await project.client.run(['ps', '--quiet', '--filter', `name=${project.name}-slow`])) !== '',
    )
    await own.kill()
    await outcome
    await own.start()
    assert.notEqual((await engine.observe(never)).services.find(({ name }) => name === 'slow')?.health, 'healthy')
  })
})

class OwnEngine {
  readonly host: string
  readonly #folder: string
  #child: ChildProcess | undefined

  constructor(folder: string) {
    this.#folder = folder
    this.host = `unix://${join(folder, 'docker.sock')}`
  }

  async start(): Promise<void> {
    const at = (name: string): string => join(this.#folder, name)
    const places = ['--data-root', at('data'), '--exec-root', at('exec'), '--pidfile', at('pid'), '--host', this.host]
    const apart = [
      '--bridge=none',
      '--iptables=false',
      '--ip-forward=false',
      '--ip-masq=false',
      '--default-address-pool=base=10.213.0.0/16,size=24',
    ]
    rmSync(at('pid'), { force: true })
    const log = openSync(at('log'), 'a')
    this.#child = spawn('dockerd', [...places, ...apart], { stdio: ['ignore', log, log] })
    closeSync(log)
    await until('the engine answers', async () => {
      if (this.#child?.exitCode !== null) throw new Error(readFileSync(at('log'), 'utf8').slice(-1500))
      return await answers(at('docker.sock'))
    })
  }

  /** As the machine would under memory pressure: nothing is put in order. */
  async kill(): Promise<void> {
    const child = this.#child
    if (!child) return
    const closed = once(child, 'close')
    child.kill('SIGKILL')
    await closed
    await this.#endContainerd()
  }

  async stop(): Promise<void> {
    const child = this.#child
    if (child && child.exitCode === null && child.signalCode === null) {
      const closed = once(child, 'close')
      child.kill('SIGTERM')
      await closed
    }
    await this.#endContainerd()
    const points = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .map(line => line.split(' ')[1] ?? '')
    for (const point of points.filter(path => path.startsWith(`${this.#folder}/`)).toReversed()) await output('umount', ['--lazy', point])
  }

  /** It goes with its engine; where nobody reaps it, the next engine would take the number for a living one. */
  async #endContainerd(): Promise<void> {
    const file = join(this.#folder, 'exec/containerd/containerd.pid')
    const pid = Number(await output('cat', [file]).catch(() => '0'))
    await until('containerd has ended', async () => pid < 2 || (await identify(pid)) === undefined)
    rmSync(file, { force: true })
  }
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; !(await isSo()); await systemClock.sleep(50)) {
    if (Date.now() > end) throw new Error(`Not in time: ${what}`)
  }
}
