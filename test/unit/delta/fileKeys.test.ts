import assert from 'node:assert/strict'
import { FileKeys } from '#delta/files/fileKeys.ts'

const vector = (offset: number) => ({ storageType: 'u', pathOrInlineDv: 'x', offset, sizeInBytes: 1, cardinality: 1 })

/** Whether the keys have a file whose path stands in a checkpoint like this. */
function found(keys: FileKeys, path: string, inLog: string, deletionVector?: ReturnType<typeof vector>): boolean {
  const bytes = new TextEncoder().encode(inLog)
  return keys.mayHave(bytes, 0, bytes.byteLength) && keys.has({ path, deletionVector })
}

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
    const names = [
      ['/b c', 'file:///b%20c'],
      ['/b c', '/b c'],
      ['/b', '/b'],
    ] as const
    assert.deepEqual(
      names.map(([path, inLog]) => found(keys, path, inLog, vector(1))),
      [true, true, false],
    )
  })

  it('find the rows of a checkpoint by their bytes', () => {
    const long = `day=2024-01-01/${'part'.repeat(10)}-0001-c000.snappy.parquet`
    const keys = new FileKeys()
    for (const path of ['part ü.parquet', 'x:y', '/abs', 'plain', long]) keys.add({ path, deletionVector: undefined })
    const names = [
      ['plain', 'plain'],
      ['part ü.parquet', 'part%20%C3%BC.parquet'],
      ['part ü.parquet', 'part%20%c3%bc.parquet'],
      ['part ü.parquet', 'part ü.parquet'],
      ['/abs', 'file:/abs'],
      ['/abs', '%66ile%3a///abs'],
      ['x:y', 'x%3Ay'],
      [long, long],
      [long, long.replace('day=', 'day%3D')],
      [long, long.replace('snappy', 's%6Eappy')],
    ] as const
    assert.deepEqual(
      names.filter(([path, inLog]) => !found(keys, path, inLog)),
      [],
    )
    const others = ['other', 'plaim', long.replace('0001', '0002'), long.replace('day', 'dax')]
    assert.deepEqual(
      others.filter(path => found(keys, path, path)),
      [],
    )
    assert.equal(found(keys, 'plain', 'plain', vector(1)), false)
  })
})
