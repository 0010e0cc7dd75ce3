import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What the living processes of one group have taken. */
export interface GroupUsage {
  /** Of all processors, since each process began. */
  readonly cpuMs: number
  /** Resident; what processes share counts for each. */
  readonly memoryBytes: number
}

interface Reading extends GroupUsage {
  readonly group: number
}

/** Those of the process groups with these numbers that live. Linux and macOS; empty elsewhere. */
export async function readGroups(groups: ReadonlySet<number>): Promise<ReadonlyMap<number, GroupUsage>> {
  if (process.platform === 'win32' || groups.size === 0) return new Map()
  const readings = process.platform === 'linux' ? await linuxReadings(groups) : await psReadings()
  const found = new Map<number, GroupUsage>()
  for (const { group, cpuMs, memoryBytes } of readings.filter(reading => groups.has(reading.group))) {
    const before = found.get(group) ?? { cpuMs: 0, memoryBytes: 0 }
    found.set(group, { cpuMs: before.cpuMs + cpuMs, memoryBytes: before.memoryBytes + memoryBytes })
  }
  return found
}

/** What is read at one go; then others have their turn. */
const processesAtOnce = 100

/** These files are in memory: to read them at once takes a sixth of the time that the thread pool needs. */
async function linuxReadings(groups: ReadonlySet<number>): Promise<readonly Reading[]> {
  const readings: Reading[] = []
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
  for (const [index, pid] of pids.entries()) {
    if (index % processesAtOnce === 0) await setImmediate()
    const times = parseGroupStat(read(`/proc/${pid}/stat`))
    if (times && groups.has(times.group)) readings.push({ ...times, memoryBytes: parseResident(read(`/proc/${pid}/status`)) })
  }
  return readings
}

/** One clock tick on every Linux of today (sysconf(3), _SC_CLK_TCK). */
const tickMs = 10

/** proc_pid_stat(5): the group is field 5, user and system time 14 and 15. */
export function parseGroupStat(stat: string): Pick<Reading, 'group' | 'cpuMs'> | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [group, user, system] = [2, 11, 12].map(index => Number(fields[index]))
  return group && user !== undefined && system !== undefined ? { group, cpuMs: (user + system) * tickMs } : undefined
}

/** proc_pid_status(5); 0 for a process that has none. */
export function parseResident(status: string): number {
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024
}

/** Empty for a process that has ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

async function psReadings(): Promise<readonly Reading[]> {
  const { stdout } = await run('ps', ['-axo', 'pgid=,rss=,time='], { env: { ...process.env, LC_ALL: 'C' }, maxBuffer: 16 * 1024 * 1024 })
  return stdout.split('\n').flatMap(line => parsePsLine(line) ?? [])
}

/** A line of `ps -o pgid=,rss=,time=`: kilobytes, and `[[days-]hours:]minutes:seconds[.hundredths]`. */
export function parsePsLine(line: string): Reading | undefined {
  const [, group, kilobytes, days, clock] = /^\s*(\d+)\s+(\d+)\s+(?:(\d+)-)?([\d:.]+)\s*$/.exec(line) ?? []
  if (group === undefined || clock === undefined) return undefined
  const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
  return { group: Number(group), cpuMs: Math.round((Number(days ?? 0) * 86_400 + seconds) * 1000), memoryBytes: Number(kilobytes) * 1024 }
}
