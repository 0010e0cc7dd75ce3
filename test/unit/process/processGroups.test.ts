import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { findMarked } from '#process/findMarked.ts'
import { parseGroupStat, parsePsLine, parseResident, readGroups } from '#process/processGroups.ts'
import { signalGroup } from '#process/stop.ts'

describe('a process group', () => {
  it('is read from what Linux and ps print', () => {
    const stat = '71 (a b) c) S 1 70 70 0 -1 4194560 5 0 0 0 250 50 0 0 20 0 9 0 4711 1000 300 18446744073709551615'
    assert.deepEqual(parseGroupStat(stat), { group: 70, cpuMs: 3000 })
    assert.equal(parseGroupStat(''), undefined)
    assert.equal(parseResident('Name:\tx\nVmRSS:\t   2048 kB\n'), 2_097_152)
    assert.equal(parseResident('Name:\tkthreadd\n'), 0)
    assert.deepEqual(parsePsLine('  70   2048 1-02:03:04.50'), { group: 70, cpuMs: 93_784_500, memoryBytes: 2_097_152 })
    assert.deepEqual(parsePsLine('70 1 0:01.25'), { group: 70, cpuMs: 1250, memoryBytes: 1024 })
    assert.equal(parsePsLine('PGID RSS TIME'), undefined)
  })

  it('counts with all that its leader has started, and is found by a mark', async function () {
    if (process.platform === 'win32') this.skip()
    const mark = `mark-${process.pid}-${Date.now()}`
    const script = `require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' }); console.log('.')`
    const leader = spawn(process.execPath, ['-e', `${script}; setInterval(() => {}, 1e6)`], {
      detached: true,
      env: { ...process.env, DATAFLOW_TEST_MARK: mark },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const pid = leader.pid ?? 0
    try {
      await once(leader.stdout, 'data')
      const own = (await readGroups(new Set([pid]))).get(pid)
      assert.ok(own && own.memoryBytes > 2 * 20 * 1024 * 1024, JSON.stringify(own))
      assert.ok(own.cpuMs >= 0)
      assert.equal((await findMarked('DATAFLOW_TEST_MARK', mark))?.pid, pid)
      assert.equal(await findMarked('DATAFLOW_TEST_MARK', `${mark}-other`), undefined)
    } finally {
      await signalGroup(pid, 'SIGKILL')
    }
    assert.equal((await readGroups(new Set([999_999_999]))).size, 0)
  })
})
