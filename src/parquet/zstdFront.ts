/**
 * The first blocks of a zstd frame as a frame of its own, under a header that promises no size. Undefined where only the whole
 * frame will do: for other data, with a checksum or a dictionary, or when it has no more blocks than that. https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1
 */
export function zstdFront(frame: Uint8Array, count: number): Uint8Array | undefined {
  const begin = blocksBegin(frame)
  if (begin === undefined) return undefined
  let at = begin
  let last = at
  for (let block = 0; block < count; block += 1) {
    const header = byteAt(frame, at) | (byteAt(frame, at + 1) << 8) | (byteAt(frame, at + 2) << 16)
    const type = (header >> 1) & 3
    if ((header & 1) === 1 || type === reserved) return undefined
    last = at
    at += 3 + (type === runLength ? 1 : header >> 3)
    if (at > frame.byteLength) return undefined
  }
  const front = new Uint8Array(headerBytes + at - begin)
  front.set([...magic, 0, windowOf(count * blockBytes)])
  front.set(frame.subarray(begin, at), headerBytes)
  const marked = headerBytes + last - begin
  front[marked] = byteAt(front, marked) | 1
  return front
}

/** No block makes more. */
export const blockBytes = 128 * 1024

const magic = [0x28, 0xb5, 0x2f, 0xfd]
const headerBytes = 6
const runLength = 1
const reserved = 3

/** Where the first block begins. */
function blocksBegin(frame: Uint8Array): number | undefined {
  if (magic.some((byte, i) => frame[i] !== byte)) return undefined
  const descriptor = byteAt(frame, 4)
  const hasChecksum = (descriptor & 4) !== 0
  const hasDictionary = (descriptor & 3) !== 0
  if (hasChecksum || hasDictionary) return undefined
  const isSingleSegment = (descriptor & 0x20) !== 0
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0
  return 5 + (isSingleSegment ? 0 : 1) + sizeBytes
}

/** A window of the next power of two: its exponent above ten, without a mantissa. */
function windowOf(bytes: number): number {
  return (Math.ceil(Math.log2(bytes)) - 10) << 3
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0
}
