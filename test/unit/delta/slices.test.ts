import assert from 'node:assert/strict'
import { liveRecordsOf, type AddFile } from '#delta/actions.ts'
import { ListedFiles, liveRecords } from '#delta/files/activeFiles.ts'
import { planSlices } from '#delta/rows/slices.ts'

const file = (path: string, records: number | undefined, deletedRows = 0): AddFile => ({
  path,
  size: 1,
  partitionValues: {},
  stats: records === undefined ? undefined : `{"numRecords":${records}}`,
  deletionVector:
    deletedRows === 0 ? undefined : { storageType: 'u', pathOrInlineDv: 'x', offset: 1, sizeInBytes: 1, cardinality: deletedRows },
})

const planned = async (files: readonly AddFile[], offset: number, limit: number, counts: Readonly<Record<string, number>> = {}) => {
  const opened: string[] = []
  const open = ({ path }: AddFile): Promise<number> => {
    opened.push(path)
    return Promise.resolve(counts[path] ?? 0)
  }
  const listed = new ListedFiles(files)
  const { signal } = new AbortController()
  const plan = await planSlices(
    listed,
    { offset, limit },
    { count: open, known: liveRecordsOf, allKnown: () => liveRecords(listed, signal), signal },
  )
  return { slices: plan.slices.map(({ add, start, count }) => `${add.path}[${start}+${count}]`), more: plan.more, opened }
}

describe('slices', () => {
  const counted = [file('a', 10), file('b', 0), file('c', 7, 2), file('d', 4)]

  it('skips files by their statistics, less deleted rows', async () => {
    assert.deepEqual(await planned(counted, 0, 3), { slices: ['a[0+3]'], more: true, opened: [] })
    assert.deepEqual(await planned(counted, 8, 5), { slices: ['a[8+2]', 'c[0+3]'], more: true, opened: [] })
    assert.deepEqual(await planned(counted, 15, 4), { slices: ['d[0+4]'], more: false, opened: [] })
    assert.deepEqual(await planned(counted, 11, 100), { slices: ['c[1+4]', 'd[0+4]'], more: false, opened: [] })
    assert.deepEqual(await planned(counted, 0, Infinity), { slices: ['a[0+10]', 'c[0+5]', 'd[0+4]'], more: false, opened: [] })
  })

  it('knows whether there is more at the edges', async () => {
    assert.deepEqual(await planned(counted, 0, 10), { slices: ['a[0+10]'], more: true, opened: [] })
    assert.deepEqual(await planned(counted, 0, 0), { slices: [], more: true, opened: [] })
    assert.deepEqual(await planned(counted, 19, 5), { slices: [], more: false, opened: [] })
    assert.deepEqual(await planned([], 0, 5), { slices: [], more: false, opened: [] })
  })

  it('opens files without statistics, and no more of them than it needs', async () => {
    const unknown = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(path => file(path, undefined))
    const counts = Object.fromEntries(unknown.map(({ path }) => [path, 3]))
    assert.deepEqual(await planned(unknown, 0, 2, counts), { slices: ['a[0+2]'], more: true, opened: ['a'] })
    assert.deepEqual(await planned(unknown, 4, 4, counts), { slices: ['b[1+2]', 'c[0+2]'], more: true, opened: ['a', 'b', 'c'] })
    assert.deepEqual((await planned(unknown, 0, 3, { a: 3 })).more, false)
  })

  it('finds rows behind many files, with and without statistics', async () => {
    const many = Array.from({ length: 1000 }, (_, i) => file(`f${i}`, i % 100 === 70 ? undefined : 10, i % 2))
    const counts = Object.fromEntries(many.map(({ path }) => [path, 3]))
    const live = many.flatMap(add => Array.from({ length: liveRecordsOf(add) ?? 3 }, (_, row) => `${add.path}[${row}+1]`))
    for (const offset of [0, 5, 600, 664, 665, 700, 2000, 5555, 9000, live.length - 1]) {
      const { slices, opened } = await planned(many, offset, 1, counts)
      assert.deepEqual(slices, [live[offset]], `row ${offset}`)
      assert.ok(opened.length <= 10, `${opened.length} files opened`)
    }
    assert.deepEqual((await planned(many, live.length, 1, counts)).slices, [])
  })
})
