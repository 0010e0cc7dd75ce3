import { deltaBinaryUnpack, deltaByteArray, deltaLengthByteArray } from 'hyparquet/src/delta.js'
import { byteStreamSplit } from 'hyparquet/src/encoding.js'
import type { Encoding, ParquetType, SchemaElement } from 'hyparquet'
import { exactBytes } from '#base/bytes.ts'
import { unreachable } from '#base/unreachable.ts'
import { ByteColumn, gatherValues, type LeafValues } from './leaf.ts'
import { thriftReader } from './thriftReader.ts'

/** Values [start, end) of a page; `total` is how many it has where that is more. */
export interface ValueRange {
  readonly start: number
  readonly end: number
  readonly total?: number
}

/** What the values of a page are. */
interface ValueSource {
  readonly encoding: Encoding
  readonly element: SchemaElement
  readonly dictionary: PageDictionary | undefined
}

/**
 * Values of one page, the first of which is at the start of `bytes`. Encodings that are read in order need no bytes behind the last one.
 * https://parquet.apache.org/docs/file-format/data-pages/encodings/
 * @throws Error when the bytes end too early
 */
export function decodeValues(bytes: Uint8Array, range: ValueRange, page: ValueSource): LeafValues {
  const { encoding, element } = page
  const { type } = element
  const { start, end, total = end } = range
  if (type === undefined) throw new Error('a leaf has no physical type')
  if (start === end) return emptyValues(type)
  switch (encoding) {
    case 'PLAIN':
      return decodePlain(bytes, range, element)
    case 'PLAIN_DICTIONARY':
    case 'RLE_DICTIONARY':
      return decodeDictionary(bytes, range, page.dictionary)
    case 'RLE':
      return decodeRleBooleans(bytes, end, type).subarray(start)
    case 'DELTA_BINARY_PACKED':
      return decodeDeltaNumbers(bytes, end, type).subarray(start, end)
    case 'DELTA_LENGTH_BYTE_ARRAY':
    case 'DELTA_BYTE_ARRAY':
      return decodeDeltaBytes(bytes, total, encoding).subarray(start, end)
    case 'BYTE_STREAM_SPLIT':
      return decodeSplit(bytes, total, element).subarray(start, end)
    case 'BIT_PACKED':
    case 'GROUP_VAR_INT':
      throw new Error(`the encoding ${encoding} is not known for values`)
    default:
      return unreachable(encoding)
  }
}

/** True where the first values of a page stand in its first bytes. */
export function isReadInOrder(encoding: Encoding): boolean {
  return ['PLAIN', 'PLAIN_DICTIONARY', 'RLE_DICTIONARY', 'RLE', 'DELTA_BINARY_PACKED'].includes(encoding)
}

/** A dictionary that is decoded as far as it is referred to. */
export class PageDictionary {
  readonly length: number
  readonly #decode: (count: number) => LeafValues
  #values: LeafValues | undefined

  /** `decode` gives the first values. */
  constructor(length: number, decode: (count: number) => LeafValues) {
    this.length = length
    this.#decode = decode
  }

  /** At least the first `count` values. */
  first(count: number): LeafValues {
    if (this.#values && this.#values.length >= count) return this.#values
    const isMost = this.#values !== undefined || count > this.length / 4
    this.#values = this.#decode(isMost ? this.length : count)
    return this.#values
  }
}

/** No value, of the kind that this physical type has. */
export function emptyValues(type: ParquetType): LeafValues {
  switch (type) {
    case 'BOOLEAN':
      return new Uint8Array(0)
    case 'INT32':
      return new Int32Array(0)
    case 'FLOAT':
      return new Float32Array(0)
    case 'DOUBLE':
      return new Float64Array(0)
    case 'INT64':
    case 'INT96':
      return new BigInt64Array(0)
    case 'BYTE_ARRAY':
    case 'FIXED_LEN_BYTE_ARRAY':
      return new ByteColumn(new Int32Array(1), new Uint8Array(0))
    default:
      return unreachable(type)
  }
}

/**
 * Fills `out` from a hybrid of runs and bit-packed groups of `width` bits. Returns the position after what it read.
 * @throws Error when the bytes end too early or a value has more bits than allowed
 */
export function decodeHybrid(bytes: Uint8Array, start: number, width: number, out: Uint8Array | Int32Array): number {
  if (width > 32) throw new Error(`levels of ${width} bits`)
  let at = start
  let filled = 0
  while (filled < out.length) {
    let header = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]
      if (byte === undefined || shift > 28) throw new Error('a run has no end')
      header |= (byte & 0x7f) << shift
      if (byte < 0x80) break
    }
    header >>>= 0
    if (header & 1) {
      const groups = header >>> 1
      const size = groups * width
      unpack(bytes, at, width, out, filled, Math.min(groups * 8, out.length - filled))
      at += size
      filled = Math.min(filled + groups * 8, out.length)
    } else {
      const run = Math.min(header >>> 1, out.length - filled)
      const valueBytes = (width + 7) >> 3
      let value = 0
      for (let i = 0; i < valueBytes; i += 1) value |= (bytes[at + i] ?? missing()) << (8 * i)
      at += valueBytes
      out.fill(value, filled, filled + run)
      filled += run
      if (header === 0) throw new Error('a run is empty')
    }
  }
  return at
}

function unpack(bytes: Uint8Array, start: number, width: number, out: Uint8Array | Int32Array, to: number, count: number): void {
  if (width === 0) {
    out.fill(0, to, to + count)
    return
  }
  if (start + Math.ceil((count * width) / 8) > bytes.length) missing()
  if (width === 1) {
    for (let i = 0; i < count; i += 1) out[to + i] = ((bytes[start + (i >> 3)] ?? 0) >> (i & 7)) & 1
    return
  }
  if (width > 24) {
    unpackWide(bytes, start, width, out, to, count)
    return
  }
  const mask = (1 << width) - 1
  let at = start
  let held = 0
  let bits = 0
  for (let i = 0; i < count; i += 1) {
    while (bits < width) {
      held |= (bytes[at++] ?? 0) << bits
      bits += 8
    }
    out[to + i] = held & mask
    held >>>= width
    bits -= width
  }
}

function unpackWide(bytes: Uint8Array, start: number, width: number, out: Uint8Array | Int32Array, to: number, count: number): void {
  for (let i = 0; i < count; i += 1) {
    let value = 0
    for (let bit = 0; bit < width; bit += 1) {
      const position = i * width + bit
      value += (((bytes[start + (position >> 3)] ?? 0) >> (position & 7)) & 1) * 2 ** bit
    }
    out[to + i] = value
  }
}

function missing(): never {
  throw new Error('it ends too early')
}

function decodePlain(bytes: Uint8Array, { start, end }: ValueRange, { type, type_length: length = 0 }: SchemaElement): LeafValues {
  switch (type) {
    case 'BOOLEAN': {
      const values = new Uint8Array(end)
      unpack(bytes, 0, 1, values, 0, end)
      return values.subarray(start)
    }
    case 'INT32':
      return new Int32Array(...aligned(bytes, start, end, 4))
    case 'INT64':
      return new BigInt64Array(...aligned(bytes, start, end, 8))
    case 'FLOAT':
      return new Float32Array(...aligned(bytes, start, end, 4))
    case 'DOUBLE':
      return new Float64Array(...aligned(bytes, start, end, 8))
    case 'INT96':
      return decodeInt96(valuesAt(bytes, start, end, 12), end - start)
    case 'FIXED_LEN_BYTE_ARRAY':
      return fixedColumn(valuesAt(bytes, start, end, length), end - start, length)
    case 'BYTE_ARRAY':
      return decodePlainBytes(bytes, start, end)
    case undefined:
      throw new Error('a leaf has no physical type')
    default:
      return unreachable(type)
  }
}

/** Values [start, end) of `width` bytes each. */
function valuesAt(bytes: Uint8Array, start: number, end: number, width: number): Uint8Array {
  return end * width > bytes.byteLength ? missing() : bytes.subarray(start * width, end * width)
}

/** What a typed array is made of: in place where numbers of this width can lie there. */
function aligned(bytes: Uint8Array, start: number, end: number, width: number): [ArrayBufferLike, number, number] {
  const values = valuesAt(bytes, start, end, width)
  if (values.byteOffset % width === 0) return [values.buffer, values.byteOffset, end - start]
  return [new Uint8Array(values).buffer, 0, end - start]
}

function decodePlainBytes(bytes: Uint8Array, start: number, end: number): ByteColumn {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  for (let i = 0; i < start; i += 1) at += 4 + view.getUint32(at, true)
  const offsets = new Int32Array(end - start + 1)
  let size = 0
  let next = at
  for (let i = start; i < end; i += 1) {
    const length = view.getUint32(next, true)
    size += length
    next += 4 + length
    offsets[i - start + 1] = size
  }
  if (next > bytes.byteLength) missing()
  const packed = new Uint8Array(size)
  for (let i = 0; i < end - start; i += 1) {
    const to = offsets[i] ?? 0
    const length = (offsets[i + 1] ?? 0) - to
    at += 4
    if (length > 32) packed.set(bytes.subarray(at, at + length), to)
    else for (let k = 0; k < length; k += 1) packed[to + k] = bytes[at + k] ?? 0
    at += length
  }
  return new ByteColumn(offsets, packed)
}

function fixedColumn(bytes: Uint8Array, count: number, length: number): ByteColumn {
  return new ByteColumn(
    Int32Array.from({ length: count + 1 }, (_, i) => i * length),
    bytes,
  )
}

/** Nanoseconds of the day and a Julian day, cut to epoch microseconds. */
function decodeInt96(bytes: Uint8Array, count: number): BigInt64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const values = new BigInt64Array(count)
  for (let i = 0; i < count; i += 1) {
    const nanos = view.getBigInt64(i * 12, true)
    const day = BigInt(view.getInt32(i * 12 + 8, true) - 2_440_588)
    const micros = day * 86_400_000_000n + (nanos >= 0n ? nanos / 1000n : -((999n - nanos) / 1000n))
    if (BigInt.asIntN(64, micros) !== micros) throw new Error('a time lies beyond 64 bits of microseconds')
    values[i] = micros
  }
  return values
}

function decodeDictionary(bytes: Uint8Array, { start, end }: ValueRange, dictionary: PageDictionary | undefined): LeafValues {
  if (dictionary === undefined) throw new Error('a page refers to a dictionary that is not there')
  const all = new Int32Array(end)
  decodeHybrid(bytes, 1, bytes[0] ?? missing(), all)
  const indexes = all.subarray(start)
  let most = 0
  for (const index of indexes) {
    if (index < 0 || index >= dictionary.length) throw new Error('a page refers beyond its dictionary')
    if (index > most) most = index
  }
  return gatherValues(dictionary.first(most + 1), indexes)
}

function decodeRleBooleans(bytes: Uint8Array, count: number, type: ParquetType): Uint8Array {
  if (type !== 'BOOLEAN') throw new Error(`the encoding RLE is not known for ${type}`)
  const values = new Uint8Array(count)
  decodeHybrid(bytes, 4, 1, values)
  return values
}

function decodeDeltaNumbers(bytes: Uint8Array, count: number, type: ParquetType): LeafValues {
  if (type !== 'INT32' && type !== 'INT64') throw new Error(`the encoding DELTA_BINARY_PACKED is not known for ${type}`)
  const values = type === 'INT32' ? new Int32Array(count) : new BigInt64Array(count)
  deltaBinaryUnpack(readerOf(bytes), count, values)
  return values
}

function decodeDeltaBytes(bytes: Uint8Array, count: number, encoding: 'DELTA_LENGTH_BYTE_ARRAY' | 'DELTA_BYTE_ARRAY'): ByteColumn {
  const parts: Uint8Array[] = Array.from({ length: count })
  if (encoding === 'DELTA_BYTE_ARRAY') deltaByteArray(readerOf(bytes), count, parts)
  else deltaLengthByteArray(readerOf(bytes), count, parts)
  return columnOf(parts)
}

function decodeSplit(bytes: Uint8Array, count: number, { type, type_length: length }: SchemaElement): LeafValues {
  if (type === undefined) throw new Error('a leaf has no physical type')
  const values = byteStreamSplit(readerOf(bytes), count, type, length)
  if (Array.isArray(values)) return columnOf(values.filter(part => part instanceof Uint8Array))
  if (values instanceof BigUint64Array || values instanceof Uint32Array) throw new Error(`split values of ${type}`)
  return values
}

function columnOf(parts: readonly Uint8Array[]): ByteColumn {
  const offsets = new Int32Array(parts.length + 1)
  for (const [i, part] of parts.entries()) offsets[i + 1] = (offsets[i] ?? 0) + part.byteLength
  const bytes = new Uint8Array(offsets.at(-1) ?? 0)
  for (const [i, part] of parts.entries()) bytes.set(part, offsets[i] ?? 0)
  return new ByteColumn(offsets, bytes)
}

/** Owns its buffer, so that a length that lies cannot reach beyond the page. */
function readerOf(bytes: Uint8Array) {
  return thriftReader(exactBytes(bytes))
}
