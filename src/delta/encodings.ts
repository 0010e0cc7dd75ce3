import { exactBytes } from '#base/bytes.ts'
import { unreachable } from '#base/unreachable.ts'
import { deltaBinaryUnpack, deltaByteArray, deltaLengthByteArray } from 'hyparquet/src/delta.js'
import { byteStreamSplit } from 'hyparquet/src/encoding.js'
import type { Encoding, ParquetType, SchemaElement } from 'hyparquet'
import { ByteColumn, gatherValues, type LeafValues } from './leaf.ts'

/** `count` values of one page, which begin at the start of `bytes`. https://parquet.apache.org/docs/file-format/data-pages/encodings/ */
export function decodeValues(
  bytes: Uint8Array,
  count: number,
  page: { readonly encoding: Encoding; readonly element: SchemaElement; readonly dictionary: LeafValues | undefined },
): LeafValues {
  const { encoding, element } = page
  const { type } = element
  if (type === undefined) throw new Error('a leaf has no physical type')
  if (count === 0) return emptyValues(type)
  switch (encoding) {
    case 'PLAIN':
      return decodePlain(bytes, count, element)
    case 'PLAIN_DICTIONARY':
    case 'RLE_DICTIONARY':
      return decodeDictionary(bytes, count, page.dictionary)
    case 'RLE':
      return decodeRleBooleans(bytes, count, type)
    case 'DELTA_BINARY_PACKED':
      return decodeDeltaNumbers(bytes, count, type)
    case 'DELTA_LENGTH_BYTE_ARRAY':
    case 'DELTA_BYTE_ARRAY':
      return decodeDeltaBytes(bytes, count, encoding)
    case 'BYTE_STREAM_SPLIT':
      return decodeSplit(bytes, count, element)
    case 'BIT_PACKED':
    case 'GROUP_VAR_INT':
      throw new Error(`the encoding ${encoding} is not known for values`)
    default:
      return unreachable(encoding)
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

function decodePlain(bytes: Uint8Array, count: number, { type, type_length: length }: SchemaElement): LeafValues {
  switch (type) {
    case 'BOOLEAN': {
      const values = new Uint8Array(count)
      unpack(bytes, 0, 1, values, 0, count)
      return values
    }
    case 'INT32':
      return new Int32Array(aligned(bytes, count * 4))
    case 'INT64':
      return new BigInt64Array(aligned(bytes, count * 8))
    case 'FLOAT':
      return new Float32Array(aligned(bytes, count * 4))
    case 'DOUBLE':
      return new Float64Array(aligned(bytes, count * 8))
    case 'INT96':
      return decodeInt96(bytes, count)
    case 'FIXED_LEN_BYTE_ARRAY':
      return fixedColumn(bytes, count, length ?? 0)
    case 'BYTE_ARRAY':
      return decodePlainBytes(bytes, count)
    case undefined:
      throw new Error('a leaf has no physical type')
    default:
      return unreachable(type)
  }
}

function aligned(bytes: Uint8Array, size: number): ArrayBuffer {
  if (size > bytes.byteLength) missing()
  return new Uint8Array(bytes.subarray(0, size)).buffer
}

function decodePlainBytes(bytes: Uint8Array, count: number): ByteColumn {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const offsets = new Int32Array(count + 1)
  const packed = new Uint8Array(Math.max(bytes.byteLength - 4 * count, 0))
  let at = 0
  let to = 0
  for (let i = 0; i < count; i += 1) {
    const length = view.getUint32(at, true)
    at += 4
    if (at + length > bytes.byteLength) missing()
    if (length > 32) packed.set(bytes.subarray(at, at + length), to)
    else for (let k = 0; k < length; k += 1) packed[to + k] = bytes[at + k] ?? 0
    at += length
    to += length
    offsets[i + 1] = to
  }
  return new ByteColumn(offsets, packed)
}

function fixedColumn(bytes: Uint8Array, count: number, length: number): ByteColumn {
  if (length * count > bytes.byteLength) missing()
  return new ByteColumn(
    Int32Array.from({ length: count + 1 }, (_, i) => i * length),
    new Uint8Array(bytes.subarray(0, length * count)),
  )
}

/** Nanoseconds of the day and a Julian day, cut to epoch microseconds. */
function decodeInt96(bytes: Uint8Array, count: number): BigInt64Array {
  if (count * 12 > bytes.byteLength) missing()
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

function decodeDictionary(bytes: Uint8Array, count: number, dictionary: LeafValues | undefined): LeafValues {
  if (dictionary === undefined) throw new Error('a page refers to a dictionary that is not there')
  const indexes = new Int32Array(count)
  decodeHybrid(bytes, 1, bytes[0] ?? missing(), indexes)
  for (const index of indexes) if (index < 0 || index >= dictionary.length) throw new Error('a page refers beyond its dictionary')
  return gatherValues(dictionary, indexes)
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
  return { view: new DataView(exactBytes(bytes).buffer), offset: 0 }
}
