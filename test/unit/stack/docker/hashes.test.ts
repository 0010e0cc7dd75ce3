import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HashSource } from '#stack/docker/hashes.ts'
import { composeProject, composeService } from '../../../support/composeProject.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'

const never = new AbortController().signal
const theirs = 'f'.repeat(64)

describe('the hashes of services', () => {
  const folder = temporaryFolder()

  const setUp = (script: string) => {
    const bin = join(folder(), 'bin')
    mkdirSync(bin)
    const file = join(bin, 'docker-compose')
    writeFileSync(file, `#!/bin/sh\necho "$*" >>${folder()}/asked\n${script}\n`)
    chmodSync(file, 0o755)
    const compose = join(folder(), 'compose.yaml')
    writeFileSync(compose, '{}')
    const project = composeProject([composeService('web', { hash: 'ours' }), composeService('app', { hash: 'ours-too' })], {
      name: 'lake',
      folder: folder(),
      files: [compose],
    })
    return { project, compose, source: new HashSource({ PATH: `${bin}:/bin:/usr/bin` }) }
  }
  const asked = (): string[] =>
    existsSync(join(folder(), 'asked')) ? readFileSync(join(folder(), 'asked'), 'utf8').trim().split('\n') : []

  it('are those of docker compose, asked once while nothing changes', async () => {
    const { project, compose, source } = setUp(`echo "time=now level=warning msg=odd" >&2; echo "web ${theirs}"; echo "app short"`)
    const hashes = await source.read(project, never)
    assert.deepEqual([hashes.of('web'), hashes.of('app'), hashes.of('none')], [theirs, 'ours-too', ''])
    await source.read(project, never)
    assert.deepEqual(asked(), [`--project-directory ${folder()} -p lake -f ${compose} --profile * config --hash *`])
    utimesSync(compose, new Date(), new Date(Date.now() + 5000))
    await source.read(project, never)
    assert.equal(asked().length, 2)
  })

  it('take a container for as defined by either hash, also by our own beside one of compose', async () => {
    const { project, source } = setUp(`echo "web ${theirs}"`)
    const { fits } = await source.read(project, never)
    const label = 'com.docker.compose.config-hash'
    const cases = [
      [{ [label]: theirs }, true],
      [{ [label]: 'ours' }, true],
      [{ [label]: 'other', 'dataflow.config-hash': 'ours' }, true],
      [{ [label]: 'other', 'dataflow.config-hash': 'older' }, false],
      [{ [label]: 'other' }, false],
      [{}, false],
    ] as const
    for (const [labels, expected] of cases) assert.equal(fits('web', labels), expected, JSON.stringify(labels))
    assert.equal(fits('none', {}), false)
  })

  it('are ours where there is no docker compose, or it refuses the file', async () => {
    const { project, source } = setUp('exit 14')
    assert.equal((await source.read(project, never)).of('web'), 'ours')
    assert.equal((await new HashSource({ PATH: folder() }).read(project, never)).of('web'), 'ours')
  })
})
