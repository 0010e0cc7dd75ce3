import * as zlib from 'node:zlib'

/** CRC-32 of bytes, unsigned; Node before 20.15 has none of its own. */
export function crc32(bytes: Uint8Array): number {
  return native ? native(bytes) : crc32InScript(bytes)
}

/** The same without the runtime's help. */
export function crc32InScript(bytes: Uint8Array): number {
  let crc = 0xffff_ffff
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] ?? 0)
  return ~crc >>> 0
}

const { crc32: native } = zlib as { readonly crc32?: (bytes: Uint8Array) => number }

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1
  return crc
})
