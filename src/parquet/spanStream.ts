import { nextTurn } from '#base/turn.ts'
import type { RangeFile } from './rangeFile.ts'

/** Bytes [start, end) of a file. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** Spans closer than this are fetched together. */
const gapBytes = 32 * 1024

/** How far to fetch before somebody reads. */
export interface ReadAhead {
  /** Bytes fetched at once. */
  readonly window: number
  /** Windows that are under way or waiting while one is decoded. */
  readonly ahead: number
}

/** Spans of a file read once, from front to back. Nothing is fetched before the first read. */
export class SpanStream {
  readonly #source: RangeFile
  readonly #windows: readonly Span[]
  readonly #ahead: number
  readonly #signal: AbortSignal
  readonly #fetched = new Map<Span, Promise<Uint8Array>>()
  #next = 0

  constructor(source: RangeFile, spans: readonly Span[], { window, ahead }: ReadAhead, signal: AbortSignal) {
    this.#source = source
    this.#windows = windowsOf(spans, window)
    this.#ahead = ahead
    this.#signal = signal
  }

  /** Bytes [start, end), which begin no earlier than those before. @throws LakehouseError `corrupt` beyond the end of the file */
  async read(start: number, end: number): Promise<Uint8Array> {
    await this.#advance(start)
    const from = this.#windows[this.#next]
    if (!from || start < from.start) return await this.#source.read(start, end, this.#signal)
    if (end <= from.end) return (await this.#fetch(from)).subarray(start - from.start, end - from.start)
    const whole = new Uint8Array(end - start)
    let at = start
    for (let i = this.#next; at < end; i += 1) {
      const window = this.#windows[i]
      if (!window || window.start > at) {
        whole.set(await this.#source.read(at, end, this.#signal), at - start)
        break
      }
      const bytes = (await this.#fetch(window)).subarray(at - window.start, end - window.start)
      whole.set(bytes, at - start)
      at += bytes.byteLength
    }
    return whole
  }

  /** Forgets the windows before `start`. */
  async #advance(start: number): Promise<void> {
    const before = this.#next
    for (let window = this.#windows[this.#next]; window && window.end <= start; window = this.#windows[this.#next]) {
      this.#fetched.delete(window)
      this.#next += 1
    }
    if (this.#next > before) await nextTurn()
    for (const window of this.#windows.slice(this.#next, this.#next + 1 + this.#ahead)) void this.#fetch(window)
  }

  #fetch(window: Span): Promise<Uint8Array> {
    const known = this.#fetched.get(window)
    if (known) return known
    const bytes = this.#source.read(window.start, window.end, this.#signal)
    // Whoever reads the window hears of its failure.
    bytes.catch(() => {})
    this.#fetched.set(window, bytes)
    return bytes
  }
}

/** For columns that are read whole. */
export const wholeColumns: ReadAhead = { window: 4 * 1024 * 1024, ahead: 5 }

function windowsOf(spans: readonly Span[], size: number): readonly Span[] {
  const windows: { start: number; end: number }[] = []
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    const last = windows.at(-1)
    let at = start
    if (last && start - last.end <= gapBytes) {
      const joined = Math.min(Math.max(end, last.end), last.start + size)
      last.end = Math.max(last.end, joined)
      at = last.end
    }
    for (; at < end; at += size) windows.push({ start: at, end: Math.min(at + size, end) })
  }
  return windows
}
