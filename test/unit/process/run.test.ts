import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '#base/clock.ts'
import { isProblem } from '#base/errors.ts'
import { identify } from '#process/processId.ts'
import { runCommand } from '#process/run.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const forever = 'setInterval(() => {}, 1000)'

describe('a command that is run', () => {
  const folder = temporaryFolder()

  it('gives its lines as they come, and its exit code', async () => {
    const seen: string[] = []
    const command = {
      command: process.execPath,
      args: ['-e', 'console.log("a"); process.exitCode = 3'],
      env: {},
      onLine: (line: string) => seen.push(line),
    }
    assert.deepEqual(await runCommand(command, new AbortController().signal), { exitCode: 3, lines: ['a'] })
    assert.deepEqual(seen, ['a'])
  })

  it('is named when there is no such program', async () => {
    const run = runCommand({ command: '/no/such', args: [], env: {} }, new AbortController().signal)
    await assert.rejects(run, error => isProblem(error, 'notFound') && error.message.includes('/no/such'))
  })

  it('ends with all it started when it is aborted', async () => {
    const file = join(folder(), 'pid')
    const script = `const c = require('child_process').spawn(process.execPath, ['-e', '${forever}'], {stdio: 'inherit'}); require('fs').writeFileSync(${JSON.stringify(file)}, String(c.pid)); console.log('ready'); ${forever}`
    const abort = new AbortController()
    const run = runCommand({ command: process.execPath, args: ['-e', script], env: {}, onLine: () => abort.abort() }, abort.signal)
    await assert.rejects(run, { name: 'AbortError' })
    const child = Number(await readFile(file, 'utf8'))
    while (await identify(child)) await systemClock.sleep(10)
  })
})
