/** One line of a benchmark's output. */
export interface BenchRow {
  /** `bench/variant`, or the bench alone. */
  readonly name: string
  readonly value: number
  readonly unit: 'ms' | 'MB' | 'requests'
  /** What it is compared with; null where there is no peer. */
  readonly peer: string | null
  readonly peerValue: number | null
  /** value / peerValue. */
  readonly ratio: number | null
}

export function rowWithoutPeer(name: string, value: number, unit: BenchRow['unit']): BenchRow {
  return { name, value: round(value), unit, peer: null, peerValue: null, ratio: null }
}

/** The median of our times in ms beside that of a peer's. */
export function rowBeside(name: string, ours: readonly number[], peer: string, theirs: readonly number[]): BenchRow {
  const [value, peerValue] = [median(ours), median(theirs)]
  return { name, value: round(value), unit: 'ms', peer, peerValue: round(peerValue), ratio: round(value / peerValue) }
}

/** The middle value; the mean of the two middle ones of an even number. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return (low + high) / 2
}

/** Three decimals are beyond what any of the clocks can tell. */
function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
