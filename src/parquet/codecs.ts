import { compressors as inScript } from 'hyparquet-compressors'
import * as zlib from 'node:zlib'
import type { CompressionCodec, Compressors } from 'hyparquet'
import { lz4Block, lz4Page } from './lz4.ts'
import { snappyFront } from './snappy.ts'
import { blockBytes, zstdFront } from './zstdFront.ts'

/** What the runtime may bring: Node has zstd from 22.15 on. */
export type NativeCodecs = Pick<typeof zlib, 'gunzipSync' | 'brotliDecompressSync'> & {
  readonly zstdDecompressSync?: typeof zlib.brotliDecompressSync
}

/** Decompressors by codec, those of the runtime where it has them; none makes more bytes than the page says it has. */
export function createCodecs(native: NativeCodecs): Compressors {
  const { zstdDecompressSync } = native
  return {
    ...inScript,
    LZ4: lz4Page,
    LZ4_RAW: lz4Block,
    GZIP: (bytes, size) => native.gunzipSync(bytes, inOnePiece(size)),
    BROTLI: (bytes, size) => native.brotliDecompressSync(bytes, inOnePiece(size)),
    ...(zstdDecompressSync ? { ZSTD: (bytes, size) => zstdDecompressSync(bytes, inOnePiece(size)) } : {}),
  }
}

/**
 * `size` bytes of a page. Some writers compress nothing to nothing at all, which no codec reads.
 * @throws Error when they are not exactly as many
 */
export function decompress(bytes: Uint8Array, size: number, codec: CompressionCodec): Uint8Array {
  if (!(size >= 0)) throw new Error('a page has no size')
  if (size === 0) return new Uint8Array(0)
  const page = codec === 'UNCOMPRESSED' ? bytes : codecs[codec]?.(bytes, size)
  if (!page) throw new Error(`its codec ${codec || 'without a name'} is not known`)
  if (page.byteLength !== size) throw new Error(`a page has ${page.byteLength} bytes instead of ${size}`)
  return page
}

/**
 * The first `wanted` bytes of a page and perhaps some more, for the price of these; undefined where the codec makes only whole pages.
 * @throws Error when the page is damaged there
 */
export function decompressFront(bytes: Uint8Array, wanted: number, codec: CompressionCodec): Uint8Array | undefined {
  if (codec === 'UNCOMPRESSED') return bytes
  if (codec === 'SNAPPY') return snappyFront(bytes, wanted)
  if (codec !== 'ZSTD' || !hasZstd) return undefined
  for (let blocks = Math.ceil(wanted / blockBytes); ; blocks *= 2) {
    const front = zstdFront(bytes, blocks)
    const made = front && codecs.ZSTD?.(front, blocks * blockBytes)
    if (!made || made.byteLength >= wanted) return made
  }
}

/** Bytes that a front is made of at least, and a multiple of; undefined for a codec that makes only whole pages. */
export function smallestFront(codec: CompressionCodec): number | undefined {
  if (codec === 'ZSTD') return hasZstd ? blockBytes : undefined
  return codec === 'SNAPPY' || codec === 'UNCOMPRESSED' ? 1 : undefined
}

/** The runtime gathers what it makes in pieces of 16 KiB unless told. */
function inOnePiece(size: number): { readonly maxOutputLength: number; readonly chunkSize: number } {
  return { maxOutputLength: size, chunkSize: Math.max(size, smallestPiece) }
}

const smallestPiece = 64

const hasZstd = 'zstdDecompressSync' in zlib
const codecs = createCodecs(zlib)
