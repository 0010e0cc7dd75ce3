import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { identify, type ProcessId } from './processId.ts'

const run = promisify(execFile)

/**
 * The leader of the process group in whose environment a variable has this value, which must be unique and without spaces; undefined
 * when there is none, and on Windows, where the environment of another process cannot be seen.
 */
export async function findMarked(variable: string, value: string): Promise<ProcessId | undefined> {
  if (process.platform === 'win32') return undefined
  const mark = `${variable}=${value}`
  const pid = process.platform === 'linux' ? await linuxLeader(mark) : await psLeader(mark)
  return pid === undefined ? undefined : identify(pid)
}

async function linuxLeader(mark: string): Promise<number | undefined> {
  for (const pid of (await readdir('/proc')).filter(name => /^\d+$/.test(name))) {
    // Of processes of other users it cannot be read.
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '')
    if (!environment.split('\0').includes(mark)) continue
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '')
    if (stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2] === pid) return Number(pid)
  }
  return undefined
}

async function psLeader(mark: string): Promise<number | undefined> {
  const { stdout } = await run('ps', ['-axwwE', '-o', 'pid=,pgid=,command='], { maxBuffer: 64 * 1024 * 1024 })
  const lines = stdout.split('\n').filter(line => line.split(/\s+/).includes(mark))
  const pairs = lines.map(line => line.trim().split(/\s+/, 2))
  const leader = pairs.find(([pid, group]) => pid === group)?.[0]
  return leader === undefined ? undefined : Number(leader)
}
