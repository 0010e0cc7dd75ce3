import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Clock } from '#base/clock.ts'
import { LakehouseError } from '#base/errors.ts'
import { identify, isAlive, isOfThisBoot, type ProcessId } from './processId.ts'

const run = promisify(execFile)
const pollMs = 50
const killWaitMs = 5000

/**
 * Ends a process started by `startDetached` with everything it started: asks, waits `graceMs`, then kills. A process that is
 * gone, or whose number now belongs to another, is left alone.
 *
 * @throws LakehouseError `timeout` when it survives even that.
 */
export async function stopProcess(process: ProcessId, graceMs: number, clock: Clock): Promise<void> {
  if (!(await isAlive(process))) return stopOrphans(process)
  await signalGroup(process.pid, 'SIGTERM')
  if (await isGone(process, graceMs, clock)) return stopOrphans(process)
  await signalGroup(process.pid, 'SIGKILL')
  if (await isGone(process, killWaitMs, clock)) return
  throw new LakehouseError('timeout', `Process ${process.pid} does not end, even when killed.`, {
    hint: 'It may hang in a disk or network call.',
  })
}

/** As long as one of its children lives, the number of a dead session leader cannot be given away. */
async function stopOrphans(leader: ProcessId): Promise<void> {
  if (process.platform === 'win32' || (await identify(leader.pid)) || !(await isOfThisBoot(leader))) return
  await signalGroup(leader.pid, 'SIGKILL')
}

async function isGone(process: ProcessId, withinMs: number, clock: Clock): Promise<boolean> {
  const end = clock.now() + withinMs
  while (await isAlive(process)) {
    if (clock.now() >= end) return false
    await clock.sleep(pollMs)
  }
  return true
}

/** Signals a whole process group; no group is no failure. */
export async function signalGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (pid <= 1) return // 0 is the caller's own group, 1 everybody
  if (process.platform === 'win32') {
    await run('taskkill', ['/PID', String(pid), '/T', '/F']).catch(() => undefined)
    return
  }
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
