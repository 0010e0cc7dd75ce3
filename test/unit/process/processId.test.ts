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

  it('finds the start time behind a name with spaces and brackets, and none for a zombie', () => {
    const fields = (state: string): string => `7 (a) b (c)) ${state} ${Array.from({ length: 20 }, (_, index) => index + 4).join(' ')}`
    assert.equal(parseStat(fields('S')), '22')
    assert.equal(parseStat(fields('Z')), undefined)
  })
})
