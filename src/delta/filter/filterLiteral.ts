import { floorDiv } from '#base/floorDiv.ts'
import { daysOf, parseTimestamp } from '#delta/rows/partition.ts'
import { decimalOf, paddedLength, plainType } from '#delta/schema.ts'
import type { Comparable, FilterColumn } from './filterTree.ts'

/** A value as it is written in a filter. */
export type Literal =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  /** Digits × 10^exponent, exactly. */
  | { readonly kind: 'decimal'; readonly digits: bigint; readonly exponent: number }
  | { readonly kind: 'double'; readonly value: number }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** Days since 1970-01-01. */
  | { readonly kind: 'date'; readonly days: number }
  /** Epoch microseconds. */
  | { readonly kind: 'timestamp'; readonly micros: bigint }

/** Why values of a column cannot be compared with a literal. */
export interface NotComparable {
  readonly problem: string
  readonly hint: string
}

/** A literal in the form that values of a column are compared with. */
export function comparableFor({ type, path, name }: FilterColumn, literal: Exclude<Literal, { kind: 'null' }>): Comparable | NotComparable {
  if (typeof type !== 'string') return notComparable(name, type.type)
  if (path.some(({ metadata }) => metadata['__COLLATIONS'] !== undefined)) {
    return { problem: `${name} has a collation, by which texts are compared`, hint: 'Run a query on Spark for it.' }
  }
  const decimal = decimalOf(type)
  if (decimal) return toNumber(literal, decimal.scale) ?? mismatch(name, type, 'a number, as 12.50')
  switch (plainType(type)) {
    case 'byte':
    case 'short':
    case 'integer':
    case 'long':
      return toNumber(literal, 0) ?? mismatch(name, type, 'a number, as 12')
    case 'float':
    case 'double':
      return toDouble(literal) ?? mismatch(name, type, "a number, as 1.5, or 'NaN' or 'Infinity'")
    case 'string':
      return toText(literal, paddedLength(type)) ?? mismatch(name, type, "text in quotes, as 'abc'")
    case 'binary':
      return literal.kind === 'bytes' ? { kind: 'bytes', value: literal.bytes } : mismatch(name, type, "hexadecimal digits, as X'00FF'")
    case 'boolean':
      return literal.kind === 'boolean' ? units(literal.value ? 1n : 0n) : mismatch(name, type, 'TRUE or FALSE')
    case 'date':
      return toDays(literal) ?? mismatch(name, type, "a date, as '2024-02-29'")
    case 'timestamp':
    case 'timestamp_ntz':
      return (
        toMicros(literal) ??
        mismatch(name, type, "a time, as '2024-02-29 12:00:00', in UTC unless a zone follows, as in '2024-02-29 12:00:00-03:00'")
      )
    default:
      return notComparable(name, type)
  }
}

const microsPerDay = 86_400_000_000n
/** Decimal places beyond which no number of a table reaches. */
const mostPlaces = 400

function units(floor: bigint): Extract<Comparable, { kind: 'units' }> {
  return { kind: 'units', floor, isBetween: false }
}

function notComparable(name: string, type: string): NotComparable {
  return { problem: `${name} is of type ${type}, which cannot be compared`, hint: 'IS NULL and IS NOT NULL can be asked of it.' }
}

function mismatch(name: string, type: string, wanted: string): NotComparable {
  return { problem: `${name} is of type ${type} and cannot be compared with this`, hint: `Write ${wanted}.` }
}

function toNumber(literal: Literal, scale: number): Comparable | undefined {
  if (literal.kind === 'double') return { kind: 'double', value: literal.value, scale }
  if (literal.kind !== 'decimal' || Math.abs(literal.exponent) > mostPlaces) return undefined
  return divided(literal.digits, -(literal.exponent + scale))
}

/** digits / 10^places. */
export function divided(digits: bigint, places: number): Extract<Comparable, { kind: 'units' }> {
  if (places <= 0) return units(digits * 10n ** BigInt(-places))
  const by = 10n ** BigInt(places)
  return { kind: 'units', floor: floorDiv(digits, by), isBetween: digits % by !== 0n }
}

function toDouble(literal: Literal): Comparable | undefined {
  if (literal.kind === 'double') return { kind: 'double', value: literal.value, scale: 0 }
  if (literal.kind === 'decimal') return { kind: 'double', value: Number(`${literal.digits}e${literal.exponent}`), scale: 0 }
  if (literal.kind !== 'text') return undefined
  const [, sign, name] = /^\s*([-+]?)(nan|inf|infinity)\s*$/i.exec(literal.text) ?? []
  if (name === undefined) return undefined
  return { kind: 'double', value: name.toLowerCase() === 'nan' ? Number.NaN : sign === '-' ? -Infinity : Infinity, scale: 0 }
}

/** Spark compares a `char(n)` with text as if the shorter one ended in spaces. */
function toText(literal: Literal, letters: number | undefined): Comparable | undefined {
  if (literal.kind !== 'text') return undefined
  const { text } = literal
  if (letters === undefined) return { kind: 'bytes', value: new TextEncoder().encode(text) }
  const own = Array.from(text).length
  return {
    kind: 'bytes',
    value: new TextEncoder().encode(text + ' '.repeat(Math.max(0, letters - own))),
    ...(own > letters ? { padTo: own } : {}),
  }
}

function toDays(literal: Literal): Comparable | undefined {
  if (literal.kind === 'date') return units(BigInt(literal.days))
  if (literal.kind === 'timestamp') {
    return { kind: 'units', floor: floorDiv(literal.micros, microsPerDay), isBetween: literal.micros % microsPerDay !== 0n }
  }
  const days = literal.kind === 'text' ? daysOf(literal.text.trim()) : undefined
  return days === undefined ? undefined : units(BigInt(days))
}

function toMicros(literal: Literal): Comparable | undefined {
  if (literal.kind === 'date') return units(BigInt(literal.days) * microsPerDay)
  if (literal.kind === 'timestamp') return units(literal.micros)
  const micros = literal.kind === 'text' ? parseTimestamp(literal.text.trim())?.[0] : undefined
  return micros === undefined ? undefined : units(micros)
}
