import { LakehouseError } from '#base/errors.ts'
import { floorDiv } from '#base/floorDiv.ts'
import { decimalText } from './decimal.ts'
import { dateText, timestampText } from './time.ts'

/**
 * The binary form of a variant value as JSON text, exact: integers and decimals of any size as numbers, dates and times as
 * text, binary as base64, NaN and infinities as text. https://github.com/apache/parquet-format/blob/master/VariantEncoding.md
 */
export function variantJson(value: Uint8Array, metadata: Uint8Array): string {
  return variantText(value, variantKeys(metadata))
}

/** As {@link variantJson}, with the names already read from the metadata. */
export function variantText(value: Uint8Array, keys: readonly string[]): string {
  try {
    return new VariantReader(value, keys).text(0, 0)
  } catch (error) {
    if (error instanceof RangeError) throw broken('it ends too early')
    throw error
  }
}

/** The names that a variant's objects refer to by number. */
export function variantKeys(metadata: Uint8Array): readonly string[] {
  const header = metadata[0] ?? 0
  if ((header & 0x0f) !== 1) throw broken(`version ${header & 0x0f} of its metadata is not known`)
  const width = (header >> 6) + 1
  const count = unsigned(metadata, 1, width)
  const first = 1 + width * (count + 2)
  if (first > metadata.byteLength) throw broken('its metadata is too short')
  return Array.from({ length: count }, (_, i) => {
    const start = first + unsigned(metadata, 1 + width * (i + 1), width)
    const end = first + unsigned(metadata, 1 + width * (i + 2), width)
    if (start > end || end > metadata.byteLength) throw broken('a name lies outside its metadata')
    return utf8.decode(metadata.subarray(start, end))
  })
}

/** The members of an object in its binary form, as name and JSON text; undefined when the value is no object. */
export function variantMembers(value: Uint8Array, keys: readonly string[]): readonly (readonly [string, string])[] | undefined {
  return new VariantReader(value, keys).members(0, 0)
}

const utf8 = new TextDecoder()
const deepest = 1000

class VariantReader {
  readonly #view: DataView
  readonly #bytes: Uint8Array
  readonly #keys: readonly string[]
  #met = 0

  constructor(value: Uint8Array, keys: readonly string[]) {
    this.#bytes = value
    this.#view = new DataView(value.buffer, value.byteOffset, value.byteLength)
    this.#keys = keys
  }

  text(at: number, depth: number): string {
    if (depth > deepest) throw broken(`it is nested deeper than ${deepest}`)
    if (++this.#met > this.#bytes.byteLength) throw broken('its parts overlap')
    const first = this.#view.getUint8(at)
    switch (first & 3) {
      case 0:
        return this.#primitive(first >> 2, at + 1)
      case 1:
        return JSON.stringify(utf8.decode(this.#slice(at + 1, first >> 2)))
      case 2:
        return `{${(this.members(at, depth) ?? []).map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(',')}}`
      default:
        return this.#array(first >> 2, at + 1, depth)
    }
  }

  members(at: number, depth: number): readonly (readonly [string, string])[] | undefined {
    const first = this.#view.getUint8(at)
    if ((first & 3) !== 2) return undefined
    const header = first >> 2
    const offsetWidth = (header & 3) + 1
    const idWidth = ((header >> 2) & 3) + 1
    const countWidth = header >> 4 === 1 ? 4 : 1
    const count = unsigned(this.#bytes, at + 1, countWidth)
    const ids = at + 1 + countWidth
    const offsets = ids + count * idWidth
    const values = offsets + (count + 1) * offsetWidth
    if (values > this.#bytes.byteLength) throw broken('an object is longer than the value')
    return Array.from({ length: count }, (_, i) => {
      const key = this.#keys[unsigned(this.#bytes, ids + i * idWidth, idWidth)]
      if (key === undefined) throw broken('a name is not in its metadata')
      return [key, this.text(values + unsigned(this.#bytes, offsets + i * offsetWidth, offsetWidth), depth + 1)] as const
    })
  }

  #array(header: number, at: number, depth: number): string {
    const offsetWidth = (header & 3) + 1
    const countWidth = (header >> 2) & 1 ? 4 : 1
    const count = unsigned(this.#bytes, at, countWidth)
    const offsets = at + countWidth
    const values = offsets + (count + 1) * offsetWidth
    if (values > this.#bytes.byteLength) throw broken('an array is longer than the value')
    const items = Array.from({ length: count }, (_, i) =>
      this.text(values + unsigned(this.#bytes, offsets + i * offsetWidth, offsetWidth), depth + 1),
    )
    return `[${items.join(',')}]`
  }

  #primitive(kind: number, at: number): string {
    const view = this.#view
    switch (kind) {
      case 0:
        return 'null'
      case 1:
        return 'true'
      case 2:
        return 'false'
      case 3:
        return String(view.getInt8(at))
      case 4:
        return String(view.getInt16(at, true))
      case 5:
        return String(view.getInt32(at, true))
      case 6:
        return String(view.getBigInt64(at, true))
      case 7:
        return numberText(view.getFloat64(at, true))
      case 8:
        return decimalText(BigInt(view.getInt32(at + 1, true)), view.getUint8(at))
      case 9:
        return decimalText(view.getBigInt64(at + 1, true), view.getUint8(at))
      case 10:
        return decimalText((view.getBigInt64(at + 9, true) << 64n) | view.getBigUint64(at + 1, true), view.getUint8(at))
      case 11:
        return `"${dateText(view.getInt32(at, true))}"`
      case 12:
        return `"${timestampText(view.getBigInt64(at, true))}Z"`
      case 13:
        return `"${timestampText(view.getBigInt64(at, true))}"`
      case 14:
        return numberText(view.getFloat32(at, true))
      case 15:
        return `"${base64(this.#slice(at + 4, view.getUint32(at, true)))}"`
      case 16:
        return JSON.stringify(utf8.decode(this.#slice(at + 4, view.getUint32(at, true))))
      case 18:
        return `"${timestampText(floorDiv(view.getBigInt64(at, true), 1000n))}Z"`
      case 19:
        return `"${timestampText(floorDiv(view.getBigInt64(at, true), 1000n))}"`
      case 20:
        return `"${uuidText(this.#slice(at, 16))}"`
      default:
        throw broken(`its primitive type ${kind} is not known`)
    }
  }

  #slice(start: number, length: number): Uint8Array {
    if (start + length > this.#bytes.byteLength) throw broken('a text is longer than the value')
    return this.#bytes.subarray(start, start + length)
  }
}

/** A double as JSON; NaN and infinities as text. */
export function numberText(value: number): string {
  return Number.isFinite(value) ? JSON.stringify(value) : `"${value}"`
}

/** Standard base64 with padding; also where there is no Buffer. */
export function base64(bytes: Uint8Array): string {
  let binary = ''
  for (let at = 0; at < bytes.byteLength; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(binary)
}

function uuidText(bytes: Uint8Array): string {
  const hex = Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

function unsigned(bytes: Uint8Array, at: number, width: number): number {
  let value = 0
  for (let i = width - 1; i >= 0; i -= 1) value = value * 256 + (bytes[at + i] ?? 0)
  return value
}

function broken(why: string): LakehouseError {
  return new LakehouseError('corrupt', `Cannot read a variant value: ${why}.`)
}
