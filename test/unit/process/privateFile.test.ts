import assert from 'node:assert/strict'
import { readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readJsonFile, writePrivateFile } from '#process/privateFile.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

describe('a private file', () => {
  const folder = temporaryFolder()

  it('is for its owner only, as is its folder, and is replaced whole', async () => {
    const file = join(folder(), 'stack', 'stack.json')
    await writePrivateFile(file, '{"n":1}')
    await writePrivateFile(file, '{"n":2}')
    assert.deepEqual(await readJsonFile(file), { n: 2 })
    assert.deepEqual(await readdir(join(folder(), 'stack')), ['stack.json'])
    const modes = await Promise.all([file, join(folder(), 'stack')].map(async path => (await stat(path)).mode & 0o777))
    assert.deepEqual(modes, process.platform === 'win32' ? modes : [0o600, 0o700])
  })

  it('reads as absent when it is absent or torn', async () => {
    const torn = join(folder(), 'torn.json')
    await writeFile(torn, '{"n":')
    assert.deepEqual([await readJsonFile(torn), await readJsonFile(join(folder(), 'none.json'))], [undefined, undefined])
  })
})
