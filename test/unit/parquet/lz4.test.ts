import assert from 'node:assert/strict'
import { lz4Block, lz4Page } from '#parquet/lz4.ts'

/** "abcd", then 4 + 15 + 2 bytes from four back, then "xy". */
const block = Uint8Array.of(0x4f, 97, 98, 99, 100, 4, 0, 2, 0x20, 120, 121)
const text = `${'abcd'.repeat(6)}axy`
const made = (bytes: Uint8Array): string => Buffer.from(bytes).toString()
const sized = (bytes: Uint8Array): number[] => [0, 0, 0, bytes.length, ...bytes]
const frame = (size: number, ...blocks: readonly Uint8Array[]): number[] => [0, 0, 0, size, ...blocks.flatMap(sized)]

describe('LZ4', () => {
  it('makes literals and matches that overlap, of any length', () => {
    assert.equal(made(lz4Block(block, 27)), text)
    const long = Uint8Array.of(0xf0, 255, 30, ...new Uint8Array(300).fill(7))
    assert.deepEqual(lz4Block(long, 300), new Uint8Array(300).fill(7))
    assert.equal(lz4Block(Uint8Array.of(0), 0).length, 0)
  })

  it('reads the frames of Hadoop, and a page without them', () => {
    assert.equal(made(lz4Page(Uint8Array.from([...frame(27, block), ...frame(27, block)]), 54)), text + text)
    assert.equal(made(lz4Page(Uint8Array.from(frame(54, block, block)), 54)), text + text)
    assert.equal(made(lz4Page(block, 27)), text)
  })

  it('refuses what makes too few or too many bytes, and matches from before the beginning', () => {
    for (const size of [26, 28]) assert.throws(() => lz4Block(block, size), /damaged/)
    for (let end = 1; end < block.length; end += 1) assert.throws(() => lz4Block(block.subarray(0, end), 27), /damaged/, `${end} bytes`)
    assert.throws(() => lz4Block(Uint8Array.of(0x10, 97, 2, 0, 0x10, 97), 6), /damaged/)
    assert.throws(() => lz4Page(Uint8Array.from(frame(26, block)), 26), /damaged/)
  })
})
