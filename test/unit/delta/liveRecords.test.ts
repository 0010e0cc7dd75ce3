import assert from 'node:assert/strict'
import { liveRecordsOf } from '#delta/actions.ts'

describe('liveRecordsOf', () => {
  it('knows nothing where the statistics count fewer rows than are deleted', () => {
    const vector = { storageType: 'i', pathOrInlineDv: '', offset: undefined, sizeInBytes: 1, cardinality: 5 }
    const file = { path: 'a', size: 1, partitionValues: {}, stats: undefined }
    const live = [2, 5, 9].map(records => liveRecordsOf({ ...file, records, deletionVector: vector }))
    assert.deepEqual(live, [undefined, 0, 4])
  })
})
