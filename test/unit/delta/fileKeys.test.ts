import assert from 'node:assert/strict'
import { FileKeys } from '#delta/fileKeys.ts'

const vector = (offset: number) => ({ storageType: 'u', pathOrInlineDv: 'x', offset, sizeInBytes: 1, cardinality: 1 })
const raw = (path: string) => new TextEncoder().encode(path)

describe('file keys', () => {
  it('tell files by path and deletion vector, whatever way an absolute path is written', () => {
    const keys = new FileKeys()
    assert.deepEqual(
      [keys.add({ path: 'a', deletionVector: undefined }), keys.add({ path: 'a', deletionVector: undefined })],
      [true, false],
    )
    assert.equal(keys.add({ path: 'a', deletionVector: vector(1) }), true)
    assert.equal(keys.add({ path: 'file:/b', deletionVector: undefined }), true)
    assert.deepEqual(
      [
        { path: 'a', deletionVector: vector(2) },
        { path: 'file:///b', deletionVector: undefined },
        { path: '/b', deletionVector: undefined },
      ].map(file => keys.has(file)),
      [false, true, true],
    )
    assert.equal(keys.size, 3)
  })

  it('find every logical file of a path', () => {
    const keys = new FileKeys()
    keys.addPath('file:/b c')
    const found = (path: string, inLog: string) => keys.has({ path, deletionVector: vector(1), rawPath: raw(inLog) })
    assert.deepEqual([found('/b c', 'file:///b%20c'), found('/b c', '/b c'), found('/b', '/b')], [true, true, false])
  })

  it('find the rows of a checkpoint by their bytes', () => {
    const keys = new FileKeys()
    for (const path of ['part ü.parquet', 'x:y', '/abs', 'plain']) keys.add({ path, deletionVector: undefined })
    const found = (path: string, inLog: string) => keys.has({ path, deletionVector: undefined, rawPath: raw(inLog) })
    assert.deepEqual(
      [
        found('plain', 'plain'),
        found('part ü.parquet', 'part%20%C3%BC.parquet'),
        found('part ü.parquet', 'part ü.parquet'),
        found('/abs', 'file:/abs'),
        found('x:y', 'x%3Ay'),
      ],
      [true, true, true, true, true],
    )
    assert.deepEqual([found('other', 'other'), found('plaim', 'plaim')], [false, false])
    assert.equal(keys.has({ path: 'plain', deletionVector: vector(1), rawPath: raw('plain') }), false)
  })
})
