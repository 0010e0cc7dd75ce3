/**
 * Sorted row numbers of a 64-bit Roaring bitmap, in the portable or the native serialisation of Delta.
 * https://github.com/RoaringBitmap/RoaringFormatSpec, https://github.com/delta-io/delta/blob/master/PROTOCOL.md#deletion-vector-format
 * @throws Error when the bytes are no such bitmap, or hold more than `most` rows
 */
export function decodeRoaring(bytes: Uint8Array, most: number): Float64Array {
  const reader = new Reader(bytes)
  const rows = new Rows(most)
  const magic = reader.uint32()
  if (magic === portableMagic) readPortable(reader, rows)
  else if (magic === nativeMagic) readNative(reader, rows, () => reader.uint32())
  else if (magic === nativeMagicReversed) readNative(reader, rows, () => reader.uint32BigEndian())
  else throw new Error(`it begins with ${magic} instead of a known magic number`)
  return rows.take()
}

const portableMagic = 1_681_511_377
const nativeMagic = 1_681_511_376
/** The inline example of the protocol has the numbers of its frame in big-endian order. */
const nativeMagicReversed = 0xd0d3_3964
const withRuns = 12_347
const withoutRuns = 12_346
const arrayMost = 4096

function readPortable(reader: Reader, rows: Rows): void {
  const count = reader.uint32() + reader.uint32() * 2 ** 32
  for (let i = 0; i < count; i += 1) readBitmap32(reader, reader.uint32() * 2 ** 32, rows)
}

function readNative(reader: Reader, rows: Rows, number: () => number): void {
  const count = number()
  for (let high = 0; high < count; high += 1) {
    number()
    readBitmap32(reader, high * 2 ** 32, rows)
  }
}

function readBitmap32(reader: Reader, high: number, rows: Rows): void {
  const cookie = reader.uint32()
  const hasRuns = (cookie & 0xffff) === withRuns
  if (!hasRuns && cookie !== withoutRuns) throw new Error(`a bitmap begins with ${cookie}`)
  const count = hasRuns ? (cookie >>> 16) + 1 : reader.uint32()
  if (count > 65_536) throw new Error(`a bitmap has ${count} containers`)
  const runs = hasRuns ? reader.take(Math.ceil(count / 8)) : new Uint8Array(0)
  const heads = Array.from({ length: count }, () => ({ key: reader.uint16(), cardinality: reader.uint16() + 1 }))
  if (!hasRuns || count >= 4) reader.take(count * 4)
  for (const [i, { key, cardinality }] of heads.entries()) {
    const base = high + key * 65_536
    if (((runs[i >> 3] ?? 0) >> (i & 7)) & 1) readRuns(reader, base, rows)
    else if (cardinality <= arrayMost) for (let k = 0; k < cardinality; k += 1) rows.add(base + reader.uint16())
    else readBits(reader.take(8192), base, rows)
  }
}

function readRuns(reader: Reader, base: number, rows: Rows): void {
  const count = reader.uint16()
  for (let i = 0; i < count; i += 1) {
    const start = reader.uint16()
    const more = reader.uint16()
    if (start + more > 0xffff) throw new Error('a run leaves its container')
    for (let k = 0; k <= more; k += 1) rows.add(base + start + k)
  }
}

function readBits(bits: Uint8Array, base: number, rows: Rows): void {
  for (const [i, byte] of bits.entries()) {
    for (let rest = byte; rest !== 0; rest &= rest - 1) rows.add(base + i * 8 + 31 - Math.clz32(rest & -rest))
  }
}

class Rows {
  readonly #most: number
  #rows: Float64Array
  #count = 0
  #last = -1

  constructor(most: number) {
    this.#most = most
    this.#rows = new Float64Array(Math.min(most, 65_536))
  }

  add(row: number): void {
    if (this.#count === this.#most) throw new Error(`it holds more than ${this.#most} rows`)
    if (this.#count === this.#rows.length) this.#grow()
    if (row <= this.#last) throw new Error('its rows are not in order')
    this.#last = row
    this.#rows[this.#count++] = row
  }

  take(): Float64Array {
    return this.#rows.subarray(0, this.#count)
  }

  #grow(): void {
    const larger = new Float64Array(Math.min(this.#most, this.#rows.length * 2))
    larger.set(this.#rows)
    this.#rows = larger
  }
}

/** Little-endian. @throws RangeError at the end */
class Reader {
  readonly #view: DataView
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  uint16(): number {
    this.#at += 2
    return this.#view.getUint16(this.#at - 2, true)
  }

  uint32(): number {
    this.#at += 4
    return this.#view.getUint32(this.#at - 4, true)
  }

  uint32BigEndian(): number {
    this.#at += 4
    return this.#view.getUint32(this.#at - 4)
  }

  take(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.byteLength) throw new RangeError('it ends too early')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }
}
