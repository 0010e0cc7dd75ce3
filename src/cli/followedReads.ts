import { nameOf, type Place } from '#app/place.ts'
import type { TableReads } from '#app/tableReads.ts'
import { byteText } from '#base/byteText.ts'
import type { ReadProgress, Report } from '#base/progress.ts'
import { createReading, type LongRead } from '#base/reading.ts'
import type { Clock } from '#base/clock.ts'
import type { Io } from './io.ts'

/** The same reads; one that takes over a second says on a terminal how far it is. */
export function followedReads(reads: TableReads, io: Pick<Io, 'flash'>, clock?: Clock): TableReads {
  const reading = createReading(longest => io.flash(longest ? progressLine(longest) : ''), clock)
  const followed = <P extends { readonly place: Place }, T>(read: (table: P, signal: AbortSignal, report: Report) => Promise<T>) => {
    return async (table: P, signal: AbortSignal): Promise<T> =>
      await reading.follow(nameOf(table.place), signal, (ending, report) => read(table, ending, report))
  }
  return {
    list: (folder, signal) => reads.list(folder, signal),
    header: followed((...read) => reads.header(...read)),
    describe: followed((...read) => reads.describe(...read)),
    history: followed((...read) => reads.history(...read)),
    files: followed((...read) => reads.files(...read)),
    rows: followed((...read) => reads.rows(...read)),
    diff: followed((...read) => reads.diff(...read)),
    health: followed((...read) => reads.health(...read)),
    renew: (of, signal) => reads.renew(of, signal),
  }
}

const stages: Readonly<Record<ReadProgress['stage'], string>> = { log: 'the log', files: 'the list of files', rows: 'rows' }

/** `Reading the log of sales: 40 MB of 120 MB`. */
function progressLine({ name, progress }: LongRead): string {
  if (!progress) return `Reading ${name}`
  const { stage, done, total, unit } = progress
  const amount = (count: number): string => (unit === 'bytes' ? byteText(count, 'en') : count.toLocaleString('en'))
  const far = total ? `: ${amount(Math.min(done, total))} of ${amount(total)}${unit === 'bytes' ? '' : ` ${unit}`}` : ''
  return `Reading ${stages[stage]} of ${name}${far}`
}
