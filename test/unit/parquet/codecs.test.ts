import assert from 'node:assert/strict'
import * as zlib from 'node:zlib'
import { createCodecs, decompress } from '#parquet/codecs.ts'

const { gunzipSync, brotliDecompressSync } = zlib
const text = new TextEncoder().encode('delta '.repeat(5000) + 'end')

describe('codecs', () => {
  it('decompress zstd alike, with the runtime and without it', () => {
    const packed = zlib.zstdCompressSync(text)
    const [native, inScript] = [createCodecs(zlib), createCodecs({ gunzipSync, brotliDecompressSync })]
    assert.notEqual(native.ZSTD, inScript.ZSTD)
    for (const { ZSTD } of [native, inScript]) assert.deepEqual(new Uint8Array(ZSTD?.(packed, text.length) ?? []), text)
  })

  it('decompress gzip, also in several members, and brotli', () => {
    const half = text.length / 2
    const members = Buffer.concat([zlib.gzipSync(text.subarray(0, half)), zlib.gzipSync(text.subarray(half))])
    assert.deepEqual(new Uint8Array(decompress(members, text.length, 'GZIP')), text)
    assert.deepEqual(new Uint8Array(decompress(zlib.brotliCompressSync(text), text.length, 'BROTLI')), text)
  })

  it('takes an empty page for empty in every codec', () => {
    for (const codec of ['SNAPPY', 'ZSTD', 'GZIP', 'LZ4', 'LZ4_RAW', 'BROTLI', 'UNCOMPRESSED'] as const) {
      assert.equal(decompress(new Uint8Array(0), 0, codec).length, 0, codec)
    }
  })

  it('refuses a page of another size, and makes no more bytes than it has', () => {
    assert.throws(() => decompress(zlib.gzipSync(text), text.length - 1, 'GZIP'), /larger than|maxOutputLength/)
    assert.throws(() => decompress(zlib.zstdCompressSync(text), 10, 'ZSTD'), /larger than|maxOutputLength/)
    assert.throws(() => decompress(zlib.gzipSync(text), text.length + 1, 'GZIP'), /30003 bytes instead of 30004/)
    assert.throws(() => decompress(text, 3, 'UNCOMPRESSED'), /30003 bytes instead of 3/)
    assert.throws(() => decompress(text, 3, 'LZO'), /LZO is not known/)
    assert.throws(() => decompress(text, -1, 'SNAPPY'), /no size/)
  })
})
