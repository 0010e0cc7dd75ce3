import { every, type Every } from '#base/every.ts'
import { systemClock, type Clock } from '#base/clock.ts'
import type { LogLine } from '#stack/types.ts'

export interface LogSink {
  /** Takes whole lines. */
  append(text: string): void
  /** A line as it is shown. */
  readonly format: (line: LogLine) => string
  /** What stands in place of lines that came too fast. */
  readonly left: (count: number) => string
}

/** So many lines a second are shown; more than these nobody reads, and the editor would fall behind. */
export const mostLinesASecond = 5000
const flushMs = 200

/** Pours lines into a sink in parcels, at most {@link mostLinesASecond} of them, until they end or the signal aborts. */
export async function pourLog(
  lines: AsyncIterable<LogLine>,
  sink: LogSink,
  signal: AbortSignal,
  { clock, repeat }: { readonly clock: Clock; readonly repeat: Every } = { clock: systemClock, repeat: every },
): Promise<void> {
  let parcel: string[] = []
  let taken = 0
  let left = 0
  let second = clock.now()
  const flush = (): void => {
    if (clock.now() - second >= 1000) {
      if (left > 0) parcel.push(sink.left(left))
      taken = left = 0
      second = clock.now()
    }
    if (parcel.length > 0) sink.append(`${parcel.join('\n')}\n`)
    parcel = []
  }
  const ticks = repeat(flushMs, flush)
  try {
    for await (const line of lines) {
      if (signal.aborted) return
      taken += 1
      if (taken <= mostLinesASecond) parcel.push(sink.format(line))
      else left += 1
    }
  } finally {
    ticks.dispose()
    if (left > 0) parcel.push(sink.left(left))
    left = 0
    if (!signal.aborted) flush()
  }
}
