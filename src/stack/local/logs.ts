import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import type { Clock } from '#base/clock.ts'
import type { LogOptions } from '#stack/engine.ts'
import type { LogLine, ServiceName } from '#stack/types.ts'
import { logEnd, type LogPosition } from './logTail.ts'
import { logTime } from './logTime.ts'
import { serviceOf } from './record.ts'

const pollMs = 250
/** Of one log in one round; the rest comes in the next. */
const roundBytes = 256 * 1024
/** A longer line is cut into several. */
const longestLine = 64 * 1024

const ending = '.log'

interface Dated {
  readonly line: LogLine
  /** Its own time, else that of the line before it. */
  readonly order: number
}

/** The last lines of services, the runs before included, merged by time; then what comes, across restarts, until aborted. */
export async function* readLogs(
  folder: string,
  services: readonly ServiceName[],
  { tail, follow }: LogOptions,
  clock: Clock,
  signal: AbortSignal,
): AsyncIterable<LogLine> {
  const followers = new Map<string, Follower>()
  const ends: Dated[] = []
  for (const { service, file } of await logsOf(folder, services)) {
    const end = await tailOf(file, tail)
    const lines = follow && end.isOpen ? end.lines.slice(0, -1) : end.lines
    ends.push(...dated(service, lines, end.writtenAt))
    followers.set(file, new Follower(service, file, end.position))
  }
  yield* merged(ends)
  if (!follow) return
  while (await hasSlept(clock, signal)) {
    for (const { service, file } of await logsOf(folder, services)) {
      if (!followers.has(file)) followers.set(file, new Follower(service, file, undefined))
    }
    const rounds = await Promise.all([...followers.values()].map(follower => follower.read(clock.now())))
    yield* merged(rounds.flat())
  }
}

/** The logs of services that are there, those of all their processes. */
async function logsOf(folder: string, services: readonly ServiceName[]): Promise<readonly { service: ServiceName; file: string }[]> {
  const names = await readdir(folder).catch(() => [])
  return names
    .filter(name => name.endsWith(ending))
    .map(name => ({ service: serviceOf(name.slice(0, -ending.length)), file: join(folder, name) }))
    .filter(({ service }) => services.includes(service))
    .toSorted((a, b) => services.indexOf(a.service) - services.indexOf(b.service) || (a.file < b.file ? -1 : 1))
}

interface Tail {
  readonly lines: readonly string[]
  readonly writtenAt: number
  readonly position: LogPosition | undefined
  /** The last line is not complete yet. */
  readonly isOpen: boolean
}

/** Of this run, and of the one before where this one is short. */
async function tailOf(file: string, lines: number): Promise<Tail> {
  const now = await logEnd(file, lines)
  const missing = lines - (now?.lines.length ?? 0)
  const before = missing > 0 ? await logEnd(`${file}.1`, missing) : undefined
  return {
    lines: [...(before?.lines ?? []), ...(now?.lines ?? [])],
    writtenAt: now?.writtenAt ?? before?.writtenAt ?? 0,
    position: now?.position,
    isOpen: now?.isOpen ?? false,
  }
}

/** What is new in one log, also after another file has taken its name. */
class Follower {
  readonly #service: ServiceName
  readonly #file: string
  #position: LogPosition | undefined
  #decoder = new StringDecoder('utf8')
  #rest = ''
  #order = 0

  constructor(service: ServiceName, file: string, position: LogPosition | undefined) {
    this.#service = service
    this.#file = file
    this.#position = position
  }

  async read(now: number): Promise<readonly Dated[]> {
    const read = dated(this.#service, await this.#newLines(), this.#order || now)
    this.#order = read.at(-1)?.order ?? this.#order
    return read
  }

  async #newLines(): Promise<readonly string[]> {
    const here = await stat(this.#file).catch(() => undefined)
    if (!here) return []
    const at = (this.#position ??= { inode: here.ino, offset: 0 })
    if (at.inode === here.ino) {
      if (here.size < at.offset) this.#restart(here.ino)
      return (await this.#take(this.#file)).lines
    }
    // The end of the run before lies under its new name.
    const { lines, isAll } = await this.#take(`${this.#file}.1`)
    if (!isAll) return lines
    const last = this.#rest === '' ? [] : [this.#rest]
    this.#restart(here.ino)
    return [...lines, ...last, ...(await this.#take(this.#file)).lines]
  }

  #restart(inode: number): void {
    this.#position = { inode, offset: 0 }
    this.#decoder = new StringDecoder('utf8')
    this.#rest = ''
  }

  /** Complete lines from the position on, which moves behind what was read; none of a file that is another. */
  async #take(file: string): Promise<{ lines: readonly string[]; isAll: boolean }> {
    const handle = await open(file, 'r').catch(() => undefined)
    const at = this.#position
    if (!handle || !at) return { lines: [], isAll: true }
    try {
      if ((await handle.stat()).ino !== at.inode) return { lines: [], isAll: true }
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(roundBytes), 0, roundBytes, at.offset)
      this.#position = { inode: at.inode, offset: at.offset + bytesRead }
      const lines = (this.#rest + this.#decoder.write(buffer.subarray(0, bytesRead))).split(/\r?\n/)
      const isCut = (lines.at(-1)?.length ?? 0) >= longestLine
      this.#rest = isCut ? '' : (lines.pop() ?? '')
      return { lines, isAll: bytesRead < roundBytes }
    } finally {
      await handle.close()
    }
  }
}

/** @param before order of lines that come before the first with a time */
function dated(service: ServiceName, lines: readonly string[], before: number): readonly Dated[] {
  const times = lines.map(logTime)
  let order = times.find(time => time !== null) ?? before
  return lines.map((text, index) => {
    const time = times[index] ?? null
    order = Math.max(order, time ?? order)
    return { line: { service, text, stream: 'stdout', time }, order }
  })
}

/** Lines of one service keep their order where their times are equal. */
function* merged(lines: readonly Dated[]): Iterable<LogLine> {
  for (const { line } of lines.toSorted((a, b) => a.order - b.order)) yield line
}

/** False once aborted. */
async function hasSlept(clock: Clock, signal: AbortSignal): Promise<boolean> {
  if (!signal.aborted) await clock.sleep(pollMs, signal).catch(() => undefined)
  return !signal.aborted
}
