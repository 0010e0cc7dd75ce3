import { isProblem } from '#base/errors.ts'
import { recordsOf, type AddFile } from '#delta/actions.ts'
import { physicalName, type ColumnMapping } from '#delta/rows/columns.ts'
import { Decimals, type ArrowValues } from '#delta/rows/convert.ts'
import { daysOf, parsePartitionValue, parseTimestamp } from '#delta/rows/partition.ts'
import { decimalOf, paddedLength, plainType } from '#delta/schema.ts'
import { isWire, parseJson } from '#base/wire.ts'
import { ByteColumn, padTexts } from '#parquet/leaf.ts'
import { exactly, nothingKnown, onlyNulls, type Bounds } from './filterBounds.ts'
import { divided } from './filterLiteral.ts'
import type { FilterColumn, Scalar } from './filterTree.ts'

/**
 * What the log says about the columns of one file. Statistics are keyed by physical names; texts in them are cut, times are
 * cut to milliseconds, NaN is not counted, and numbers may have gone through a float, so all bounds are taken a little wider.
 * https://github.com/delta-io/delta/blob/master/PROTOCOL.md#per-file-statistics
 */
export function statisticsBounds(add: AddFile, mapping: ColumnMapping): (column: FilterColumn) => Bounds {
  const parsed = add.stats === undefined ? undefined : parseJson(add.stats)
  if (!isWire(parsed)) return () => nothingKnown
  const records = recordsOf(add)
  return ({ path, type }) => {
    const at = (part: string): unknown =>
      path.reduce((level: unknown, field) => memberOf(level, physicalName(field, mapping)), parsed[part])
    const [least, most] = typeof type === 'string' ? [boundOf(at('minValues'), type, 'low'), boundOf(at('maxValues'), type, 'high')] : []
    const nulls = countOf(at('nullCount'))
    if (nulls !== undefined && records !== undefined && nulls >= records) {
      return nulls === records && least === undefined && most === undefined ? onlyNulls : nothingKnown
    }
    const isOrdered = least === undefined || most === undefined || !isGreater(least, most)
    return {
      low: isOrdered ? least : undefined,
      high: isOrdered ? most : undefined,
      hasNull: nulls !== 0,
      hasValue: true,
      hasNaN: type === 'float' || type === 'double',
    }
  }
}

/** The one value that a partition column has in a file; nothing is known of one that cannot be read. */
export function partitionBounds({ path: [field], type }: FilterColumn, values: AddFile['partitionValues'], mapping: ColumnMapping): Bounds {
  const name = physicalName(field, mapping)
  const text = Object.hasOwn(values, name) ? (values[name] ?? null) : null
  if (typeof type !== 'string') return nothingKnown
  try {
    const value = parsePartitionValue(text, type, field.name)
    const letters = paddedLength(type)
    if (value === null) return onlyNulls
    return exactly(scalarAt(letters !== undefined && value instanceof ByteColumn ? padTexts(value, letters) : value, 0))
  } catch (error) {
    if (isProblem(error, 'invalid')) return nothingKnown
    throw error
  }
}

/** One of some values, in the form that filters compare. */
export function scalarAt(values: ArrowValues, at: number): Scalar {
  if (values instanceof ByteColumn) return values.at(at)
  if (values instanceof Decimals) return ((values.words[2 * at + 1] ?? 0n) << 64n) | BigInt.asUintN(64, values.words[2 * at] ?? 0n)
  const value = values[at] ?? 0
  return typeof value === 'bigint' || values instanceof Float32Array || values instanceof Float64Array ? value : BigInt(value)
}

/** A number that may be off by some units in its last place, as units of a decimal column: not more, or not less than it. */
export function aboutUnits(value: number, scale: number, side: 'low' | 'high'): bigint | undefined {
  const away = Math.abs(value) * 4 * Number.EPSILON
  return unitsOf(String(side === 'low' ? value - away : value + away), scale, side)
}

/** Relative error of a 32-bit float, and the least there is. */
const floatError = 2 ** -22
const leastFloat = 2 ** -148
const microsPerMilli = 1000n

function isGreater(a: Scalar, b: Scalar): boolean {
  return a instanceof Uint8Array || b instanceof Uint8Array
    ? !(a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) <= 0)
    : a > b
}

function memberOf(value: unknown, name: string): unknown {
  return isWire(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

function countOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

function boundOf(value: unknown, type: string, side: 'low' | 'high'): Scalar | undefined {
  const decimal = decimalOf(type)
  if (decimal) return typeof value === 'number' ? aboutUnits(value, decimal.scale, side) : unitsOf(value, decimal.scale, side)
  if (paddedLength(type) !== undefined) return undefined
  switch (plainType(type)) {
    case 'byte':
    case 'short':
    case 'integer':
    case 'long':
      if (typeof value !== 'number' || !Number.isInteger(value)) return undefined
      return Number.isSafeInteger(value) ? BigInt(value) : aboutUnits(value, 0, side)
    case 'float':
    case 'double':
      return typeof value === 'number' ? aboutDouble(value, side) : undefined
    case 'string':
      return typeof value === 'string' ? textBound(value, side) : undefined
    case 'boolean':
      return typeof value === 'boolean' ? BigInt(value) : undefined
    case 'date': {
      const days = typeof value === 'string' ? daysOf(value) : undefined
      return days === undefined ? undefined : BigInt(days)
    }
    case 'timestamp':
      return typeof value === 'string' && hasZone.test(value) ? timeBound(value, side) : undefined
    case 'timestamp_ntz':
      return typeof value === 'string' ? timeBound(value, side) : undefined
    default:
      return undefined
  }
}

const hasZone = /(?:Z|UTC|[-+]\d{1,2}:?\d{2})$/i

function aboutDouble(value: number, side: 'low' | 'high'): number {
  const away = Math.abs(value) * floatError + leastFloat
  return side === 'low' ? value - away : value + away
}

function unitsOf(text: unknown, scale: number, side: 'low' | 'high'): bigint | undefined {
  const [found, sign, whole = '', fraction = '', exponent = '0'] =
    typeof text === 'string' ? (/^(-?)(\d+)(?:\.(\d+))?(?:e([-+]?\d{1,3}))?$/i.exec(text) ?? []) : []
  if (found === undefined) return undefined
  const digits = BigInt(whole + fraction)
  const { floor, isBetween } = divided(sign === '-' ? -digits : digits, fraction.length - Number(exponent) - scale)
  return side === 'high' && isBetween ? floor + 1n : floor
}

/** What begins with a cut text may go on with anything; a letter that could not be read may have been any. */
function textBound(text: string, side: 'low' | 'high'): Uint8Array | undefined {
  const stem = side === 'high' ? text.replace(/[\u{FFFD}\u{10FFFF}]+$/u, '') : text
  if (stem.includes('\u{FFFD}') || /\p{Surrogate}/u.test(stem)) return undefined
  const bytes = new TextEncoder().encode(stem)
  return side === 'low' ? bytes : Uint8Array.of(...bytes, 0xff, 0xff, 0xff, 0xff)
}

function timeBound(text: string, side: 'low' | 'high'): bigint | undefined {
  const micros = parseTimestamp(text)?.[0]
  if (micros === undefined) return undefined
  return side === 'low' ? micros - microsPerMilli : micros + microsPerMilli
}
