import assert from 'node:assert/strict'
import { fromBase64 } from '#base/bytes.ts'
import { outputMetadata, readOutputMetadata, type ResultMetadata } from '#protocol/result.ts'

describe('result output', () => {
  const result: ResultMetadata = { rows: 3, cut: 'rows', statementId: 'a', durationMs: 12 }

  it('reads the metadata that it wrote, also from a file', () => {
    assert.deepEqual(readOutputMetadata(outputMetadata(result)), result)
    assert.deepEqual(readOutputMetadata({ ...outputMetadata(result), executionCount: 2 }), result)
  })

  it('does not take the outputs of others for its own', () => {
    for (const other of [undefined, null, 'x', {}, { metadata: null }, { metadata: { dataflow: { rows: '3' } } }]) {
      assert.equal(readOutputMetadata(other), undefined)
    }
  })

  it('decodes base64 to the same bytes', () => {
    const bytes = Uint8Array.from({ length: 257 }, (_, i) => i % 256)
    assert.deepEqual(fromBase64(Buffer.from(bytes).toString('base64')), bytes)
  })
})
