import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isProblem } from '#base/errors.ts'
import { readProject } from '#compose/readProject.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const never = new AbortController().signal

describe('the compose project of a folder', () => {
  const folder = temporaryFolder()

  it('is undefined where there is no compose file', async () => {
    mkdirSync(join(folder(), 'compose.yaml'))
    write('other.yaml', 'services: {}')
    assert.equal(await readProject(folder(), {}, never), undefined)
  })

  it('comes from the first compose file, the first override, .env and the files that services name', async () => {
    write('docker-compose.yaml', 'no: compose file')
    write('docker-compose.yml', 'name: n\nservices: {a: {image: "x:$TAG", env_file: [own.env, {path: none.env, required: false}]}}')
    write('docker-compose.override.yaml', 'no: override')
    write('docker-compose.override.yml', 'services: {a: {init: true}}')
    write('.env', 'TAG=1\nOUT=env\n')
    write('own.env', 'A=$OUT')
    const reading = await readProject(folder(), { TAG: '2' }, never)
    const project = reading?.kind === 'project' ? reading.project : assert.fail(JSON.stringify(reading))
    assert.deepEqual(
      project.files,
      ['docker-compose.yml', 'docker-compose.override.yml'].map(name => join(folder(), name)),
    )
    assert.deepEqual(
      project.services.map(({ image, init, environment }) => ({ image, init, environment })),
      [{ image: 'x:2', init: true, environment: { A: 'env' } }],
    )
  })

  it('is refused with the paths of the files', async () => {
    write('compose.yaml', 'services: {a: {image: x, env_file: none.env}}')
    const reading = await readProject(folder(), {}, never)
    assert.deepEqual(reading?.kind === 'refused' ? reading.diagnostics : [], [
      { file: join(folder(), 'compose.yaml'), line: 1, column: 36, message: `There is no file ${join(folder(), 'none.env')}.` },
    ])
  })

  for (const [what, make] of [
    ['a device', (path: string) => symlinkSync('/dev/zero', path)],
    ['a pipe', (path: string) => void execFileSync('sh', ['-c', 'mkfifo "$0"', path])],
    ['megabytes long', (path: string) => writeFileSync(path, '#'.repeat(1_000_001))],
  ] as const) {
    it(`is not read where a file is ${what}`, async function () {
      if (process.platform === 'win32') this.skip() // has no such files
      write('compose.yaml', 'services: {a: {image: x, env_file: own.env}}')
      make(join(folder(), 'own.env'))
      const why = (error: unknown): boolean => isProblem(error, 'invalid') && error.message.startsWith(join(folder(), 'own.env'))
      await assert.rejects(readProject(folder(), {}, never), why)
    })
  }

  it('is not read further once it is not wanted', async () => {
    write('compose.yaml', 'services: {a: {image: x}}')
    const stopped = AbortSignal.abort(new Error('stopped'))
    await assert.rejects(readProject(folder(), {}, stopped), /stopped/)
  })

  function write(name: string, text: string): void {
    writeFileSync(join(folder(), name), text)
  }
})
