import { isKnownChange } from '#delta/rows/typeChanges.ts'
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

/** Digits that the longest number of a type needs. */
const digits: Readonly<Record<string, number>> = { byte: 3, short: 5, integer: 10, long: 19 }

function widens(from: string, to: string): boolean {
  if (from === 'void' || from === 'null') return true
  const target = decimalOf(to)
  const fits = !target || target.precision - target.scale >= (digits[from] ?? 0)
  return fits && isKnownChange(from, to)
}
