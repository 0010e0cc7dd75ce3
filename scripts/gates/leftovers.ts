import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** A variable that everything a run starts inherits, so that what is left of it can be found. */
export const runMark = 'DATAFLOW_RUN_MARK'

export interface Leftover {
  readonly pid: number
  readonly command: string
}

const graceMs = 5_000

/**
 * Processes that still carry `mark` in their environment, or name `folder` on their command line, after some seconds of grace;
 * this process and its parents excepted. Linux only: empty elsewhere.
 */
export async function findLeftovers(mark: string, folder: string): Promise<readonly Leftover[]> {
  if (process.platform !== 'linux') return []
  for (const end = Date.now() + graceMs; ; await sleep(200)) {
    const left = scan(mark, folder)
    if (left.length === 0 || Date.now() > end) return left
  }
}

function scan(mark: string, folder: string): Leftover[] {
  const own = ancestors()
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger)
  return pids.flatMap(pid => {
    if (own.has(pid)) return []
    const command = read(pid, 'cmdline').replaceAll('\0', ' ').trim()
    // A zombie has neither; it ends with its parent.
    const isOurs = command.includes(folder) || read(pid, 'environ').includes(`${runMark}=${mark}`)
    return command !== '' && isOurs ? [{ pid, command: command.slice(0, 200) }] : []
  })
}

function ancestors(): Set<number> {
  const found = new Set<number>()
  for (let pid = process.pid; pid > 0;) {
    found.add(pid)
    const stat = read(pid, 'stat')
    pid = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0)
  }
  return found
}

/** Empty for a process that has gone or is not ours. */
function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return ''
  }
}
