import type { Data, DataType } from 'apache-arrow'
import { ByteColumn, zerosLike } from '#parquet/leaf.ts'
import { arrowData, nullData, type Validity } from './arrowTypes.ts'
import { Decimals, type ArrowValues } from './convert.ts'

/** A column of `length` slots: the values in order in the valid ones. */
export function fillSlots(type: DataType, length: number, values: ArrowValues, validity: Validity | undefined): Data {
  if (validity === undefined) return denseData(type, values)
  if (validity.nulls === length) return nullData(type, length)
  const spread = spreadValues(values, length, validity.bitmap)
  return spread instanceof ByteColumn
    ? arrowData(type, length, { validity, offsets: spread.offsets, values: spread.bytes })
    : arrowData(type, length, { validity, values: bufferOf(spread, type) })
}

/** A column whose every slot holds the one value. */
export function repeatValue(type: DataType, length: number, value: ArrowValues | null): Data {
  if (value === null || length === 0) return nullData(type, length)
  if (value instanceof ByteColumn) {
    const one = value.at(0)
    const offsets = Int32Array.from({ length: length + 1 }, (_, i) => i * one.byteLength)
    const bytes = new Uint8Array(length * one.byteLength)
    for (let i = 0; i < length; i += 1) bytes.set(one, i * one.byteLength)
    return arrowData(type, length, { offsets, values: bytes })
  }
  if (value instanceof Decimals) {
    const words = new BigInt64Array(length * 2)
    for (let i = 0; i < length; i += 1) words.set(value.words, i * 2)
    return denseData(type, new Decimals(words))
  }
  if (value instanceof BigInt64Array) return denseData(type, new BigInt64Array(length).fill(value[0] ?? 0n))
  const repeated = zerosLike(value, length)
  repeated.fill(value[0] ?? 0)
  return denseData(type, repeated)
}

function denseData(type: DataType, values: ArrowValues): Data {
  if (values instanceof ByteColumn) return arrowData(type, values.length, { offsets: values.offsets, values: values.bytes })
  return arrowData(type, values.length, { values: bufferOf(values, type) })
}

function spreadValues(values: ArrowValues, length: number, bitmap: Uint8Array): ArrowValues {
  if (values instanceof ByteColumn) return spreadBytes(values, length, bitmap)
  if (values instanceof Decimals) {
    const words = new BigInt64Array(length * 2)
    eachValid(length, bitmap, (slot, i) => {
      words[2 * slot] = values.words[2 * i] ?? 0n
      words[2 * slot + 1] = values.words[2 * i + 1] ?? 0n
    })
    return new Decimals(words)
  }
  if (values instanceof BigInt64Array) {
    const spread = new BigInt64Array(length)
    eachValid(length, bitmap, (slot, i) => {
      spread[slot] = values[i] ?? 0n
    })
    return spread
  }
  const spread = zerosLike(values, length)
  eachValid(length, bitmap, (slot, i) => {
    spread[slot] = values[i] ?? 0
  })
  return spread
}

/** Nulls are empty; the bytes stay where they are. */
function spreadBytes(values: ByteColumn, length: number, bitmap: Uint8Array): ByteColumn {
  const offsets = new Int32Array(length + 1)
  let at = values.offsets[0] ?? 0
  let next = 0
  for (let slot = 0; slot < length; slot += 1) {
    offsets[slot] = at
    if ((((bitmap[slot >> 3] ?? 0) >> (slot & 7)) & 1) === 1) at = values.offsets[++next] ?? at
  }
  offsets[length] = at
  return new ByteColumn(offsets, values.bytes)
}

function eachValid(length: number, bitmap: Uint8Array, visit: (slot: number, value: number) => void): void {
  let value = 0
  for (let slot = 0; slot < length; slot += 1) {
    if ((((bitmap[slot >> 3] ?? 0) >> (slot & 7)) & 1) === 1) visit(slot, value++)
  }
}

function bufferOf(values: Exclude<ArrowValues, ByteColumn>, type: DataType): ArrayBufferView {
  if (values instanceof Decimals) return new Uint32Array(values.words.buffer, values.words.byteOffset, values.words.length * 2)
  return values instanceof Uint8Array && type.ArrayType === Uint8Array ? packBits(values) : values
}

function packBits(flags: Uint8Array): Uint8Array {
  const bits = new Uint8Array(((flags.length + 63) >> 6) << 3)
  for (let i = 0; i < flags.length; i += 1) if (flags[i] === 1) bits[i >> 3] = (bits[i >> 3] ?? 0) | (1 << (i & 7))
  return bits
}
