// https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach: a frame is a byte for the
// stream (1 stdout, 2 stderr), three of zero, four for the length, and one message. With a terminal there are no frames.

export interface LogEntry {
  /** As the engine wrote it: RFC 3339 with nanoseconds; empty where it is missing. */
  readonly stamp: string
  readonly text: string
  readonly stream: 'stdout' | 'stderr'
}

const headerBytes = 8
const stderrType = 2
/** What is longer is cut, and says so. */
export const longestLineBytes = 32 * 1024
const stampPattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?/
const longestStamp = 40

interface Unfinished {
  parts: Buffer[]
  bytes: number
}

/** Bytes of a log, with time stamps, as lines. An engine gives a long line in several messages, each with a stamp. */
export class LogParser {
  readonly #hasTty: boolean
  #rest: Buffer = Buffer.alloc(0)
  readonly #unfinished: Record<LogEntry['stream'], Unfinished> = { stdout: nothing(), stderr: nothing() }

  constructor(hasTty: boolean) {
    this.#hasTty = hasTty
  }

  push(chunk: Uint8Array): LogEntry[] {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    return this.#hasTty ? this.#take('stdout', bytes) : this.#frames(Buffer.concat([this.#rest, bytes]))
  }

  /** What has no end of line yet. */
  end(): LogEntry[] {
    return (['stdout', 'stderr'] as const).flatMap(stream => (this.#unfinished[stream].bytes > 0 ? [this.#finish(stream)] : []))
  }

  #frames(bytes: Buffer): LogEntry[] {
    const entries: LogEntry[] = []
    let at = 0
    while (bytes.length - at >= headerBytes) {
      const length = bytes.readUInt32BE(at + 4)
      const end = at + headerBytes + length
      if (bytes.length < end) break
      const stream = bytes[at] === stderrType ? 'stderr' : 'stdout'
      entries.push(...this.#take(stream, withoutRepeatedStamp(bytes.subarray(at + headerBytes, end), this.#unfinished[stream])))
      at = end
    }
    this.#rest = Buffer.from(bytes.subarray(at))
    return entries
  }

  #take(stream: LogEntry['stream'], bytes: Buffer): LogEntry[] {
    const entries: LogEntry[] = []
    let at = 0
    for (let newline = bytes.indexOf(10); newline >= 0; newline = bytes.indexOf(10, at)) {
      this.#add(stream, bytes.subarray(at, newline))
      entries.push(this.#finish(stream))
      at = newline + 1
    }
    if (at < bytes.length) this.#add(stream, bytes.subarray(at))
    return entries
  }

  #add(stream: LogEntry['stream'], part: Buffer): void {
    const unfinished = this.#unfinished[stream]
    if (unfinished.bytes <= longestLineBytes + longestStamp) unfinished.parts.push(Buffer.from(part))
    unfinished.bytes += part.length
  }

  #finish(stream: LogEntry['stream']): LogEntry {
    const line = Buffer.concat(this.#unfinished[stream].parts)
    this.#unfinished[stream] = nothing()
    const stamp = stampPattern.exec(line.toString('latin1', 0, longestStamp))
    const body = stamp ? line.subarray(stamp[0].length) : line
    const isCut = body.length > longestLineBytes
    const text = body.toString('utf8', 0, longestLineBytes).replace(/\r$/, '')
    return { stamp: stamp?.[1] ?? '', text: isCut ? `${text}…` : text, stream }
  }
}

function nothing(): Unfinished {
  return { parts: [], bytes: 0 }
}

function withoutRepeatedStamp(message: Buffer, { bytes }: Unfinished): Buffer {
  if (bytes === 0) return message
  const stamp = stampPattern.exec(message.toString('latin1', 0, longestStamp))
  return stamp ? message.subarray(stamp[0].length) : message
}
