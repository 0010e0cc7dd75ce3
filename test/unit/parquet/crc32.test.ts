import assert from 'node:assert/strict'
import { crc32, crc32InScript } from '#parquet/crc32.ts'

describe('crc32', () => {
  it('gives the check value of the algorithm, with and without the runtime', () => {
    const digits = new TextEncoder().encode('123456789')
    assert.deepEqual([crc32(digits), crc32InScript(digits), crc32InScript(new Uint8Array(0))], [0xcbf4_3926, 0xcbf4_3926, 0])
  })
})
