import type { Report } from '#stack/engine.ts'
import type { Io } from './io.ts'

/** A line for each step; on a terminal the amount moves within the line. */
export function stepReporter(io: Io): Report {
  let last = ''
  return ({ step, done, total, outcome }) => {
    // What stays as it is stands in the last line.
    if (outcome === 'kept') return
    if (step !== last) io.tell(step)
    last = step
    if (done !== undefined && total !== undefined && total > 0) io.flash(`${step}: ${Math.floor((done / total) * 100)} %`)
  }
}
