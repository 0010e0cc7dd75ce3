import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '#base/clock.ts'
import { isProblem } from '#base/errors.ts'
import { isLocked, withLock } from '#process/lockFile.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

describe('a lock file', () => {
  const folder = temporaryFolder()
  const options = { clock: systemClock, signal: new AbortController().signal }
  const lock = (): string => join(folder(), 'locks', 'it.lock')

  it('lets one in at a time', async () => {
    const told: string[] = []
    const inside = Promise.withResolvers<void>()
    const first = withLock(lock(), options, async () => {
      told.push('first in')
      await inside.promise
      told.push('first out')
    })
    while (!(await isLocked(lock()))) await systemClock.sleep(5)
    const second = withLock(lock(), { ...options, onWait: () => inside.resolve() }, async () => void told.push('second in'))
    await Promise.all([first, second])
    assert.deepEqual(told, ['first in', 'first out', 'second in'])
    assert.deepEqual(await readdir(join(folder(), 'locks')), [])
  })

  it('says where it cannot be written', async () => {
    await writeFile(join(folder(), 'locks'), 'a file in the way')
    assert.equal(await isLocked(lock()), false)
    await assert.rejects(
      withLock(lock(), options, () => assert.fail()),
      error => isProblem(error, 'denied') && error.message.includes(join(folder(), 'locks')),
    )
  })

  it('is free again after a task that failed', async () => {
    await assert.rejects(
      withLock(lock(), options, () => Promise.reject(new Error('no'))),
      /no/,
    )
    assert.equal(await withLock(lock(), options, () => Promise.resolve('yes')), 'yes')
  })

  it('is taken over from a process that has died, by one only', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    await withLock(lock(), options, () => Promise.resolve())
    await writeFile(lock(), JSON.stringify({ pid, started: 'boot:1' }))
    let inside = 0
    let most = 0
    const enter = (): Promise<void> =>
      withLock(lock(), options, async () => {
        most = Math.max(most, (inside += 1))
        await systemClock.sleep(5)
        inside -= 1
      })
    await Promise.all(Array.from({ length: 8 }, enter))
    assert.equal(most, 1)
  })

  it('is taken over when it is torn and old, not while it may still be written', async () => {
    await withLock(lock(), options, () => Promise.resolve())
    await writeFile(lock(), '{"pid":')
    const soon = AbortSignal.timeout(100)
    await assert.rejects(withLock(lock(), { ...options, signal: soon }, () => Promise.resolve()))
    await utimes(lock(), 1, 1)
    assert.equal(await withLock(lock(), options, () => Promise.resolve('mine')), 'mine')
  })

  it('is not waited for after an abort', async () => {
    const abort = new AbortController()
    await withLock(lock(), options, async () => {
      const waiting = withLock(lock(), { ...options, signal: abort.signal, onWait: () => abort.abort() }, () => Promise.resolve())
      await assert.rejects(waiting, { name: 'AbortError' })
    })
    assert.deepEqual(await readdir(join(folder(), 'locks')), [])
  })
})
