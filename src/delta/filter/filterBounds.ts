import { unreachable } from '#base/unreachable.ts'
import { likePrefix } from './filterLike.ts'
import { signOf, truth, type Filter, type FilterColumn, type Scalar } from './filterTree.ts'

/** What is known about the values of a column in some rows; everything may be wider than the truth. */
export interface Bounds {
  /** No value is less; undefined when not known. */
  readonly low: Scalar | undefined
  /** No value but NaN is greater; undefined when not known. */
  readonly high: Scalar | undefined
  /** False only when no row is null. */
  readonly hasNull: boolean
  /** False only when every row is null. */
  readonly hasValue: boolean
  readonly hasNaN: boolean
}

/** Which of false, unknown and true a filter can be for some rows; bit `1 << truth`. */
export type Outcomes = number
export const canBeFalse: Outcomes = 1 << truth.false
export const canBeUnknown: Outcomes = 1 << truth.unknown
export const canBeTrue: Outcomes = 1 << truth.true

export const nothingKnown: Bounds = { low: undefined, high: undefined, hasNull: true, hasValue: true, hasNaN: true }
export const onlyNulls: Bounds = { low: undefined, high: undefined, hasNull: true, hasValue: false, hasNaN: false }

/** The bounds of one value that all rows have. */
export function exactly(value: Scalar): Bounds {
  return { low: value, high: value, hasNull: false, hasValue: true, hasNaN: false }
}

/** What a filter can be for rows within bounds: a part that it cannot be is certain, what it can be may be too much. */
export function outcomesOf(filter: Filter, boundsOf: (column: FilterColumn) => Bounds): Outcomes {
  switch (filter.kind) {
    case 'and':
      return filter.parts.map(part => outcomesOf(part, boundsOf)).reduce(both, canBeTrue)
    case 'or':
      return negated(filter.parts.map(part => negated(outcomesOf(part, boundsOf))).reduce(both, canBeTrue))
    case 'not':
      return negated(outcomesOf(filter.part, boundsOf))
    case 'constant':
      return 1 << filter.truth
    case 'isNull': {
      const { hasNull, hasValue } = boundsOf(filter.column)
      return (hasNull ? canBeTrue : 0) | (hasValue ? canBeFalse : 0)
    }
    case 'compare':
      return compared(filter, boundsOf(filter.column))
    case 'like':
      return liked(likePrefix(filter.pattern), boundsOf(filter.column))
    default:
      return unreachable(filter)
  }
}

function both(a: Outcomes, b: Outcomes): Outcomes {
  const notFalse = canBeUnknown | canBeTrue
  const isUnknown = ((a & canBeUnknown) !== 0 && (b & notFalse) !== 0) || ((b & canBeUnknown) !== 0 && (a & notFalse) !== 0)
  return (a & b & canBeTrue) | (isUnknown ? canBeUnknown : 0) | ((a | b) & canBeFalse)
}

function negated(outcomes: Outcomes): Outcomes {
  const kept = outcomes & canBeUnknown
  return kept | (outcomes & canBeTrue ? canBeFalse : 0) | (outcomes & canBeFalse ? canBeTrue : 0)
}

function compared({ operator, to }: Extract<Filter, { kind: 'compare' }>, { low, high, hasNull, hasValue, hasNaN }: Bounds): Outcomes {
  const nulls = hasNull ? canBeUnknown : 0
  if (!hasValue) return nulls
  const least = low === undefined ? -1 : signOf(low, to)
  const greatest = high === undefined ? 1 : signOf(high, to)
  const nan = hasNaN ? signOf(Number.NaN, to) : Number.NaN
  const canBe: Record<typeof operator, { readonly holds: boolean; readonly fails: boolean }> = {
    '<': { holds: !(least >= 0), fails: !(greatest < 0) || nan >= 0 },
    '>': { holds: !(greatest <= 0) || nan > 0, fails: !(least > 0) },
    '=': { holds: !(least > 0 || greatest < 0) || nan === 0, fails: !(least === 0 && greatest === 0) || (hasNaN && nan !== 0) },
  }
  const { holds, fails } = canBe[operator]
  return nulls | (holds ? canBeTrue : 0) | (fails ? canBeFalse : 0)
}

function liked(prefix: Uint8Array, { low, high, hasNull, hasValue }: Bounds): Outcomes {
  const nulls = hasNull ? canBeUnknown : 0
  if (!hasValue) return nulls
  const isBefore = high instanceof Uint8Array && Buffer.compare(high, prefix) < 0
  const isAfter = low instanceof Uint8Array && Buffer.compare(low.subarray(0, prefix.length), prefix) > 0
  return nulls | canBeFalse | (isBefore || isAfter ? 0 : canBeTrue)
}
