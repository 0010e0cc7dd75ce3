import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { spawn } from 'node:child_process'
import { systemClock } from '#base/clock.ts'
import { isProblem } from '#base/errors.ts'
import { startDetached } from '#process/detached.ts'
import { identify, isAlive, type ProcessId } from '#process/processId.ts'
import { stopProcess } from '#process/stop.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

describe('a detached process', () => {
  const folder = temporaryFolder()
  const started: ProcessId[] = []

  afterEach(async () => {
    for (const id of started.splice(0)) await stopProcess(id, 0, systemClock)
  })

  const start = async (script: string, env: Record<string, string> = {}): Promise<ProcessId> => {
    const logFile = join(folder(), 'logs', 'it.log')
    const id = await startDetached({ command: process.execPath, args: ['-e', script], env, cwd: folder(), logFile })
    started.push(id)
    return id
  }

  it('writes both outputs to its log and gets its secrets by environment', async () => {
    const id = await start('console.log(process.env.SECRET.length); console.error("said")', { SECRET: 'abcdef' })
    await gone(id)
    assert.equal(await readFile(join(folder(), 'logs', 'it.log'), 'utf8'), '6\nsaid\n')
  })

  it('keeps the log of the run before', async () => {
    await gone(await start('console.log("first")'))
    await gone(await start('console.log("second")'))
    assert.equal(await readFile(join(folder(), 'logs', 'it.log.1'), 'utf8'), 'first\n')
    assert.equal(await readFile(join(folder(), 'logs', 'it.log'), 'utf8'), 'second\n')
  })

  it('says what cannot be started', async () => {
    const launch = { command: join(folder(), 'nothing'), args: [], env: {}, cwd: folder(), logFile: join(folder(), 'x.log') }
    await assert.rejects(startDetached(launch), error => isProblem(error, 'failed') && error.message.includes('nothing'))
  })

  it('is killed when it does not end by itself, with its children', async () => {
    const pidFile = join(folder(), 'child')
    const child = `require('fs').writeFileSync(${JSON.stringify(pidFile)}, String(require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']).pid))`
    const id = await start(`process.on('SIGTERM', () => {}); ${child}; setInterval(() => {}, 1000)`)
    const childId = await untilDefined(async () => identify(Number(await readFile(pidFile, 'utf8').catch(() => '0'))))
    await stopProcess(id, 200, systemClock)
    assert.equal(await isAlive(id), false)
    await gone(childId)
  })

  it('is left alone when its number belongs to another process', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true })
    try {
      await once(other, 'spawn')
      await stopProcess({ pid: other.pid ?? 0, started: 'another:1' }, 0, systemClock)
      assert.notEqual(await identify(other.pid ?? 0), undefined)
    } finally {
      other.kill('SIGKILL')
    }
  })

  it('has its children ended when it was killed itself', async () => {
    const pidFile = join(folder(), 'child')
    await writeFile(pidFile, '')
    const child = `require('fs').writeFileSync(${JSON.stringify(pidFile)}, String(require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']).pid))`
    const id = await start(`${child}; setInterval(() => {}, 1000)`)
    const childId = await untilDefined(async () => identify(Number(await readFile(pidFile, 'utf8'))))
    process.kill(id.pid, 'SIGKILL')
    await gone(id)
    assert.equal(await isAlive(childId), true)
    await stopProcess(id, 200, systemClock)
    await gone(childId)
  })
})

async function gone(id: ProcessId): Promise<void> {
  while (await isAlive(id)) await systemClock.sleep(10)
}

async function untilDefined<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    await systemClock.sleep(10)
  }
}
