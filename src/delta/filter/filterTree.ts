import { unreachable } from '#base/unreachable.ts'
import { ByteColumn, padTexts } from '#parquet/leaf.ts'
import type { DeltaField, DeltaType } from '#delta/types.ts'

/** A condition on rows, typed by the schema of a version. It is true, false or unknown, as SQL has it. */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Filter[] }
  | { readonly kind: 'not'; readonly part: Filter }
  | { readonly kind: 'constant'; readonly truth: Truth }
  | { readonly kind: 'isNull'; readonly column: FilterColumn }
  | { readonly kind: 'compare'; readonly column: FilterColumn; readonly operator: '=' | '<' | '>'; readonly to: Comparable }
  | { readonly kind: 'like'; readonly column: FilterColumn; readonly pattern: LikePattern }

/** Ordered so that AND is the least and OR the greatest of its parts, and NOT is 2 minus its part. */
export const truth = { false: 0, unknown: 1, true: 2 } as const
export type Truth = (typeof truth)[keyof typeof truth]

/** A column, or a member of structs below one. */
export interface FilterColumn {
  /** From the column of the table down. */
  readonly path: readonly [DeltaField, ...DeltaField[]]
  /** As it stands in the schema, `char(n)` where it was declared. */
  readonly type: DeltaType
  /** Joined by dots. */
  readonly name: string
}

/** A value of a column: whole units for numbers, dates, times and booleans; else a double or the bytes of a text. */
export type Scalar = bigint | number | Uint8Array

/** What values of one column are compared with. */
export type Comparable =
  /** Whole units of the column, and whether something between that and the next unit is meant. */
  | { readonly kind: 'units'; readonly floor: bigint; readonly isBetween: boolean }
  /** Compared as doubles; `scale` says how many decimal places the units of the column have. */
  | { readonly kind: 'double'; readonly value: number; readonly scale: number }
  /** Compared byte by byte; values are padded with spaces to `padTo` letters. */
  | { readonly kind: 'bytes'; readonly value: Uint8Array; readonly padTo?: number }

/** Bytes of UTF-8, where {@link anyLetter} stands for one letter and {@link anyText} for any number of them. */
export type LikePattern = readonly number[]
export const anyLetter = -1
export const anyText = -2

/** Negative, zero or positive as `value` comes before, at or after `to`. NaN is equal to itself and greater than every other number. */
export function signOf(value: Scalar, to: Comparable): number {
  switch (to.kind) {
    case 'units':
      return typeof value === 'bigint' ? unitsSign(value, to) : Number.NaN
    case 'double':
      return value instanceof Uint8Array
        ? Number.NaN
        : doubleSign(typeof value === 'bigint' ? scaledDown(value, to.scale) : value, to.value)
    case 'bytes':
      return value instanceof Uint8Array ? Buffer.compare(padded(value, to.padTo ?? 0), to.value) : Number.NaN
    default:
      return unreachable(to)
  }
}

/** Of two doubles in Spark's order. */
export function doubleSign(a: number, b: number): number {
  if (a < b) return -1
  if (a > b) return 1
  return a === b ? 0 : Number(Number.isNaN(a)) - Number(Number.isNaN(b))
}

/** The double next to `units` / 10^`scale`. */
export function scaledDown(units: bigint, scale: number): number {
  return scale === 0 ? Number(units) : Number(`${units}e-${scale}`)
}

function padded(text: Uint8Array, letters: number): Uint8Array {
  return letters === 0 ? text : padTexts(new ByteColumn(Int32Array.of(0, text.byteLength), text), letters).at(0)
}

function unitsSign(value: bigint, { floor, isBetween }: Extract<Comparable, { kind: 'units' }>): number {
  if (value < floor) return -1
  return value > floor ? 1 : isBetween ? -1 : 0
}
