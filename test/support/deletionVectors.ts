import { crc32 } from '#parquet/crc32.ts'

export const portable = 1_681_511_377
export const native = 1_681_511_376

/** 32-bit little-endian numbers. */
export function words(...numbers: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(numbers).buffer)
}

/** 16-bit little-endian numbers. */
export function halves(...numbers: readonly number[]): Uint8Array {
  return new Uint8Array(Uint16Array.from(numbers).buffer)
}

/** One version byte, then one vector with its size and checksum. */
export function vectorFile(rows: readonly number[]): { readonly file: Uint8Array; readonly size: number } {
  const data = roaring64(rows, portable)
  const file = new Uint8Array(data.byteLength + 9)
  const view = new DataView(file.buffer)
  view.setUint8(0, 1)
  view.setUint32(1, data.byteLength)
  file.set(data, 5)
  view.setUint32(5 + data.byteLength, crc32(data))
  return { file, size: data.byteLength }
}

/** A 64-bit bitmap of sorted rows in one of the two forms. */
export function roaring64(rows: readonly number[], magic: number): Uint8Array {
  const highs = new Map<number, number[]>()
  for (const row of rows) highs.set(Math.floor(row / 2 ** 32), [...(highs.get(Math.floor(row / 2 ** 32)) ?? []), row % 2 ** 32])
  const maps = [...highs].map(([high, low]) => ({ high, bytes: roaring32(low) }))
  if (magic === portable) return joined(words(magic, maps.length, 0), ...maps.flatMap(({ high, bytes }) => [words(high), bytes]))
  return joined(words(magic, maps.length), ...maps.flatMap(({ bytes }) => [words(bytes.byteLength), bytes]))
}

function roaring32(rows: readonly number[]): Uint8Array {
  const containers = new Map<number, number[]>()
  for (const row of rows) containers.set(row >>> 16, [...(containers.get(row >>> 16) ?? []), row & 0xffff])
  const heads = [...containers].flatMap(([key, low]) => [key, low.length - 1])
  const bodies = [...containers.values()].map(low => (low.length > 4096 ? bitmap(low) : halves(...low)))
  const offsets = new Uint8Array(containers.size * 4)
  return joined(words(12_346, containers.size), halves(...heads), offsets, ...bodies)
}

function bitmap(low: readonly number[]): Uint8Array {
  const bits = new Uint8Array(8192)
  for (const row of low) bits[row >> 3] = (bits[row >> 3] ?? 0) | (1 << (row & 7))
  return bits
}

/** All parts, one after another. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

const z85 = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#'

/** Bytes as Z85 text, padded with zeros to a multiple of four. */
export function encodeZ85(bytes: Uint8Array): string {
  const padded = new Uint8Array(Math.ceil(bytes.byteLength / 4) * 4)
  padded.set(bytes)
  const view = new DataView(padded.buffer)
  let text = ''
  for (let at = 0; at < padded.byteLength; at += 4) {
    const value = view.getUint32(at)
    for (let power = 4; power >= 0; power -= 1) text += z85.charAt(Math.floor(value / 85 ** power) % 85)
  }
  return text
}
