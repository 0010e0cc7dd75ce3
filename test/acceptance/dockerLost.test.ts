import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { systemClock } from '#base/clock.ts'
import { isProblem } from '#base/errors.ts'
import { webService, type DockerProject } from '../support/dockerProject.ts'
import { openOwnFolder, openOwnProject, OwnEngine, ownImage as image } from '../support/ownDocker.ts'

const never = new AbortController().signal

describe('The docker engine that is killed', function () {
  this.timeout(120_000)
  let folder: string
  let own: OwnEngine
  let project: DockerProject

  before(async function () {
    folder = openOwnFolder(this)
    own = new OwnEngine(folder)
    await own.start()
    project = await openOwnProject(own)
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

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; !(await isSo()); await systemClock.sleep(50)) {
    if (Date.now() > end) throw new Error(`Not in time: ${what}`)
  }
}
