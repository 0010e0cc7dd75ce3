import { DataType, type Data } from 'apache-arrow'
import { LakehouseError } from '#base/errors.ts'

/**
 * 128-bit hashes of rows by their values: MurmurHash3 over one or more blocks of four words for each value, column after
 * column. Rows are taken for equal when all four words are. As Spark's EXCEPT ALL has it, null equals null, NaN equals NaN and
 * 0.0 equals -0.0; the entries of a map have no order.
 * https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp
 */
export function hashRows(columns: readonly Data[], rows: number): Int32Array {
  const lanes = new Int32Array(rows * 4)
  for (const column of columns) mixColumn(column, rows, lanes)
  finish(lanes)
  return lanes
}

/** The last word of a value's first block says what it is, so that no two rows make the same sequence of blocks. */
const nullMark = 0
const valueMark = 1
const bytesMark = 2
const listMark = 3

function mixColumn(data: Data, slots: number, lanes: Int32Array): void {
  const isNull = nullsOf(data)
  const mixValue = valueMixer(data, slots, lanes)
  for (let slot = 0; slot < slots; slot += 1) {
    if (isNull?.(slot)) mix(lanes, slot, 0, 0, 0, nullMark)
    else mixValue(slot)
  }
}

function nullsOf(data: Data): ((slot: number) => boolean) | undefined {
  if (DataType.isNull(data.type)) return () => true
  if (data.nullCount === 0) return undefined
  const { nullBitmap } = data
  return slot => (((nullBitmap[slot >> 3] ?? 0) >> (slot & 7)) & 1) === 0
}

type Mixer = (slot: number) => void

function valueMixer(data: Data, slots: number, lanes: Int32Array): Mixer {
  const { type } = data
  if (DataType.isNull(type)) return () => {}
  if (DataType.isUtf8(type) || DataType.isBinary(type)) return bytesMixer(data, lanes)
  if (DataType.isFloat(type)) return floatMixer(data, lanes)
  if (DataType.isBool(type)) {
    const bits: Uint8Array = data.values
    return slot => mix(lanes, slot, ((bits[slot >> 3] ?? 0) >> (slot & 7)) & 1, 0, 0, valueMark)
  }
  if (DataType.isStruct(type)) return structMixer(data, slots, lanes)
  if (DataType.isList(type)) return listMixer(data, lanes)
  if (DataType.isMap(type)) return mapMixer(data, lanes)
  return wordsMixer(data, lanes)
}

/** Integers, dates, timestamps and decimals: one, two or four words. */
function wordsMixer({ type, values }: Data, lanes: Int32Array): Mixer {
  if (values instanceof Int8Array || values instanceof Int16Array || values instanceof Int32Array) {
    return slot => mix(lanes, slot, values[slot] ?? 0, 0, 0, valueMark)
  }
  if (values instanceof BigInt64Array) {
    const words = new Int32Array(values.buffer, values.byteOffset, values.length * 2)
    return slot => mix(lanes, slot, words[2 * slot] ?? 0, words[2 * slot + 1] ?? 0, 0, valueMark)
  }
  if (values instanceof Uint32Array && DataType.isDecimal(type)) {
    return slot => {
      mix(lanes, slot, 0, 0, 0, valueMark)
      mix(lanes, slot, values[4 * slot] ?? 0, values[4 * slot + 1] ?? 0, values[4 * slot + 2] ?? 0, values[4 * slot + 3] ?? 0)
    }
  }
  throw new LakehouseError('unsupported', `Values of Arrow type ${type.typeId} cannot be compared.`)
}

const scratch = new Float64Array(1)
const scratchWords = new Int32Array(scratch.buffer)

/** Floats and doubles, both as a double. */
function floatMixer(data: Data, lanes: Int32Array): Mixer {
  const values: Float32Array | Float64Array = data.values
  return slot => {
    const value = values[slot] ?? 0
    scratch[0] = value === 0 ? 0 : value
    if (Number.isNaN(value)) scratch[0] = Number.NaN
    mix(lanes, slot, scratchWords[0] ?? 0, scratchWords[1] ?? 0, 0, valueMark)
  }
}

/** The first block holds the length and eight bytes, each of the others sixteen. */
function bytesMixer(data: Data, lanes: Int32Array): Mixer {
  const offsets: Int32Array = data.valueOffsets
  const bytes: Uint8Array = data.values
  const word = (at: number, end: number): number =>
    (at < end ? (bytes[at] ?? 0) : 0) |
    ((at + 1 < end ? (bytes[at + 1] ?? 0) : 0) << 8) |
    ((at + 2 < end ? (bytes[at + 2] ?? 0) : 0) << 16) |
    ((at + 3 < end ? (bytes[at + 3] ?? 0) : 0) << 24)
  return slot => {
    const start = offsets[slot] ?? 0
    const end = offsets[slot + 1] ?? 0
    mix(lanes, slot, end - start, word(start, end), word(start + 4, end), bytesMark)
    for (let at = start + 8; at < end; at += 16) {
      mix(lanes, slot, word(at, end), word(at + 4, end), word(at + 8, end), word(at + 12, end))
    }
  }
}

function structMixer({ children }: Data, slots: number, lanes: Int32Array): Mixer {
  const members = hashRows(children, slots)
  return slot => mixLanes(lanes, slot, members, slot)
}

function listMixer({ children: [child], valueOffsets }: Data, lanes: Int32Array): Mixer {
  const offsets: Int32Array = valueOffsets
  const items = child ? hashRows([child], child.length) : new Int32Array(0)
  return slot => {
    const start = offsets[slot] ?? 0
    const end = offsets[slot + 1] ?? 0
    mix(lanes, slot, end - start, 0, 0, listMark)
    for (let item = start; item < end; item += 1) mixLanes(lanes, slot, items, item)
  }
}

/** The hashes of the entries are added up, which no order changes. */
function mapMixer({ children: [entries], valueOffsets }: Data, lanes: Int32Array): Mixer {
  const offsets: Int32Array = valueOffsets
  const pairs = entries ? hashRows(entries.children, entries.length) : new Int32Array(0)
  const sum = new Int32Array(4)
  return slot => {
    const start = offsets[slot] ?? 0
    const end = offsets[slot + 1] ?? 0
    sum.fill(0)
    for (let at = start * 4; at < end * 4; at += 1) sum[at & 3] = ((sum[at & 3] ?? 0) + (pairs[at] ?? 0)) | 0
    mix(lanes, slot, end - start, 0, 0, listMark)
    mixLanes(lanes, slot, sum, 0)
  }
}

function mixLanes(lanes: Int32Array, slot: number, from: Int32Array, at: number): void {
  mix(lanes, slot, from[4 * at] ?? 0, from[4 * at + 1] ?? 0, from[4 * at + 2] ?? 0, from[4 * at + 3] ?? 0)
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by))
}

function mix(lanes: Int32Array, slot: number, a: number, b: number, c: number, d: number): void {
  const at = slot * 4
  let h1 = lanes[at] ?? 0
  let h2 = lanes[at + 1] ?? 0
  let h3 = lanes[at + 2] ?? 0
  let h4 = lanes[at + 3] ?? 0
  h1 ^= Math.imul(rotate(Math.imul(a, 0x239b_961b), 15), 0xab0e_9789)
  h1 = (Math.imul((rotate(h1, 19) + h2) | 0, 5) + 0x561c_cd1b) | 0
  h2 ^= Math.imul(rotate(Math.imul(b, 0xab0e_9789), 16), 0x38b3_4ae5)
  h2 = (Math.imul((rotate(h2, 17) + h3) | 0, 5) + 0x0bca_a747) | 0
  h3 ^= Math.imul(rotate(Math.imul(c, 0x38b3_4ae5), 17), 0xa1e3_8b93)
  h3 = (Math.imul((rotate(h3, 15) + h4) | 0, 5) + 0x96cd_1c35) | 0
  h4 ^= Math.imul(rotate(Math.imul(d, 0xa1e3_8b93), 18), 0x239b_961b)
  h4 = (Math.imul((rotate(h4, 13) + h1) | 0, 5) + 0x32ac_3b17) | 0
  lanes[at] = h1
  lanes[at + 1] = h2
  lanes[at + 2] = h3
  lanes[at + 3] = h4
}

function finish(lanes: Int32Array): void {
  for (let at = 0; at < lanes.length; at += 4) {
    let h1 = lanes[at] ?? 0
    let h2 = lanes[at + 1] ?? 0
    let h3 = lanes[at + 2] ?? 0
    let h4 = lanes[at + 3] ?? 0
    h1 = (h1 + h2 + h3 + h4) | 0
    h2 = (h2 + h1) | 0
    h3 = (h3 + h1) | 0
    h4 = (h4 + h1) | 0
    h1 = avalanche(h1)
    h2 = avalanche(h2)
    h3 = avalanche(h3)
    h4 = avalanche(h4)
    h1 = (h1 + h2 + h3 + h4) | 0
    lanes[at] = h1
    lanes[at + 1] = (h2 + h1) | 0
    lanes[at + 2] = (h3 + h1) | 0
    lanes[at + 3] = (h4 + h1) | 0
  }
}

function avalanche(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85eb_ca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35)
  return mixed ^ (mixed >>> 16)
}
