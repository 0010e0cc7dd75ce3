import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const main = fileURLToPath(import.meta.resolve('#cli/main.ts'))
const golden = new URL('../../golden/usage.txt', import.meta.url)

async function dataflow(...args: string[]): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }> {
  const run = promisify(execFile)(process.execPath, [main, ...args])
  const { stdout, stderr } = await run.catch((error: { stdout: string; stderr: string }) => error)
  return { status: run.child.exitCode ?? -1, stdout, stderr }
}

describe('dataflow as a program', function () {
  this.timeout(20_000)
  it('prints its usage, which stands in test/golden/usage.txt', async () => {
    assert.deepEqual(await dataflow('--help'), { status: 0, stdout: await readFile(golden, 'utf8'), stderr: '' })
  })

  it('prints the version of the product', async () => {
    const manifest = await readFile(new URL('../../../package.json', import.meta.url), 'utf8')
    const [, version] = /"version": "([^"]+)"/.exec(manifest) ?? []
    assert.deepEqual(await dataflow('--version'), { status: 0, stdout: `${version}\n`, stderr: '' })
  })

  it('ends with 2 after wrong usage and prints nothing to the standard output', async () => {
    assert.deepEqual(await dataflow('rows'), { status: 2, stdout: '', stderr: 'dataflow: The table is missing.\nSee dataflow --help.\n' })
  })

  it('says what is wrong as JSON too where that is asked for', async () => {
    const { status, stdout } = await dataflow('rows', '--json')
    assert.equal(status, 2)
    assert.deepEqual(JSON.parse(stdout), { error: { code: 'invalid', message: 'The table is missing.', hint: 'See dataflow --help.' } })
  })
})
