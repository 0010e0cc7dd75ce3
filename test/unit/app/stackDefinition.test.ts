import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDefinition } from '#app/stackDefinition.ts'
import { isProblem } from '#base/errors.ts'
import { isActive } from '#compose/roles.ts'

const never = new AbortController().signal

describe('the definition of a stack', () => {
  let projectFolder = ''
  beforeEach(() => void (projectFolder = mkdtempSync(join(tmpdir(), 'dataflow-definition-'))))
  afterEach(() => rmSync(projectFolder, { recursive: true }))

  const open = (env: Readonly<Record<string, string>> = {}) => openDefinition({ projectFolder, productFolder: process.cwd(), env })
  const write = (name: string, text: string): void => writeFileSync(join(projectFolder, name), text)

  it('is the embedded one in a folder without a compose file, with the core alone', async () => {
    const definition = open()
    const { project, warnings } = await definition.read(never)
    const names = project.services.filter(service => isActive(service, project)).map(({ name }) => name)
    assert.deepEqual([await definition.isOwn(never), names, warnings], [false, ['s3', 'spark-connect'], []])
    const { project: more } = await open({ COMPOSE_PROFILES: 'core,ml' }).read(never)
    assert.deepEqual(
      more.services.filter(service => isActive(service, more)).map(({ name }) => name),
      ['s3', 'spark-connect', 'mlflow'],
    )
  })

  it('is read anew when the file, what overrides it, or .env has changed, and only then', async () => {
    const definition = open()
    write('compose.yaml', 'name: lake\nservices:\n  s3:\n    image: ${IMAGE:-one}\n')
    const first = await definition.read(never)
    assert.equal(await definition.read(never), first)
    write('.env', 'IMAGE=two\n')
    const second = await definition.read(never)
    write('compose.override.yaml', 'services:\n  s3:\n    image: three\n')
    const third = await definition.read(never)
    assert.deepEqual(
      [first, second, third].map(({ project }) => project.services[0]?.image),
      ['one', 'two', 'three'],
    )
  })

  it('is read anew when an env_file has changed', async () => {
    const definition = open()
    write('compose.yaml', 'services:\n  s3:\n    image: one\n    env_file: keys\n')
    write('keys', 'KEY=a\n')
    const first = await definition.read(never)
    write('keys', 'KEY=b\n')
    const second = await definition.read(never)
    assert.deepEqual(
      [first, second].map(({ project }) => project.services[0]?.environment['KEY']),
      ['a', 'b'],
    )
  })

  it('is refused with file, line and reason', async () => {
    write('docker-compose.yml', 'services:\n  s3:\n    image: one\n    healthchek: {}\n    prots: []\n')
    await assert.rejects(
      open().read(never),
      error =>
        isProblem(error, 'invalid') &&
        /^docker-compose\.yml, line 4: .*healthchek/.test(error.message) &&
        /5:5 .*prots/.test(error.hint ?? '') &&
        String(error.details?.['diagnostics']).startsWith(join(projectFolder, 'docker-compose.yml:4:5 ')),
    )
  })
})
