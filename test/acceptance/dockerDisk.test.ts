import assert from 'node:assert/strict'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isProblem } from '#base/errors.ts'
import { output } from '../docker/docker.ts'
import { webService, type DockerProject } from '../support/dockerProject.ts'
import { openOwnFolder, openOwnProject, OwnEngine, ownImage as image } from '../support/ownDocker.ts'

const never = new AbortController().signal

describe('The docker engine whose disk is full', function () {
  this.timeout(120_000)
  let folder: string
  let own: OwnEngine
  let project: DockerProject

  before(async function () {
    folder = openOwnFolder(this)
    mkdirSync(join(folder, 'data'))
    await output('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', join(folder, 'data')])
    own = new OwnEngine(folder)
    await own.start()
    project = await openOwnProject(own)
  })
  after(async () => {
    if (!own) return
    await project?.dispose()
    await own.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('says so when it builds an image, and goes on with what is small enough', async () => {
    const context = join(project.folder, 'context')
    mkdirSync(context)
    writeFileSync(join(context, 'Dockerfile'), `FROM ${image}\nRUN dd if=/dev/zero of=/large bs=1M count=100\n`)
    project.define({ large: { image: 'dftest/large', build: './context' }, web: webService('web', image) })
    await assert.rejects(
      project.engine.prepare(['large'], () => {}, never),
      error => {
        assert.ok(isProblem(error))
        assert.match(String(error.details?.['log']), /No space left on device/)
        return true
      },
    )
    await project.engine.prepare(['web'], () => {}, never)
    await project.engine.start('web', never)
    const { services } = await project.engine.observe(never)
    assert.equal(services.find(({ name }) => name === 'web')?.health, 'healthy')
  })
})
