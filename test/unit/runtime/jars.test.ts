import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { systemClock } from '#base/clock.ts'
import { isProblem } from '#base/errors.ts'
import type { InstallProgress } from '#runtime/install.ts'
import { ensureJars, ivyModule, parseJarList } from '#runtime/jars.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const sum = 'a'.repeat(64)

describe('jar lists', () => {
  it('are coordinates with sums, a line each', () => {
    assert.deepEqual(parseJarList(`org.gaul:s3proxy:4.1.0 ${sum}\r\n\n`), [
      { group: 'org.gaul', artifact: 's3proxy', version: '4.1.0', sha256: sum },
    ])
  })

  it('refuse what could leave the folder or the XML', () => {
    for (const line of [`a:../b:1 ${sum}`, `a:"b:1 ${sum}`, 'a:b:1', `a:b ${sum}`, `a:b:1 ${sum}0`]) {
      assert.throws(
        () => parseJarList(line),
        error => isProblem(error, 'invalid'),
        line,
      )
    }
  })

  it('of the product are sound', async () => {
    const counts = await Promise.all(
      ['spark', 's3proxy'].map(async name => parseJarList(await readFile(`locks/${name}-jars.txt`, 'utf8')).length),
    )
    assert.deepEqual(counts, [46, 21])
  })

  it('become an Ivy module of exactly these jars', () => {
    const [jar] = parseJarList(`org.gaul:s3proxy:4.1.0 ${sum}`)
    assert.ok(jar)
    assert.match(ivyModule([jar]), /<dependency org="org.gaul" name="s3proxy" rev="4.1.0" transitive="false" conf="default->master"\/>/)
  })
})

describe('fetching jars', () => {
  const folder = temporaryFolder()

  const fetch = async (
    env: Readonly<Record<string, string>> = {},
    report: (progress: InstallProgress) => void = () => {},
  ): Promise<string> => {
    const listFile = join(folder(), 'list.txt')
    await writeFile(listFile, ['a', 'b', 'c', 'd', 'e'].map(name => `org.example:${name}:1 ${sha256(name)}`).join('\n'))
    const context = { env, cache: join(folder(), 'cache'), clock: systemClock, report }
    // Node runs the fake Ivy as Java would run the real one: what follows the script are arguments.
    const ivy = { java: process.execPath, javaOptions: [resolve('test/fakes/ivy.mjs')], jar: 'ivy.jar' }
    return ensureJars({ name: 'it', title: 'It', listFile }, ivy, context, new AbortController().signal)
  }

  it('gives a folder of exactly these jars, telling how many are there, and keeps it', async () => {
    const told: InstallProgress[] = []
    const jars = await fetch({}, progress => told.push(progress))
    assert.deepEqual((await readdir(jars)).toSorted(), ['a-1.jar', 'b-1.jar', 'c-1.jar', 'd-1.jar', 'e-1.jar'])
    assert.deepEqual(
      told.map(({ done }) => done),
      [0, 1, 2, 3, 4, 5],
    )
    assert.deepEqual(await readdir(join(folder(), 'cache', 'downloads')), [])
    assert.equal(await fetch({ FAKE_IVY_FAILS: '1' }), jars)
  })

  it('deletes and names a jar with other content, and gives nothing', async () => {
    await assert.rejects(
      fetch({ FAKE_IVY_CONTENT: 'a' }),
      error => isProblem(error, 'corrupt') && error.message.includes('org.example:b:1'),
    )
    const [downloads = ''] = await readdir(join(folder(), 'cache', 'downloads'))
    const kept = await readdir(join(folder(), 'cache', 'downloads', downloads))
    assert.deepEqual([kept.includes('a-1.jar'), kept.includes('b-1.jar')], [true, false])
    assert.deepEqual(await readdir(join(folder(), 'cache', 'jars')), [])
    assert.ok(await fetch())
  })

  it('quotes Ivy when it fails', async () => {
    await assert.rejects(
      fetch({ FAKE_IVY_FAILS: '1' }),
      error => isProblem(error, 'failed') && error.message.includes('org.example#a;1: not found'),
    )
  })
})

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
