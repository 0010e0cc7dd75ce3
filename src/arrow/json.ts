import { DataType, DateUnit, IntervalUnit, Precision, type Data, type Field, type Table } from 'apache-arrow'
import { LakehouseError } from '#base/errors.ts'
import { floorDiv } from '#base/floorDiv.ts'
import { decimalFromWords, decimalText } from './decimal.ts'
import { jsonTokens } from './jsonTokens.ts'
import { dateText, durationText, timestampText, timeText } from './time.ts'
import { base64, variantJson } from './variant.ts'

/** A value as the command line prints it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/** Metadata of an Arrow field whose text is a variant's JSON. */
export const variantField: ReadonlyMap<string, string> = new Map([['dataflow.type', 'variant']])

/**
 * The rows in order, each the values of its columns: integers beyond 2^53 and decimals as text, dates `YYYY-MM-DD`, timestamps
 * ISO-8601 with microseconds (`Z` only for UTC-adjusted ones), binary base64, structs objects, arrays arrays, maps arrays of
 * `{key, value}`, variants plain JSON, NaN and infinities as text. Serves our reader's tables and Spark's alike.
 */
export function* jsonRows(table: Table): Generator<Json[], void> {
  for (const batch of table.batches) {
    if (batch.numRows === 0) continue
    const columns = batch.schema.fields.map((field, i) => jsonReader(field, columnData(batch.data.children, i)))
    for (let row = 0; row < batch.numRows; row += 1) yield columns.map(read => read(row))
  }
}

/** As {@link jsonRows}, each row an object keyed by column name; of columns with one name the last wins. */
export function* jsonRecords(table: Table): Generator<Readonly<Record<string, Json>>, void> {
  const names = table.schema.fields.map(field => field.name)
  for (const row of jsonRows(table)) yield Object.fromEntries(names.map((name, i) => [name, row[i] ?? null]))
}

type Reader = (row: number) => Json
type Values = ArrayLike<number | bigint>

/** Reads the values of one column of one batch. */
function jsonReader(field: Field, data: Data): Reader {
  const read = presentReader(field, data)
  if (data.nullCount === 0) return read
  return row => (data.getValid(row) ? read(row) : null)
}

function presentReader(field: Field, data: Data): Reader {
  const { type } = field
  if (DataType.isNull(type)) return () => null
  if (DataType.isUtf8(type)) return textReader(field, data)
  if (DataType.isBool(type)) return row => bit(bytesOf(data), data.offset + row)
  if (DataType.isInt(type)) return numberReader(data, integer)
  if (DataType.isFloat(type)) return numberReader(data, type.precision === Precision.HALF ? half : float)
  if (DataType.isDecimal(type)) return decimalReader(data, type.scale, type.bitWidth)
  if (DataType.isDate(type)) return numberReader(data, type.unit === DateUnit.DAY ? days => dateText(Number(days)) : dateOfMillis)
  if (DataType.isTimestamp(type)) return timestampReader(data, type.unit, type.timezone ? 'Z' : '')
  if (DataType.isTime(type)) return microsReader(data, type.unit, timeText)
  if (DataType.isDuration(type)) return microsReader(data, type.unit, durationText)
  if (DataType.isInterval(type) && type.unit === IntervalUnit.YEAR_MONTH) return numberReader(data, monthsText)
  if (DataType.isBinary(type) || DataType.isLargeBinary(type)) return row => base64(slice(data, row))
  if (DataType.isFixedSizeBinary(type)) return row => base64(bytesOf(data).subarray(row * type.byteWidth, (row + 1) * type.byteWidth))
  if (DataType.isLargeUtf8(type)) return row => decoder.decode(slice(data, row))
  return nestedReader(field, data)
}

function nestedReader(field: Field, data: Data): Reader {
  const { type } = field
  if (DataType.isStruct(type)) return isSparkVariant(field) ? sparkVariantReader(data) : structReader(type.children, data)
  if (DataType.isMap(type)) return mapReader(type.children[0], data)
  if (DataType.isList(type) || DataType.isLargeList(type)) return listReader(type.children[0], data)
  if (DataType.isDictionary(type) && data.dictionary) {
    const chunks = data.dictionary.data.map(chunk => jsonReader(field.clone({ type: type.dictionary }), chunk))
    const [read] = chunks
    if (chunks.length === 1 && read) return row => read(Number(valuesOf(data)[row]))
  }
  throw new LakehouseError('unsupported', `Column ${field.name} has the Arrow type ${String(type)}, which is not shown.`)
}

const decoder = new TextDecoder()

function textReader(field: Field, data: Data): Reader {
  if (field.metadata.get('dataflow.type') !== 'variant') return row => decoder.decode(slice(data, row))
  return row => parseExact(decoder.decode(slice(data, row)))
}

/** JSON text as values; a number that a double cannot hold exactly stays the text of its digits. */
export function parseExact(text: string): Json {
  const tokens = longNumbers(text)
  // SAFETY: JSON.parse of valid JSON yields nothing else.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return JSON.parse(tokens) as Json
}

/** Quotes every number token that a double would change. */
function longNumbers(text: string): string {
  let out = ''
  for (const token of jsonTokens(text)) out += isLongNumber(token) ? `"${token}"` : token
  return out
}

function isLongNumber(token: string): boolean {
  if (token.length <= 15 || !/^-?\d+(?:\.\d+)?$/.test(token)) return false
  if (!token.includes('.')) return !Number.isSafeInteger(Number(token))
  return token.replace(/[-.]/g, '').replace(/^0+/, '').length > 15 && String(Number(token)) !== token
}

function integer(value: number | bigint): Json {
  if (typeof value === 'number') return value
  return value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER) ? String(value) : Number(value)
}

function float(value: number | bigint): Json {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : Number(value) === 0 ? 0 : Number(value)
}

function half(bits: number | bigint): Json {
  const word = Number(bits)
  const sign = word & 0x8000 ? -1 : 1
  const exponent = (word >> 10) & 0x1f
  const fraction = (word & 0x3ff) / 1024
  if (exponent === 0x1f) return fraction ? 'NaN' : String(sign * Infinity)
  return exponent === 0 ? sign * 2 ** -14 * fraction : sign * 2 ** (exponent - 15) * (1 + fraction)
}

function dateOfMillis(millis: number | bigint): Json {
  return dateText(Math.floor(Number(millis) / 86_400_000))
}

function monthsText(months: number | bigint): Json {
  const count = Math.abs(Number(months))
  return `${Number(months) < 0 ? '-' : ''}P${Math.floor(count / 12)}Y${count % 12}M`
}

function numberReader(data: Data, show: (value: number | bigint) => Json): Reader {
  const values = valuesOf(data)
  return row => show(values[row] ?? 0)
}

function decimalReader(data: Data, scale: number, bitWidth: number): Reader {
  const words = new Uint32Array(data.values.buffer, data.values.byteOffset, Math.floor(data.values.byteLength / 4))
  const count = bitWidth / 32
  return row => decimalText(decimalFromWords(words, row * count, count), scale)
}

function timestampReader(data: Data, unit: number, zone: string): Reader {
  return microsReader(data, unit, micros => timestampText(micros) + zone)
}

/** Units in Arrow's order: seconds, milliseconds, microseconds, nanoseconds. */
function microsReader(data: Data, unit: number, show: (micros: bigint) => string): Reader {
  const values = valuesOf(data)
  const perUnit = [1_000_000n, 1000n, 1n][unit]
  return row => {
    const value = BigInt(values[row] ?? 0)
    return show(perUnit === undefined ? floorDiv(value, 1000n) : value * perUnit)
  }
}

function structReader(fields: readonly Field[], data: Data): Reader {
  const members = fields.map((field, i) => [field.name, jsonReader(field, columnData(data.children, i))] as const)
  return row => Object.fromEntries(members.map(([name, read]) => [name, read(row)]))
}

function listReader(element: Field | undefined, data: Data): Reader {
  if (!element) throw new LakehouseError('corrupt', 'An Arrow list has no element type.')
  const read = jsonReader(element, columnData(data.children, 0))
  return row => {
    const [start, end] = extent(data, row)
    return Array.from({ length: end - start }, (_, i) => read(start + i))
  }
}

function mapReader(entries: Field | undefined, data: Data): Reader {
  const [key, value] = DataType.isStruct(entries?.type) ? entries.type.children : []
  const pairs = columnData(data.children, 0)
  if (!key || !value) throw new LakehouseError('corrupt', 'An Arrow map has no key and value.')
  const readKey = jsonReader(key, columnData(pairs.children, 0))
  const readValue = jsonReader(value, columnData(pairs.children, 1))
  return row => {
    const [start, end] = extent(data, row)
    return Array.from({ length: end - start }, (_, i) => ({ key: readKey(start + i), value: readValue(start + i) }))
  }
}

/** Spark sends a variant as struct(value, metadata), the second marked in its field's metadata. */
function isSparkVariant(field: Field): boolean {
  return DataType.isStruct(field.type) && field.type.children[1]?.metadata.get('variant') === 'true'
}

function sparkVariantReader(data: Data): Reader {
  const value = columnData(data.children, 0)
  const metadata = columnData(data.children, 1)
  return row => parseExact(variantJson(slice(value, row), slice(metadata, row)))
}

function columnData(children: readonly Data[], index: number): Data {
  const data = children[index]
  if (!data) throw new LakehouseError('corrupt', `An Arrow batch has no column ${index}.`)
  return data
}

function extent(data: Data, row: number): readonly [number, number] {
  const offsets: Values = data.valueOffsets
  return [Number(offsets[row]), Number(offsets[row + 1])]
}

function slice(data: Data, row: number): Uint8Array {
  const [start, end] = extent(data, row)
  return bytesOf(data).subarray(start, end)
}

function bit(bytes: Uint8Array, at: number): boolean {
  return (((bytes[at >> 3] ?? 0) >> (at & 7)) & 1) === 1
}

function bytesOf(data: Data): Uint8Array {
  const values: unknown = data.values
  if (values instanceof Uint8Array) return values
  throw new LakehouseError('corrupt', 'An Arrow column has no bytes.')
}

function valuesOf(data: Data): Values {
  const values: Values = data.values
  return values
}
