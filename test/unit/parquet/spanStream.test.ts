import assert from 'node:assert/strict'
import type { RangeFile } from '#parquet/rangeFile.ts'
import { SpanStream } from '#parquet/spanStream.ts'

const never = new AbortController().signal
const bytes = Uint8Array.from({ length: 200_000 }, (_, i) => i % 251)
const part = (start: number, end: number) => bytes.subarray(start, end)

/** A file that remembers what was read of it; reads from `broken` on fail. */
function fileWith(broken = Infinity) {
  const reads: (readonly [number, number])[] = []
  const source: RangeFile = {
    location: 'f',
    isRemote: false,
    size: bytes.byteLength,
    read: async (start, end) => {
      reads.push([start, end])
      if (end > broken) throw new Error('broken')
      return part(start, end)
    },
  }
  return { source, reads }
}

describe('span stream', () => {
  it('fetches neighbours together in windows, some of them ahead of the reader', async () => {
    const { source, reads } = fileWith()
    const spans = [
      { start: 100_000, end: 100_010 },
      { start: 0, end: 25 },
      { start: 30, end: 40 },
    ]
    const stream = new SpanStream(source, spans, { window: 20, ahead: 1 }, never)
    assert.deepEqual(reads, [])
    assert.deepEqual(await stream.read(5, 10), part(5, 10))
    assert.deepEqual(reads, [
      [0, 20],
      [20, 40],
    ])
    assert.deepEqual(await stream.read(10, 35), part(10, 35))
    assert.deepEqual(await stream.read(100_002, 100_008), part(100_002, 100_008))
    assert.deepEqual(reads.slice(2), [[100_000, 100_010]])
  })

  it('reads what lies before or beyond its spans as it is asked', async () => {
    const { source } = fileWith()
    const stream = new SpanStream(source, [{ start: 50, end: 90 }], { window: 20, ahead: 0 }, never)
    assert.deepEqual(await stream.read(75, 95), part(75, 95))
    assert.deepEqual(await stream.read(40, 60), part(40, 60))
    assert.deepEqual(await stream.read(150, 160), part(150, 160))
  })

  it('fails who reads a broken window, and nobody else', async () => {
    const { source } = fileWith(30)
    const stream = new SpanStream(source, [{ start: 0, end: 60 }], { window: 20, ahead: 2 }, never)
    assert.deepEqual(await stream.read(0, 10), part(0, 10))
    await assert.rejects(stream.read(25, 30), /broken/)
  })
})
