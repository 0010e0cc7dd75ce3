import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { shellWord } from '#base/shellWord.ts'

describe('shellWord', () => {
  it('leaves a plain path as it is', () => {
    assert.equal(shellWord('/home/ana/lake-1'), '/home/ana/lake-1')
  })

  for (const text of ['a b', "it's", '$HOME', '$(id)', '`id`', 'a"b', '', '*', 'ü', 'a\nb', '~', '-n;']) {
    it(`gives ${JSON.stringify(text)} to a shell as one word`, function () {
      if (process.platform === 'win32') this.skip() // has no such shell
      assert.equal(execFileSync('sh', ['-c', `printf %s ${shellWord(text)}`], { encoding: 'utf8' }), text)
    })
  }
})
