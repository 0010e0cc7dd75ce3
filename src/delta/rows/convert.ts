import type { SchemaElement } from 'hyparquet'
import { floorDiv } from '#base/floorDiv.ts'
import { LakehouseError } from '#base/errors.ts'
import { ByteColumn, type LeafValues } from '#parquet/leaf.ts'
import { annotationOf } from '#parquet/parquetTree.ts'
import { decimalOf, plainType } from '#delta/schema.ts'

/** Values in the form of an Arrow column: booleans as bytes 0 and 1, a decimal as two words, low first. */
export type ArrowValues = Int8Array | Int16Array | Uint8Array | LeafValues | Decimals
export class Decimals {
  readonly words: BigInt64Array
  constructor(words: BigInt64Array) {
    this.words = words
  }
  get length(): number {
    return this.words.length / 2
  }
}

/**
 * Values of a Parquet leaf as the Delta type of their column: the same type, or a narrower one that the table has widened
 * since. Anything else is refused, never guessed.
 * @throws LakehouseError `corrupt` with the column and both types
 */
export function convertLeaf(values: LeafValues, element: SchemaElement, type: string, column: string): ArrowValues {
  const decimal = decimalOf(type)
  const converted = decimal ? toDecimals(values, element, decimal) : toSimple(values, element, plainType(type))
  if (converted) return converted
  const { type: physical, logical_type: logical, converted_type: old } = element
  const found = [physical, logical ? JSON.stringify(logical) : old].filter(part => part !== undefined).join(' ')
  throw new LakehouseError('corrupt', `Column ${column} has the type ${type} in the table, but ${found} in a data file.`, {
    details: { column },
  })
}

function toSimple(values: LeafValues, element: SchemaElement, type: string): ArrowValues | undefined {
  switch (type) {
    case 'boolean':
      return element.type === 'BOOLEAN' ? values : undefined
    case 'byte':
      return values instanceof Int32Array ? narrowed(plainIntegers(values, element), new Int8Array(values.length)) : undefined
    case 'short':
      return values instanceof Int32Array ? narrowed(plainIntegers(values, element), new Int16Array(values.length)) : undefined
    case 'integer':
      return values instanceof Int32Array ? plainIntegers(values, element) : undefined
    case 'long':
      return toLongs(values, element)
    case 'float':
      return values instanceof Float32Array ? values : undefined
    case 'double':
      return toDoubles(values, element)
    case 'string':
    case 'binary':
      return values instanceof ByteColumn && annotationOf(element) !== 'DECIMAL' ? values : undefined
    case 'date':
      return values instanceof Int32Array && [undefined, 'DATE'].includes(annotationOf(element)) ? values : undefined
    case 'timestamp':
    case 'timestamp_ntz':
      return toMicros(values, element)
    default:
      return undefined
  }
}

const integerAnnotations: ReadonlySet<string | undefined> = new Set([
  undefined,
  'INTEGER',
  'INT_8',
  'INT_16',
  'INT_32',
  'INT_64',
  'UINT_8',
  'UINT_16',
])

function plainIntegers(values: Int32Array, element: SchemaElement): Int32Array | undefined {
  return integerAnnotations.has(annotationOf(element)) && !isUnsigned(element, 32) ? values : undefined
}

function isUnsigned({ logical_type: logical, converted_type: converted }: SchemaElement, width: number): boolean {
  return logical?.type === 'INTEGER' ? !logical.isSigned && logical.bitWidth === width : converted === `UINT_${width}`
}

function narrowed<T extends Int8Array | Int16Array>(values: Int32Array | undefined, into: T): T | undefined {
  if (!values) return undefined
  into.set(values)
  return values.every((value, i) => value === into[i]) ? into : undefined
}

function toLongs(values: LeafValues, element: SchemaElement): BigInt64Array | undefined {
  if (values instanceof BigInt64Array && element.type === 'INT64') {
    if (isUnsigned(element, 64) && values.some(value => value < 0n)) return undefined
    return integerAnnotations.has(annotationOf(element)) || isUnsigned(element, 64) ? values : undefined
  }
  if (!(values instanceof Int32Array)) return undefined
  if (isUnsigned(element, 32)) return BigInt64Array.from(values, value => BigInt(value >>> 0))
  return integerAnnotations.has(annotationOf(element)) ? BigInt64Array.from(values, BigInt) : undefined
}

function toDoubles(values: LeafValues, element: SchemaElement): Float64Array | undefined {
  if (values instanceof Float64Array) return values
  if (values instanceof Float32Array) return Float64Array.from(values)
  const integers = values instanceof Int32Array ? plainIntegers(values, element) : undefined
  return integers && Float64Array.from(integers)
}

/** Epoch microseconds; finer fractions are cut towards the past. A date becomes its midnight. */
function toMicros(values: LeafValues, element: SchemaElement): BigInt64Array | undefined {
  const { type, logical_type: logical, converted_type: converted } = element
  if (values instanceof Int32Array) {
    return annotationOf(element) === 'DATE' ? BigInt64Array.from(values, day => BigInt(day) * 86_400_000_000n) : undefined
  }
  if (!(values instanceof BigInt64Array)) return undefined
  if (type === 'INT96') return values
  const unit = logical?.type === 'TIMESTAMP' ? logical.unit : converted?.replace('TIMESTAMP_', '')
  if (unit === 'MICROS') return values
  if (unit === 'NANOS') return values.map(value => floorDiv(value, 1000n))
  if (unit !== 'MILLIS') return undefined
  const micros = values.map(value => value * 1000n)
  return micros.every((value, i) => value / 1000n === values[i]) ? micros : undefined
}

/** Unscaled numbers of the table's scale; a scale that shrinks, or a number beyond the precision, is refused. */
function toDecimals(
  values: LeafValues,
  element: SchemaElement,
  { precision, scale }: { readonly precision: number; readonly scale: number },
): Decimals | undefined {
  const annotation = annotationOf(element)
  const isDecimal = annotation === 'DECIMAL'
  if (!isDecimal && !(integerAnnotations.has(annotation) && !(values instanceof ByteColumn))) return undefined
  const { logical_type: logical } = element
  const own = isDecimal ? ((logical?.type === 'DECIMAL' ? logical.scale : element.scale) ?? 0) : 0
  if (own > scale) return undefined
  const factor = 10n ** BigInt(scale - own)
  const most = 10n ** BigInt(precision)
  const words = new BigInt64Array(values.length * 2)
  for (let i = 0; i < values.length; i += 1) {
    const unscaled = unscaledAt(values, i)
    if (unscaled === undefined) return undefined
    const value = unscaled * factor
    if (value >= most || value <= -most) return undefined
    words[2 * i] = BigInt.asIntN(64, value)
    words[2 * i + 1] = value >> 64n
  }
  return new Decimals(words)
}

function unscaledAt(values: LeafValues, at: number): bigint | undefined {
  if (values instanceof ByteColumn) return bigEndian(values.at(at))
  if (values instanceof Int32Array || values instanceof BigInt64Array) return BigInt(values[at] ?? 0)
  return undefined
}

function bigEndian(bytes: Uint8Array): bigint {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return BigInt.asIntN(bytes.byteLength * 8, value)
}
