/**
 * The first `size` bytes that a snappy block makes; the whole block when it makes as many.
 * https://github.com/google/snappy/blob/main/format_description.txt
 * @throws Error when the block is damaged, or makes fewer bytes
 */
export function snappyFront(block: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size)
  let at = 0
  let made = 0
  while (byteAt(block, at++) >= 0x80) if (at > 5) throw new Error('a snappy block has no size')
  while (made < size) {
    const tag = byteAt(block, at++)
    if ((tag & 3) === 0) {
      const extra = Math.max((tag >> 2) - 59, 0)
      const length = Math.min((extra === 0 ? tag >> 2 : littleEndian(block, at, extra)) + 1, size - made)
      at += extra
      if (at + length > block.byteLength) throw tooShort()
      if (length > 16) out.set(block.subarray(at, at + length), made)
      else for (let i = 0; i < length; i += 1) out[made + i] = block[at + i] ?? 0
      at += length
      made += length
      continue
    }
    const isNear = (tag & 3) === 1
    const width = isNear ? 1 : (tag & 3) === 2 ? 2 : 4
    const distance = littleEndian(block, at, width) + (isNear ? (tag >> 5) << 8 : 0)
    const length = Math.min(isNear ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1, size - made)
    at += width
    if (distance === 0 || distance > made) throw new Error('a snappy block copies from before its beginning')
    if (length > 16 && distance >= length) out.copyWithin(made, made - distance, made - distance + length)
    else for (let i = 0; i < length; i += 1) out[made + i] = out[made + i - distance] ?? 0
    made += length
  }
  return out
}

function littleEndian(bytes: Uint8Array, start: number, count: number): number {
  let value = 0
  for (let i = count - 1; i >= 0; i -= 1) value = value * 256 + byteAt(bytes, start + i)
  return value
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at]
  if (byte === undefined) throw tooShort()
  return byte
}

function tooShort(): Error {
  return new Error('a snappy block ends too early')
}
