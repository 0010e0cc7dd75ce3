/**
 * The `size` bytes that an LZ4 block makes. https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 * @throws Error when the block is damaged, or makes another number of bytes
 */
export function lz4Block(block: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size)
  return fill(out, block) === size ? out : damaged()
}

/**
 * The same of a page of the old codec LZ4: Hadoop's frames, each with the bytes that it makes in front, and before each of its
 * blocks the bytes of that; some writers left them out. https://github.com/apache/parquet-format/blob/master/Compression.md#lz4
 * @throws Error as above
 */
export function lz4Page(page: Uint8Array, size: number): Uint8Array {
  try {
    return framesOf(page, size)
  } catch {
    return lz4Block(page, size)
  }
}

function framesOf(page: Uint8Array, size: number): Uint8Array {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength)
  const out = new Uint8Array(size)
  let made = 0
  for (let at = 0; at < page.byteLength;) {
    const end = made + view.getUint32(at)
    at += 4
    while (made < end) {
      const start = at + 4
      at = start + view.getUint32(at)
      if (at > page.byteLength || end > size) damaged()
      made += fill(out.subarray(made, end), page.subarray(start, at))
    }
  }
  return made === size ? out : damaged()
}

/** Writes what a block makes, and gives the number of bytes. */
function fill(out: Uint8Array, block: Uint8Array): number {
  let at = 0
  let made = 0
  const lengthFrom = (nibble: number): number => {
    let length = nibble
    for (let byte = nibble === 15 ? 255 : 0; byte === 255; length += byte) byte = block[at++] ?? damaged()
    return length
  }
  while (at < block.byteLength) {
    const token = block[at++] ?? 0
    const literals = lengthFrom(token >> 4)
    if (at + literals > block.byteLength || made + literals > out.byteLength) damaged()
    out.set(block.subarray(at, at + literals), made)
    at += literals
    made += literals
    if (at === block.byteLength) break
    const distance = (block[at] ?? 0) | ((block[at + 1] ?? damaged()) << 8)
    at += 2
    const length = lengthFrom(token & 15) + shortestMatch
    if (distance === 0 || distance > made || made + length > out.byteLength) damaged()
    for (let i = 0; i < length; i += 1) out[made + i] = out[made + i - distance] ?? 0
    made += length
  }
  return made
}

const shortestMatch = 4

function damaged(): never {
  throw new Error('an LZ4 block is damaged')
}
