import { decimalOf, plainType } from '#delta/schema.ts'

/**
 * The one of two simple types that holds the values of both, by the changes that Delta allows; undefined when neither does.
 * https://github.com/delta-io/delta/blob/master/PROTOCOL.md#type-widening
 */
export function widerType(a: string, b: string): string | undefined {
  if (plainType(a) === plainType(b)) return a === b ? a : plainType(a)
  if (widens(a, b)) return b
  return widens(b, a) ? a : undefined
}

const integers = ['byte', 'short', 'integer', 'long']

function widens(from: string, to: string): boolean {
  const [rank, wider] = [integers.indexOf(from), integers.indexOf(to)]
  if (rank >= 0 && wider >= 0) return rank < wider
  if (to === 'double') return from === 'float' || (rank >= 0 && from !== 'long')
  if (from === 'date') return to === 'timestamp_ntz'
  if (from === 'void' || from === 'null') return true
  const target = decimalOf(to)
  if (!target) return false
  const own = decimalOf(from) ?? (rank >= 0 ? { precision: from === 'long' ? 20 : 10, scale: 0 } : undefined)
  if (!own || own.scale > target.scale) return false
  return target.precision - target.scale >= own.precision - own.scale
}
