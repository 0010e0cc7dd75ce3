import { textAt, type Place, type ScalarTree } from './tree.ts'

/**
 * A plain (unquoted) scalar as docker compose reads it, that is YAML 1.2 with some of 1.1: `0777` and `1_000` are numbers,
 * `yes` and `10:20` are texts.
 */
export function plainScalar(source: string, at: Place): ScalarTree {
  if (nulls.has(source)) return { kind: 'scalar', value: null, text: '', at }
  if (trues.has(source)) return { kind: 'scalar', value: true, text: 'true', at }
  if (falses.has(source)) return { kind: 'scalar', value: false, text: 'false', at }
  const special = specialNumbers.get(source)
  if (special !== undefined) return { kind: 'scalar', value: special, text: goFloat(special), at }
  if (!/^[-+.]?\d/.test(source)) return textAt(source, at)
  const digits = source.replaceAll('_', '')
  const whole = wholeNumber(digits)
  if (whole !== undefined && isWithin64Bits(whole)) return { kind: 'scalar', value: Number(whole), text: String(whole), at }
  if (!/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(digits)) return textAt(source, at)
  const value = Number(digits)
  return Number.isFinite(value) ? { kind: 'scalar', value, text: goFloat(value), at } : textAt(source, at)
}

const nulls: ReadonlySet<string> = new Set(['', '~', 'null', 'Null', 'NULL'])
const trues: ReadonlySet<string> = new Set(['true', 'True', 'TRUE'])
const falses: ReadonlySet<string> = new Set(['false', 'False', 'FALSE'])
const specialNumbers: ReadonlyMap<string, number> = new Map([
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map(name => [name, Infinity] as const),
  ...['-.inf', '-.Inf', '-.INF'].map(name => [name, -Infinity] as const),
  ...['.nan', '.NaN', '.NAN'].map(name => [name, NaN] as const),
])

function wholeNumber(digits: string): bigint | undefined {
  const [, sign = '', body = ''] = /^([-+]?)(.*)$/.exec(digits) ?? []
  const unsigned = /^0[xX][\da-fA-F]+$|^0[oO][0-7]+$|^0[bB][01]+$|^(?:0|[1-9]\d*)$/.test(body)
    ? BigInt(body)
    : /^0[0-7]+$/.test(body)
      ? BigInt(`0o${body.slice(1)}`)
      : undefined
  return sign === '-' && unsigned !== undefined ? -unsigned : unsigned
}

function isWithin64Bits(value: bigint): boolean {
  return value >= -(2n ** 63n) && value < 2n ** 64n
}

/** A float as Go's `%v` writes it, which is what ends up in a container's environment. */
function goFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e')
  const power = Number(exponent)
  if (power >= -4 && power < 6) return String(value)
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}
