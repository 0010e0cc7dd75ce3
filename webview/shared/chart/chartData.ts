import type { PointColumns, StepRange } from '#protocol/run.ts'

/** What the points of a metric are drawn over. */
export type AxisKind = 'step' | 'time' | 'relative'

/** Points as a chart draws them: x ascending; null where a value is no finite number, which leaves a gap. */
export interface ChartData {
  readonly axis: AxisKind
  readonly xs: readonly number[]
  readonly ys: readonly (number | null)[]
  /** Where each stands in the columns that it was made of. */
  readonly order: readonly number[]
}

/** The points over an axis: steps, epoch ms, or seconds since the earliest point. */
export function chartData({ steps, times, values }: PointColumns, axis: AxisKind): ChartData {
  const column = axis === 'step' ? steps : times
  const order = Array.from(column.keys())
  // Times may go back where a run was resumed on another machine.
  if (axis !== 'step') order.sort((a, b) => (column[a] ?? 0) - (column[b] ?? 0))
  const first = column[order[0] ?? 0] ?? 0
  const xOf = (index: number): number => (axis === 'relative' ? ((column[index] ?? 0) - first) / 1000 : (column[index] ?? 0))
  return { axis, xs: order.map(xOf), ys: order.map(index => drawable(values[index] ?? Number.NaN)), order }
}

/** The largest double is what MLflow's SQL store makes of an infinity; drawn, it would flatten everything else. */
function drawable(value: number): number | null {
  return Number.isFinite(value) && Math.abs(value) < Number.MAX_VALUE ? value : null
}

/** The steps of the points whose x is between two values; undefined where there are fewer than two of them. */
export function stepsBetween({ xs, order }: ChartData, steps: Float64Array, from: number, to: number): StepRange | undefined {
  const inside = order.filter((_, i) => between(xs[i] ?? Number.NaN, from, to)).map(index => steps[index] ?? 0)
  if (inside.length < 2) return undefined
  return { first: inside.reduce((a, b) => Math.min(a, b)), last: inside.reduce((a, b) => Math.max(a, b)) }
}

function between(x: number, from: number, to: number): boolean {
  return x >= from && x <= to
}

/** Lowest, highest and last of the values that are drawn; undefined when there is none. */
export function extent({ ys }: ChartData): { readonly lowest: number; readonly highest: number; readonly last: number } | undefined {
  const drawn = ys.filter(y => y !== null)
  const last = drawn.at(-1)
  if (last === undefined) return undefined
  return { lowest: drawn.reduce((a, b) => Math.min(a, b)), highest: drawn.reduce((a, b) => Math.max(a, b)), last }
}
