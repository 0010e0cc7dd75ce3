import assert from 'node:assert/strict'
import * as zlib from 'node:zlib'
import { decompress, decompressFront } from '#parquet/codecs.ts'
import { snappyFront } from '#parquet/snappy.ts'
import { zstdFront } from '#parquet/zstdFront.ts'

/** 600,000 numbers of four bytes; some of their bytes repeat. */
const numbers = Int32Array.from({ length: 600_000 }, (_, i) => (i * 2_654_435_761) >> (i % 17))
const bytes = new Uint8Array(numbers.buffer)

describe('fronts of compressed pages', () => {
  it('make the first bytes of a zstd page out of its first blocks', () => {
    for (const options of [{}, { params: { [zlib.constants.ZSTD_c_contentSizeFlag]: 0 } }]) {
      const page = zlib.zstdCompressSync(bytes, options)
      for (const wanted of [1, 4000, 131_072, 131_073, 1_000_000]) {
        const front = decompressFront(page, wanted, 'ZSTD')
        assert.ok(front && front.byteLength >= wanted && front.byteLength < 2 * wanted + 131_072)
        assert.deepEqual(new Uint8Array(front), bytes.subarray(0, front.byteLength))
      }
    }
  })

  it('leave a zstd page whole that has a checksum, few blocks or another form', () => {
    const checked = zlib.zstdCompressSync(bytes, { params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 } })
    const short = zlib.zstdCompressSync(bytes.subarray(0, 1000))
    for (const page of [checked, short, bytes, new Uint8Array(0), checked.subarray(0, 7)]) assert.equal(zstdFront(page, 1), undefined)
  })

  it('make the first bytes of a snappy block, and the whole of one', () => {
    const literal = [60 << 2, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    const [nearCopy, farCopy] = [
      [(1 << 2) | 1, 2],
      [(19 << 2) | 2, 10, 0],
    ]
    const block = Uint8Array.of(35, ...literal, ...nearCopy, ...farCopy)
    const whole = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 9, 10, 9, 10, 9, 6, 7, 8, 9, 10, 9, 10, 9, 10, 9, 6, 7, 8, 9, 10, 9, 10, 9, 10, 9]
    assert.deepEqual([...decompress(block, 35, 'SNAPPY')], whole)
    for (let size = 0; size <= 35; size += 1) assert.deepEqual([...snappyFront(block, size)], whole.slice(0, size))
    assert.deepEqual([...(decompressFront(block, 3, 'SNAPPY') ?? [])], [1, 2, 3])
  })

  it('refuse a damaged snappy block', () => {
    assert.throws(() => snappyFront(Uint8Array.of(9, 1, 0), 9), /before its beginning/)
    assert.throws(() => snappyFront(Uint8Array.of(9, 8 << 2, 1, 2), 9), /ends too early/)
    assert.throws(() => snappyFront(Uint8Array.of(9), 9), /ends too early/)
    assert.throws(() => snappyFront(new Uint8Array(9).fill(0x80), 9), /no size/)
  })
})
