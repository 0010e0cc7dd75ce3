import type { MetricSeries } from './types.ts'

/** One value of a metric. */
export interface Point {
  readonly step: number
  /** Epoch ms. */
  readonly time: number
  readonly value: number
}

/** Which points of a history to take for a chart. */
export interface Sample {
  /** Most points, up to 2,500; evenly spread, the first and the last among them. */
  readonly points: number
  /** Steps [first, last]; all of them without. */
  readonly steps?: { readonly first: number; readonly last: number }
}

/** Points as columns, in order of step, then time; equal ones stay in their order. */
export function seriesOf(points: readonly Point[]): MetricSeries {
  const sorted = points.toSorted((a, b) => a.step - b.step || a.time - b.time)
  return {
    steps: Float64Array.from(sorted, ({ step }) => step),
    times: Float64Array.from(sorted, ({ time }) => time),
    values: Float64Array.from(sorted, ({ value }) => value),
  }
}

/** The points of a whole history that a server would choose. */
export function spread({ steps, times, values }: MetricSeries, { points, steps: range }: Sample): MetricSeries {
  const inside = range ? (step: number): boolean => step >= range.first && step <= range.last : (): boolean => true
  const within = Array.from(steps.keys()).filter(index => inside(steps[index] ?? Number.NaN))
  const count = Math.min(points, within.length)
  const chosen = Array.from({ length: count }, (_, i) => {
    const at = count === 1 ? within.length - 1 : Math.round((i * (within.length - 1)) / (count - 1))
    return within[at] ?? 0
  })
  const pick = (column: Float64Array): Float64Array => Float64Array.from(chosen, index => column[index] ?? Number.NaN)
  return { steps: pick(steps), times: pick(times), values: pick(values) }
}
