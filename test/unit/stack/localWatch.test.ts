import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '#base/clock.ts'
import { identify } from '#process/processId.ts'
import { parseRecord, type StackRecord } from '#stack/local/record.ts'
import { watchHealth } from '#stack/local/watchHealth.ts'
import { watchRecord } from '#stack/local/watchRecord.ts'
import type { StackSnapshot } from '#stack/engine.ts'
import { serviceState } from '../../fakes/stackEngine.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

describe('watching local services', function () {
  this.timeout(20_000)
  const folder = temporaryFolder()

  it('tells of a changed file, also in a folder that comes later, and within two seconds of a killed process', async () => {
    const own = join(folder(), 'stack')
    const sleeper = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' })
    const id = await identify(sleeper.pid ?? 0)
    assert.ok(id)
    let record: StackRecord = parseRecord({})
    let count = 0
    const watch = watchRecord(
      own,
      async () => record,
      () => (count += 1),
    )
    try {
      await mkdir(own)
      await until(() => count > 0)
      record = parseRecord({ services: { s3: { process: id, ports: { main: 9000 }, since: 1, urls: {} } } })
      await writeFile(join(own, 'stack.json'), '{}')
      await until(() => count > 1)
      const before = count
      sleeper.kill('SIGKILL')
      const killed = Date.now()
      await until(() => count > before)
      assert.ok(Date.now() - killed < 2000)
      await rm(own, { recursive: true })
      const gone = count
      await mkdir(own)
      await until(() => count > gone)
    } finally {
      watch.dispose()
      sleeper.kill('SIGKILL')
    }
    const last = count
    await writeFile(join(own, 'stack.json'), '{ }')
    await systemClock.sleep(300)
    assert.equal(count, last)
  })

  it('tells of a service that hangs, once', async () => {
    const turns = [Promise.withResolvers<void>(), Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const clock = { now: () => 0, sleep: () => turns.shift()?.promise ?? new Promise<void>(() => {}) }
    const [first, second, third] = turns
    let health: 'healthy' | 'unhealthy' = 'healthy'
    let looks = 0
    let count = 0
    const observe = async (): Promise<StackSnapshot> => {
      looks += 1
      return { services: [{ ...serviceState('s3', true), health }], endpoints: {} }
    }
    const watch = watchHealth(observe, clock, () => (count += 1))
    await until(() => looks === 1)
    first?.resolve()
    await until(() => looks === 2)
    assert.equal(count, 0)
    health = 'unhealthy'
    second?.resolve()
    await until(() => count === 1)
    third?.resolve()
    await until(() => looks === 4)
    watch.dispose()
    assert.equal(count, 1)
  })
})

async function until(isSo: () => boolean): Promise<void> {
  for (let i = 0; !isSo(); i += 1) {
    assert.ok(i < 1000, 'in time')
    await systemClock.sleep(10)
  }
}
