/** What a minor version of Spark works with. https://docs.delta.io/latest/releases.html, and the jars of each release. */
export interface SparkLine {
  readonly delta: readonly string[]
  readonly scala: readonly string[]
  readonly java: readonly string[]
  /** The Hadoop inside, which hadoop-aws must equal. */
  readonly hadoop: string
  readonly python: { readonly from: string; readonly to: string }
}

const four = { scala: ['2.13'], java: ['17', '21'] } as const

/** Newest last. */
export const sparkLines: Readonly<Record<string, SparkLine>> = {
  '3.4': { delta: ['2.4'], scala: ['2.12', '2.13'], java: ['8', '11', '17'], hadoop: '3.3.4', python: { from: '3.7', to: '3.11' } },
  '3.5': {
    delta: ['3.0', '3.1', '3.2', '3.3'],
    scala: ['2.12', '2.13'],
    java: ['8', '11', '17'],
    hadoop: '3.3.4',
    python: { from: '3.8', to: '3.12' },
  },
  '4.0': { ...four, delta: ['4.0', '4.1', '4.2', '4.3', '4.4'], hadoop: '3.4.1', python: { from: '3.9', to: '3.13' } },
  '4.1': { ...four, delta: ['4.1', '4.2', '4.3', '4.4'], hadoop: '3.4.2', python: { from: '3.10', to: '3.14' } },
  '4.2': { ...four, delta: ['4.4'], hadoop: '3.5.0', python: { from: '3.10', to: '3.14' } },
}

/** `4.2` of `4.2.0-scala2.13`. */
export function minorOf(version: string): string {
  return /^v?(\d+\.\d+)/.exec(version)?.[1] ?? version
}

export function majorOf(version: string): string {
  return /^v?(\d+)/.exec(version)?.[1] ?? version
}

/** Compares the numbers of two versions, as far as the second one goes; text behind them does not count. */
export function isAtLeast(version: string, least: string): boolean {
  const [own, other] = [version, least].map(text => text.match(/\d+/g)?.map(Number) ?? [])
  for (const [index, wanted] of (other ?? []).entries()) {
    const have = own?.[index] ?? 0
    if (have !== wanted) return have > wanted
  }
  return true
}

/** `a, b or c`. */
export function anyOf(values: readonly string[], or: string): string {
  return values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} ${or} ${values.at(-1)}`
}
