import { compressors as inScript } from 'hyparquet-compressors'
import * as zlib from 'node:zlib'
import type { CompressionCodec, Compressors } from 'hyparquet'

/** What the runtime may bring: Node has zstd from 22.15 on. */
export type NativeCodecs = Pick<typeof zlib, 'gunzipSync' | 'brotliDecompressSync'> & {
  readonly zstdDecompressSync?: typeof zlib.brotliDecompressSync
}

/** Decompressors by codec, those of the runtime where it has them; none makes more bytes than the page says it has. */
export function createCodecs(native: NativeCodecs): Compressors {
  const { zstdDecompressSync } = native
  return {
    ...inScript,
    GZIP: (bytes, size) => native.gunzipSync(bytes, { maxOutputLength: size }),
    BROTLI: (bytes, size) => native.brotliDecompressSync(bytes, { maxOutputLength: size }),
    ...(zstdDecompressSync ? { ZSTD: (bytes, size) => zstdDecompressSync(bytes, { maxOutputLength: size }) } : {}),
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
  if (!page) throw new Error(`the codec ${String(codec ?? 'of a column')} is not known`)
  if (page.byteLength !== size) throw new Error(`a page has ${page.byteLength} bytes instead of ${size}`)
  return page
}

const codecs = createCodecs(zlib)
