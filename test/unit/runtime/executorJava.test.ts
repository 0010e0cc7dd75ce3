import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '#base/clock.ts'
import { ensureExecutorJava } from '#runtime/executorJava.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

describe('the Java of executors', () => {
  const folder = temporaryFolder()

  it('is that of the stack without the option that it does not take', async function () {
    if (process.platform === 'win32') this.skip()
    const java = join(folder(), "it's java")
    await writeFile(java, '#!/bin/sh\nprintf "<%s>" "$@"\n', { mode: 0o755 })
    const context = { env: {}, cache: folder(), clock: systemClock, report: () => {} }
    const home = await ensureExecutorJava(java, context, new AbortController().signal)
    const args = ['-Xmx1g', '--add-modules=jdk.incubator.vector', '-Dname=two words', '', '--add-modules=jdk.other', 'Main']
    assert.equal(
      execFileSync(join(home, 'bin', 'java'), args, { encoding: 'utf8' }),
      '<-Xmx1g><-Dname=two words><><--add-modules=jdk.other><Main>',
    )
  })
})
