import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** One process and no other: a number alone comes back after a while, together with the moment of its start it does not. */
export interface ProcessId {
  readonly pid: number
  /** Opaque; equal only for the same process of the same boot. */
  readonly started: string
}

/** The process that has this number now; undefined when there is none, or only a zombie. */
export async function identify(pid: number): Promise<ProcessId | undefined> {
  const started = await startOf(pid)
  return started === undefined ? undefined : { pid, started }
}

/** True while this very process runs. */
export async function isAlive(process: ProcessId): Promise<boolean> {
  return (await startOf(process.pid)) === process.started
}

/** This process itself. */
export async function self(): Promise<ProcessId> {
  const id = await identify(process.pid)
  if (!id) throw new Error('This process cannot see itself in the process table')
  return id
}

/** Whether the process was started since the machine was; false also when that cannot be told. */
export async function isOfThisBoot(process: ProcessId): Promise<boolean> {
  const boot = await bootId()
  return boot !== '' && process.started.startsWith(`${boot}:`)
}

async function startOf(pid: number): Promise<string | undefined> {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined
  if (process.platform === 'linux') return linuxStart(pid)
  return process.platform === 'win32' ? windowsStart(pid) : psStart(pid)
}

async function linuxStart(pid: number): Promise<string | undefined> {
  try {
    const ticks = parseStat(await readFile(`/proc/${pid}/stat`, 'latin1'))
    return ticks === undefined ? undefined : `${await bootId()}:${ticks}`
  } catch {
    return undefined // no such process
  }
}

/**
 * Start in clock ticks after boot (proc_pid_stat(5), field 22); undefined for a dead process or a zombie. One whose other threads
 * are still ending holds its ports, so it is not dead yet.
 */
export function parseStat(stat: string): string | undefined {
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const isDead = state === 'X' || (state === 'Z' && Number(fields[16]) <= 1)
  return isDead ? undefined : fields[18]
}

let knownBoot: string | undefined

async function bootId(): Promise<string> {
  knownBoot ??= await readFile('/proc/sys/kernel/random/boot_id', 'latin1').then(
    text => text.trim(),
    () => '',
  )
  return knownBoot
}

async function psStart(pid: number): Promise<string | undefined> {
  try {
    const { stdout } = await run('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' } })
    const [state = 'Z', ...start] = stdout.trim().split(/\s+/)
    return state.startsWith('Z') ? undefined : start.join(' ')
  } catch {
    return undefined // ps ends with 1 when there is no such process
  }
}

async function windowsStart(pid: number): Promise<string | undefined> {
  try {
    const { stdout } = await run('powershell.exe', ['-NoProfile', '-Command', `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`])
    return stdout.trim() || undefined
  } catch {
    return undefined
  }
}
