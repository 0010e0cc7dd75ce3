import type { Clock } from '#base/clock.ts'
import { Channel } from '#base/channel.ts'
import { isProblem } from '#base/errors.ts'
import type { LogOptions } from '#stack/engine.ts'
import type { LogLine, ServiceName } from '#stack/types.ts'
import type { EngineClient } from './client.ts'
import { findContainers, type Found } from './containers.ts'
import { projectEvents } from './events.ts'
import { LogParser, type LogEntry } from './logParser.ts'
import { isUp } from './stand.ts'

/** Lines kept for somebody who reads slower than services write. */
const mostWaiting = 1000

export interface LogSource {
  /** Anew after the engine was lost. */
  readonly connect: (signal: AbortSignal) => Promise<{ readonly client: EngineClient; readonly project: string }>
  readonly clock: Clock
}

/** The last lines of services merged by time, then what they write until the signal ends it, also in containers that come later. */
export async function* readLogs(
  source: LogSource,
  services: readonly ServiceName[],
  { tail, follow }: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  if (!follow) {
    const { client, project } = await source.connect(signal)
    const containers = await findContainers(client, project, signal)
    for (const { line } of await lastLines(client, ofServices(containers, services), tail, signal)) yield line
    return
  }
  const follower = new Follower(source, services, tail, signal)
  try {
    yield* follower.lines
  } finally {
    follower.dispose()
  }
}

interface StampedLine {
  readonly id: string
  readonly stamp: string
  readonly line: LogLine
}

/** The ends of the logs of several containers in one order. */
async function lastLines(client: EngineClient, containers: readonly Found[], tail: number, signal: AbortSignal): Promise<StampedLine[]> {
  const lines = await Promise.all(
    containers.map(async ({ facts, service }) => {
      const parser = new LogParser(facts.hasTty)
      const entries = [...parser.push(await client.log(facts.id, { tail }, signal)), ...parser.end()]
      return entries.map(entry => ({ id: facts.id, stamp: entry.stamp, line: lineOf(service, entry) }))
    }),
  )
  return lines.flat().toSorted((a, b) => (a.line.time ?? 0) - (b.line.time ?? 0) || (a.stamp < b.stamp ? -1 : a.stamp > b.stamp ? 1 : 0))
}

/** Reads one log a container at a time into one channel. */
class Follower {
  readonly #source: LogSource
  readonly #services: readonly ServiceName[]
  readonly #tail: number
  readonly #abort = new AbortController()
  readonly #signal: AbortSignal
  readonly #channel = new Channel<LogLine>(mostWaiting)
  readonly #followed = new Set<string>()
  /** The stamp of the last line of each container that was given. */
  readonly #last = new Map<string, string>()
  #isFirst = true

  constructor(source: LogSource, services: readonly ServiceName[], tail: number, signal: AbortSignal) {
    this.#source = source
    this.#services = services
    this.#tail = tail
    this.#signal = AbortSignal.any([signal, this.#abort.signal])
    this.#signal.addEventListener('abort', () => this.#channel.close(), { once: true })
    this.#run().then(
      () => this.#channel.close(),
      (error: unknown) => this.#channel.close(error),
    )
  }

  get lines(): AsyncIterable<LogLine> {
    return this.#channel
  }

  dispose(): void {
    this.#abort.abort()
  }

  async #run(): Promise<void> {
    for await (const event of projectEvents(this.#source, ['start'], this.#signal)) {
      if (event.kind === 'lost' && !this.#isFirst) continue
      try {
        await this.#attachAll()
      } catch (error) {
        if (this.#isFirst || !isProblem(error)) throw error // later, the engine is being waited for
      }
    }
  }

  async #attachAll(): Promise<void> {
    const { client, project } = await this.#source.connect(this.#signal)
    const containers = ofServices(await findContainers(client, project, this.#signal), this.#services)
    if (this.#isFirst) {
      for (const { id, stamp, line } of await lastLines(client, containers, this.#tail, this.#signal)) {
        this.#last.set(id, stamp)
        await this.#channel.push(line)
      }
      this.#isFirst = false
    }
    for (const container of containers.filter(isUp)) {
      if (!this.#followed.has(container.facts.id)) void this.#follow(client, container)
    }
  }

  /** Ends with the container's run or the engine: the next start or connection begins it again. */
  async #follow(client: EngineClient, { facts: { id, hasTty }, service }: Found): Promise<void> {
    this.#followed.add(id)
    const parser = new LogParser(hasTty)
    try {
      const since = this.#last.get(id)
      const stream = await client.followLog(id, since === undefined ? {} : { since: sinceOf(since) }, this.#signal)
      for await (const chunk of stream) if (chunk instanceof Uint8Array) await this.#give(id, service, parser.push(chunk))
      await this.#give(id, service, parser.end())
    } catch {
      // Whatever broke it is told by the events: they end too, or another start follows.
    } finally {
      this.#followed.delete(id)
    }
  }

  async #give(id: string, service: ServiceName, entries: readonly LogEntry[]): Promise<void> {
    for (const entry of entries) {
      if (entry.stamp !== '' && entry.stamp <= (this.#last.get(id) ?? '')) continue
      if (entry.stamp !== '') this.#last.set(id, entry.stamp)
      await this.#channel.push(lineOf(service, entry))
    }
  }
}

function ofServices(containers: readonly Found[], services: readonly ServiceName[]): Found[] {
  return containers.filter(({ service }) => services.includes(service))
}

function lineOf(service: ServiceName, { stamp, text, stream }: LogEntry): LogLine {
  const time = Date.parse(stamp)
  return { service, text, stream, time: Number.isNaN(time) ? null : time }
}

/** Seconds with all nine digits of the fraction; the engine includes the moment itself. */
function sinceOf(stamp: string): string {
  const fraction = /\.(\d+)/.exec(stamp)?.[1] ?? '0'
  return `${Math.floor(Date.parse(stamp) / 1000)}.${fraction.padEnd(9, '0')}`
}
