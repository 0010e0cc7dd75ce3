import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { identify, isAlive, parseStat, self } from '#process/processId.ts'

describe('process identity', () => {
  it('tells this process from a later one with the same number', async () => {
    const me = await self()
    assert.equal(me.pid, process.pid)
    assert.equal(await isAlive(me), true)
    assert.equal(await isAlive({ pid: me.pid, started: `${me.started}0` }), false)
  })

  it('does not know a process that has ended', async () => {
    const child = spawn(process.execPath, ['-e', ''])
    await once(child, 'close')
    assert.equal(await identify(child.pid ?? 0), undefined)
  })

  it('knows no process for what is no number of one', async () => {
    assert.deepEqual(await Promise.all([0, -1, 1.5, Number.NaN].map(identify)), [undefined, undefined, undefined, undefined])
  })

  it('finds the start time behind a name with spaces and brackets, and none for a zombie without threads', () => {
    assert.deepEqual([fields('S', 1), fields('Z', 9), fields('Z', 1)].map(parseStat), ['22', '22', undefined])
  })
})

/** A line of /proc/PID/stat whose fields hold their own number, from the fourth on. */
function fields(state: string, threads: number): string {
  const numbers = Array.from({ length: 20 }, (_, index) => (index === 16 ? threads : index + 4))
  return `7 (a) b (c)) ${state} ${numbers.join(' ')}`
}
