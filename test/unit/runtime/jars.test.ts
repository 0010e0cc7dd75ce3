import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { isProblem } from '#base/errors.ts'
import { ivyModule, parseJarList } from '#runtime/jars.ts'

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
