import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { systemClock } from '#base/clock.ts'
import { isProblem } from '#base/errors.ts'
import type { StackProgress } from '#stack/types.ts'
import { openDockerBed, type DockerBed } from '../docker/bed.ts'
import { startRegistry, type TestRegistry } from '../docker/registry.ts'
import { createDockerProject, type DockerProject } from '../support/dockerProject.ts'

const never = new AbortController().signal
const layerBytes = 3_000_000

describe('images of the docker engine', function () {
  this.timeout(180_000)
  let bed: DockerBed
  let busybox: string
  let registry: TestRegistry
  let project: DockerProject
  const made = new Set<string>()

  before(async function () {
    bed = await openDockerBed(this)
    const started = await startRegistry()
    if (!started) {
      process.stdout.write('  no registry: docker-registry is not installed\n')
      this.skip()
    }
    registry = started
    busybox = await bed.image('busybox')
  })
  beforeEach(() => {
    project = createDockerProject(bed.client)
  })
  afterEach(async () => {
    await project.dispose()
    for (const image of made) await bed.client.run(['image', 'rm', '--force', image]).catch(() => undefined)
    made.clear()
  })
  after(async () => await registry?.stop())

  /** An image of several layers of noise, in the registry only; its reference and its digest. */
  const publish = async (name: string): Promise<{ readonly reference: string; readonly digest: string }> => {
    const folder = join(project.folder, name)
    mkdirSync(folder, { recursive: true })
    for (const part of ['a', 'b', 'c']) writeFileSync(join(folder, part), randomBytes(layerBytes))
    writeFileSync(join(folder, 'Dockerfile'), `FROM ${busybox}\nCOPY a /a\nCOPY b /b\nCOPY c /c\n`)
    const local = `dftest-local/${name}:1`
    await bed.client.run(['build', '--quiet', '--tag', local, folder])
    const reference = await registry.push(bed.client, local, `dftest/${name}:1`)
    await bed.client.run(['image', 'rm', '--force', local])
    made.add(reference)
    const response = await fetch(`http://${registry.address}/v2/dftest/${name}/manifests/1`, {
      method: 'HEAD',
      headers: { accept: 'application/vnd.docker.distribution.manifest.v2+json' },
    })
    const digest = response.headers.get('docker-content-digest') ?? ''
    made.add(`${reference.replace(/:1$/, '')}@${digest}`)
    return { reference, digest }
  }
  const prepare = async (...services: readonly string[]): Promise<StackProgress[]> => {
    const told: StackProgress[] = []
    await project.engine.prepare(services, progress => void told.push(progress), never)
    return told
  }
  const has = async (image: string): Promise<boolean> =>
    (await bed.client.run(['images', '--quiet', '--no-trunc', image.replace(/@.*/, '')])) !== ''

  it('come from a registry by digest, with the bytes of all layers summed, several at once', async () => {
    const [one, two] = [await publish('one'), await publish('two')]
    project.define({
      one: { image: `${one.reference}@${one.digest}`, command: ['true'] },
      two: { image: two.reference, command: ['true'] },
    })
    const told = await prepare('one', 'two')
    for (const service of ['one', 'two']) {
      const own = told.filter(progress => progress.service === service)
      const sums = own.filter(({ step }) => step === `Getting the image of ${service}`)
      assert.ok(sums.length > 0, 'the download is told')
      assert.ok(
        own.every(({ done = 0, total }) => total === undefined || done <= total),
        'never more than all',
      )
      const last = own.at(-1)
      assert.equal(last?.step, `Unpacking the image of ${service}`)
      assert.ok((last?.total ?? 0) >= 3 * layerBytes, `${last?.total} bytes`)
      assert.equal(last?.done, last?.total)
    }
    await project.engine.start('one', never)
    assert.deepEqual(await prepare('one', 'two'), [], 'what is there is not asked for')
  })

  it('end with the registry in mind when the tag or the host does not exist', async () => {
    const { reference } = await publish('three')
    project.define({ tag: { image: `${reference}0` }, host: { image: 'registry.invalid/none:1' }, closed: { image: '127.0.0.1:9/none:1' } })
    await assert.rejects(prepare('tag'), error => isProblem(error, 'notFound') && error.message.includes(`${reference}0`))
    await assert.rejects(prepare('host'), error => isProblem(error, 'unreachable') && error.details?.['service'] === 'host')
    await assert.rejects(prepare('closed'), error => isProblem(error, 'unreachable'))
  })

  it('stop coming when they are no longer wanted', async () => {
    const { reference, digest } = await publish('four')
    const slow = await slowDoor(registry.address)
    try {
      const image = reference.replace(registry.address, slow.address)
      project.define({ four: { image: `${image}@${digest}` } })
      const abort = new AbortController()
      const pulling = project.engine.prepare(['four'], ({ done = 0 }) => done > 0 && abort.abort(), abort.signal)
      await assert.rejects(pulling, { name: 'AbortError' })
      assert.equal(await has(image), false)
    } finally {
      slow.close()
    }
  })

  it('fail when the registry dies on the way', async () => {
    const { reference } = await publish('five')
    const slow = await slowDoor(registry.address)
    const image = reference.replace(registry.address, slow.address)
    project.define({ five: { image } })
    const pulling = project.engine.prepare(['five'], ({ done = 0 }) => done > 0 && slow.close(), never)
    await assert.rejects(pulling, error => isProblem(error, 'unreachable') && error.message.includes('five'))
    assert.equal(await has(image), false)
  })

  it('are built from their folder without what .dockerignore names', async () => {
    const context = join(project.folder, 'context')
    mkdirSync(join(context, 'kept/deep'), { recursive: true })
    mkdirSync(join(context, 'node_modules/x'), { recursive: true })
    for (const file of ['one.txt', 'kept/two.txt', 'kept/deep/three.log', 'node_modules/x/four.txt', 'secret.env'])
      writeFileSync(join(context, file), file)
    writeFileSync(join(context, '.dockerignore'), '*\n!kept\n!one.txt\nkept/**/*.log\n')
    writeFileSync(
      join(context, 'Dockerfile.own'),
      `FROM ${busybox} AS base\nARG WORD=none\nRUN echo "$WORD" >/word\nFROM base AS end\nCOPY . /all\n`,
    )
    const image = `dftest-built-${process.pid}`
    made.add(image)
    project.define({
      built: {
        image,
        build: { context: './context', dockerfile: 'Dockerfile.own', args: { WORD: 'told' }, target: 'end' },
        command: ['sh', '-c', 'cat /word; cd /all; find . -type f | sort; exec sleep 60'],
        init: true,
      },
    })
    const told = await prepare('built')
    assert.ok(told.some(({ step }) => step.startsWith('Building the image of built: Step 1/')))
    await project.engine.start('built', never)
    const lines = await Array.fromAsync(project.engine.logs(['built'], { tail: 10, follow: false }, never))
    assert.deepEqual(
      lines.map(({ text }) => text),
      ['told', './kept/two.txt', './one.txt'],
    )
    assert.deepEqual(await prepare('built'), [])
  })

  it('say with the last lines why they cannot be built', async () => {
    mkdirSync(join(project.folder, 'context'))
    writeFileSync(join(project.folder, 'context/Dockerfile'), `FROM ${busybox}\nRUN echo "some words" && exit 3\n`)
    project.define({ broken: { build: './context' }, absent: { build: './nowhere' } })
    await assert.rejects(
      prepare('broken'),
      error => isProblem(error, 'failed') && String(error.details?.['log']).includes('some words') && error.message.includes('exit 3'),
    )
    await assert.rejects(prepare('absent'), error => isProblem(error, 'notFound') && error.message.includes('nowhere/Dockerfile'))
  })
})

interface Door {
  readonly address: string
  close(): void
}

/** A way to a registry on which bytes of layers go slowly, and that can be shut. */
async function slowDoor(address: string): Promise<Door> {
  const [host = '', port = ''] = address.split(':')
  const server = createServer((incoming, outgoing) => {
    const { method, url: path, headers } = incoming
    const onward = request({ host, port, method, path, headers }, answer => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
      const isLayer = path?.includes('/blobs/') && Number(answer.headers['content-length'] ?? 0) > layerBytes / 2
      void trickle(answer, outgoing, isLayer ? 50 : 0)
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  const close = (): void => {
    server.close()
    server.closeAllConnections()
  }
  return { address: `127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}`, close }
}

async function trickle(from: IncomingMessage, to: ServerResponse, pauseMs: number): Promise<void> {
  for await (const chunk of from) {
    if (to.destroyed) return
    to.write(chunk)
    await systemClock.sleep(pauseMs)
  }
  to.end()
}
