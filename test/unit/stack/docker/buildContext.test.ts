import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { buildContext } from '#stack/docker/buildContext.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'

describe('the context of a build', () => {
  const folder = temporaryFolder()

  const packed = async (ignore: string | undefined, dockerfile = 'Dockerfile'): Promise<string[]> => {
    const files = ['Dockerfile', 'docker/Own', 'a.txt', 'a.log', 'node_modules/x/y.js', 'src/one.ts', 'src/deep/two.ts', 'src/deep/two.log']
    for (const file of files) {
      mkdirSync(dirname(join(folder(), file)), { recursive: true })
      writeFileSync(join(folder(), file), file)
    }
    if (ignore !== undefined) writeFileSync(join(folder(), '.dockerignore'), ignore)
    const tar = await buffer(await buildContext({ context: folder(), dockerfile, args: {} }))
    const list = execFileSync('tar', ['--list', '--file', '-'], { input: tar, encoding: 'utf8' })
    return list
      .split('\n')
      .filter(name => name !== '' && statSync(join(folder(), name)).isFile())
      .toSorted()
  }

  it('is all of its folder where nothing is ignored', async () => {
    assert.deepEqual(await packed(undefined), [
      'Dockerfile',
      'a.log',
      'a.txt',
      'docker/Own',
      'node_modules/x/y.js',
      'src/deep/two.log',
      'src/deep/two.ts',
      'src/one.ts',
    ])
  })

  it('leaves out what is ignored, with folders', async () => {
    assert.deepEqual(await packed('# build\nnode_modules\n**/*.log\n'), [
      '.dockerignore',
      'Dockerfile',
      'a.txt',
      'docker/Own',
      'src/deep/two.ts',
      'src/one.ts',
    ])
  })

  it('takes back what an exception names, also below an ignored folder', async () => {
    assert.deepEqual(await packed('*\n!src/deep/*.ts\n'), ['.dockerignore', 'Dockerfile', 'src/deep/two.ts'])
  })

  it('is not sent where nobody can tell what is ignored', async () => {
    mkdirSync(join(folder(), '.dockerignore'))
    await assert.rejects(buildContext({ context: folder(), dockerfile: 'Dockerfile', args: {} }), { code: 'denied' })
  })

  it('always has its Dockerfile, wherever it lies', async () => {
    assert.deepEqual(await packed('*\n', 'docker/Own'), ['.dockerignore', 'docker/Own'])
  })
})
