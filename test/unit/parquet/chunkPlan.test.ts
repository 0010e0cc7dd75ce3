import assert from 'node:assert/strict'
import type { ColumnMetaData } from 'hyparquet'
import { planChunk } from '#parquet/chunkPlan.ts'

type PageAt = readonly [offset: number, bytes: number, firstRow: number]

/** 90 bytes from 10 on, 30 rows. */
const chunk: ColumnMetaData = {
  type: 'INT32',
  encodings: ['PLAIN'],
  path_in_schema: ['a'],
  codec: 'UNCOMPRESSED',
  num_values: 30n,
  total_uncompressed_size: 90n,
  total_compressed_size: 90n,
  data_page_offset: 10n,
}

/** An offset index in Thrift's compact form; numbers below 64. */
function offsetIndex(pages: readonly PageAt[]): Uint8Array {
  const locations = pages.flatMap(([offset, bytes, firstRow]) => [0x16, offset * 2, 0x15, bytes * 2, 0x16, firstRow * 2, 0])
  return Uint8Array.from([0x19, (pages.length << 4) | 0x0c, ...locations, 0])
}

function spansOf(pages: readonly PageAt[], start: number, end: number) {
  const { firstRow, spans } = planChunk(chunk, 30, { start, end }, { index: offsetIndex(pages), margin: 1 })
  return { firstRow, spans: spans.map(span => [span.start, span.end]) }
}

describe('the plan of a column chunk', () => {
  it('has the pages that hold the rows', () => {
    const pages: readonly PageAt[] = [
      [10, 20, 0],
      [30, 20, 8],
      [50, 50, 20],
    ]
    assert.deepEqual(spansOf(pages, 9, 15), { firstRow: 8, spans: [[30, 50]] })
    assert.deepEqual(spansOf(pages, 7, 21), { firstRow: 0, spans: [[10, 100]] })
  })

  it('has the whole chunk where its index cannot be', () => {
    const broken: readonly (readonly PageAt[])[] = [
      [
        [10, 20, 0],
        [30, 20, 20],
        [50, 50, 8],
      ],
      [
        [30, 20, 0],
        [10, 20, 8],
        [50, 50, 20],
      ],
      [
        [10, 20, 0],
        [30, 20, 8],
        [50, 60, 20],
      ],
      [
        [10, 20, 3],
        [30, 20, 8],
        [50, 50, 20],
      ],
      [
        [10, 20, 0],
        [25, 20, 8],
        [50, 50, 20],
      ],
      [
        [10, 0, 0],
        [30, 20, 8],
        [50, 50, 20],
      ],
    ]
    for (const pages of broken) assert.deepEqual(spansOf(pages, 9, 15), { firstRow: 0, spans: [[10, 100]] }, JSON.stringify(pages))
  })
})
