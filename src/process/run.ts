import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { asError, LakehouseError } from '#base/errors.ts'
import { signalGroup } from './stop.ts'

const keptLines = 200

export interface Command {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Every line of both outputs, as it comes. */
  readonly onLine?: (line: string) => void
}

export interface CommandResult {
  readonly exitCode: number
  /** The last 200 lines of both outputs. */
  readonly lines: readonly string[]
}

/**
 * Runs a command to its end; an abort ends it with all its children and rejects with the abort reason.
 *
 * @throws LakehouseError `notFound` when there is no such program.
 */
export async function runCommand({ command, args, env, cwd, onLine }: Command, signal: AbortSignal): Promise<CommandResult> {
  signal.throwIfAborted()
  const child = spawn(command, args, {
    env: { ...env },
    ...(cwd === undefined ? {} : { cwd }),
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  })
  const lines: string[] = []
  const take = (line: string): void => {
    lines.push(line)
    if (lines.length > keptLines) lines.shift()
    onLine?.(line)
  }
  for (const output of [child.stdout, child.stderr]) createInterface({ input: output }).on('line', take)
  const kill = (): void => void signalGroup(child.pid ?? 0, 'SIGKILL').catch(() => undefined)
  signal.addEventListener('abort', kill, { once: true })
  try {
    await once(child, 'close')
  } catch (cause) {
    throw new LakehouseError('notFound', `Cannot run ${command}: ${asError(cause).message}.`, { cause })
  } finally {
    signal.removeEventListener('abort', kill)
  }
  signal.throwIfAborted()
  return { exitCode: child.exitCode ?? -1, lines }
}
