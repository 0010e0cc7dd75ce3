import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'

export interface Command {
  /** Names the log file below the log folder. */
  readonly name: string
  readonly argv: readonly [string, ...string[]]
  readonly env?: Readonly<Record<string, string>>
  /** `live`: to the terminal too as it comes; `onFailure`: only when the command fails. */
  readonly show: 'live' | 'onFailure'
}

/** Where every command's whole output is kept. */
export const logFolder = 'build/logs'

/** Runs a command to its end; true when it ended with 0. Its output is kept in build/logs/NAME.log. */
export async function runCommand({ name, argv: [file, ...args], env, show }: Command): Promise<boolean> {
  const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const log = createWriteStream(join(logFolder, `${name}.log`))
  const said: Buffer[] = []
  const take = (chunk: Buffer): void => {
    log.write(chunk)
    if (show === 'live') process.stdout.write(chunk)
    else said.push(chunk)
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  const [code] = await once(child, 'close')
  log.end()
  if (code !== 0) for (const chunk of said) process.stdout.write(chunk)
  return code === 0
}
