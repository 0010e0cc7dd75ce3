import { spawn } from 'node:child_process'
import { mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { asError, LakehouseError } from '#base/errors.ts'
import { identify, type ProcessId } from './processId.ts'

/** A process that outlives its starter. */
export interface Launch {
  readonly command: string
  /** Seen by every user of the machine: never a secret. */
  readonly args: readonly string[]
  /** The whole environment, secrets included. */
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  /** Takes what the process prints; the log of the run before is kept beside it as `<file>.1`. */
  readonly logFile: string
}

/**
 * Starts a process in a session of its own, so that neither the end of this process nor Ctrl-C in its terminal ends it.
 *
 * @throws LakehouseError `failed` when it cannot be started; one that ends at once is just not alive.
 */
export async function startDetached({ command, args, env, cwd, logFile }: Launch): Promise<ProcessId> {
  await mkdir(dirname(logFile), { recursive: true, mode: 0o700 })
  await rename(logFile, `${logFile}.1`).catch(ignoreAbsent)
  const log = await open(logFile, 'a', 0o600)
  try {
    const child = spawn(command, args, { cwd, env: { ...env }, detached: true, stdio: ['ignore', log.fd, log.fd], windowsHide: true })
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', reject)
    })
    child.unref()
    const pid = child.pid ?? 0
    return (await identify(pid)) ?? { pid, started: 'ended before it could be seen' }
  } catch (cause) {
    throw new LakehouseError('failed', `Cannot start ${command}: ${asError(cause).message}.`, { cause, hint: `Its log is ${logFile}.` })
  } finally {
    await log.close()
  }
}

function ignoreAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}
