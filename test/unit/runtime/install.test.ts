import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '#base/clock.ts'
import { installOnce } from '#runtime/install.ts'
import { uvProgress } from '#runtime/pythonEnvironment.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

describe('an installation', () => {
  const folder = temporaryFolder()
  const signal = new AbortController().signal
  const install = (make: (temporary: string) => Promise<void>, abort = signal): Promise<string> =>
    installOnce(join(folder(), 'tools', 'it'), { clock: systemClock, report: () => {}, make }, abort)

  it('is made once, by whoever asks first', async () => {
    let made = 0
    const make = async (temporary: string): Promise<void> => writeFile(join(temporary, 'n'), String((made += 1)))
    await Promise.all([install(make), install(make), install(make)])
    assert.equal(await readFile(join(folder(), 'tools', 'it', 'n'), 'utf8'), '1')
    assert.deepEqual(await readdir(join(folder(), 'tools')), ['it'])
  })

  it('leaves nothing behind when it fails or is cancelled', async () => {
    await assert.rejects(
      install(async temporary => {
        await mkdir(join(temporary, 'half'))
        throw new Error('no network')
      }),
      /no network/,
    )
    const abort = new AbortController()
    await assert.rejects(
      install(async () => abort.abort(), abort.signal),
      { name: 'AbortError' },
    )
    assert.deepEqual(await readdir(join(folder(), 'tools')), [])
  })

  it('removes the half that a killed process has left, and no other', async () => {
    const tools = join(folder(), 'tools')
    for (const name of ['it.part-1234', 'item.part-1234']) await mkdir(join(tools, name, 'half'), { recursive: true })
    await install(() => Promise.resolve())
    assert.deepEqual((await readdir(tools)).toSorted(), ['it', 'item.part-1234'])
  })

  it('tells what uv is doing, and how many packages are there', () => {
    const told: unknown[] = []
    const line = uvProgress('Spark', 3, progress => told.push(progress))
    const lines = [
      'Resolved 3 packages in 2s',
      'Downloading numpy (16.1MiB)',
      ' Downloaded numpy',
      '   Building pyspark==4.2.0',
      'Prepared 3 packages in 9s',
    ]
    for (const text of lines) line(text)
    assert.deepEqual(told, [
      { step: 'Spark: downloading numpy (16.1MiB)', done: 0, total: 3 },
      { step: 'Spark: building pyspark==4.2.0', done: 1, total: 3 },
      { step: 'Spark: compiling', done: 3, total: 3 },
    ])
  })
})
