import { LakehouseError } from '#base/errors.ts'
import { decimalOf, plainType } from '#delta/schema.ts'
import { ByteColumn } from '#parquet/leaf.ts'
import { Decimals, type ArrowValues } from './convert.ts'

/**
 * The one value of a partition column, from its text in the log; null for null and empty text. Times without a zone count as
 * UTC. https://github.com/delta-io/delta/blob/master/PROTOCOL.md#partition-value-serialization
 * @throws LakehouseError `invalid` with the column and the text
 */
export function parsePartitionValue(text: string | null, type: string, column: string): ArrowValues | null {
  if (text === null || text === '') return null
  const value = parse(text, type)
  if (value) return value
  throw new LakehouseError('invalid', `${JSON.stringify(text)} is no value of partition column ${column} of type ${type}.`, {
    details: { column },
  })
}

function parse(text: string, type: string): ArrowValues | undefined {
  const decimal = decimalOf(type)
  if (decimal) return parseDecimal(text, decimal)
  switch (plainType(type)) {
    case 'string':
    case 'binary': {
      const bytes = new TextEncoder().encode(text)
      return new ByteColumn(Int32Array.of(0, bytes.byteLength), bytes)
    }
    case 'byte':
      return parseInteger(text, 8, value => Int8Array.of(Number(value)))
    case 'short':
      return parseInteger(text, 16, value => Int16Array.of(Number(value)))
    case 'integer':
      return parseInteger(text, 32, value => Int32Array.of(Number(value)))
    case 'long':
      return parseInteger(text, 64, value => BigInt64Array.of(value))
    case 'float':
      return numeric.test(text) ? Float32Array.of(Number(text)) : undefined
    case 'double':
      return numeric.test(text) ? Float64Array.of(Number(text)) : undefined
    case 'boolean':
      return /^(?:true|false)$/i.test(text) ? Uint8Array.of(text.toLowerCase() === 'true' ? 1 : 0) : undefined
    case 'date':
      return parseDate(text)
    case 'timestamp':
    case 'timestamp_ntz':
      return parseTimestamp(text)
    default:
      return undefined
  }
}

const numeric = /^[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|NaN|Infinity)$/

function parseInteger(text: string, bits: number, make: (value: bigint) => ArrowValues): ArrowValues | undefined {
  if (!/^[-+]?\d+$/.test(text)) return undefined
  const value = BigInt(text.replace(/^\+/, ''))
  return BigInt.asIntN(bits, value) === value ? make(value) : undefined
}

function parseDecimal(text: string, { precision, scale }: { readonly precision: number; readonly scale: number }): Decimals | undefined {
  const found = /^([-+]?)(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d+))?$/.exec(text)
  if (!found) return undefined
  const [, sign, whole = '', fraction = '', exponent = '0'] = found
  if (whole + fraction === '') return undefined
  const shift = scale - fraction.length + Number(exponent)
  const digits = BigInt(whole + fraction)
  if (Math.abs(shift) > 100) return undefined
  if (shift < 0 && digits % 10n ** BigInt(-shift) !== 0n) return undefined
  const size = shift < 0 ? digits / 10n ** BigInt(-shift) : digits * 10n ** BigInt(shift)
  if (size >= 10n ** BigInt(precision)) return undefined
  const value = sign === '-' ? -size : size
  return new Decimals(BigInt64Array.of(BigInt.asIntN(64, value), value >> 64n))
}

function parseDate(text: string): Int32Array | undefined {
  const days = daysOf(text)
  return days === undefined ? undefined : Int32Array.of(days)
}

/** Days since 1970-01-01 of `YYYY-MM-DD`, years of any length. */
export function daysOf(text: string): number | undefined {
  const found = /^([-+]?)(\d{4,7})-(\d{1,2})-(\d{1,2})$/.exec(text)
  if (!found) return undefined
  const [, sign, digits, month, day] = found
  const date = new Date(0)
  date.setUTCFullYear(Number(`${sign}${digits}`), Number(month) - 1, Number(day))
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day) ? date.getTime() / 86_400_000 : undefined
}

/** Epoch microseconds of a time as a log or a filter writes it, in UTC where it names no zone; undefined for anything else. */
export function parseTimestamp(text: string): BigInt64Array | undefined {
  const found =
    /^([-+]?\d{4,7}-\d{1,2}-\d{1,2})(?:[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?)?\s*(Z|UTC|[-+]\d{1,2}:?\d{2})?$/i.exec(text)
  const days = found?.[1] === undefined ? undefined : daysOf(found[1])
  if (!found || days === undefined) return undefined
  const [, , hours = '0', minutes = '0', seconds = '0', fraction = '', zone = 'Z'] = found
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined
  const micros = BigInt(fraction.slice(0, 6).padEnd(6, '0'))
  const time = BigInt(days * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds))
  return BigInt64Array.of((time - offsetSeconds(zone)) * 1_000_000n + micros)
}

function offsetSeconds(zone: string): bigint {
  const found = /^([-+])(\d{1,2}):?(\d{2})$/.exec(zone)
  if (!found) return 0n
  const size = BigInt(Number(found[2]) * 3600 + Number(found[3]) * 60)
  return found[1] === '-' ? -size : size
}
