import assert from 'node:assert/strict'
import type { DeletionVectorDescriptor } from '#delta/actions.ts'
import { countBelow, deletedFlags, physicalRow, readDeletionVector } from '#delta/rows/deletionVector.ts'
import { decodeRoaring } from '#delta/rows/roaring.ts'
import { decodeZ85 } from '#delta/rows/z85.ts'
import { halves, joined, native, portable, roaring64, vectorFile, words } from '../../support/deletionVectors.ts'
import { logInMemory, problemLike } from '../../support/deltaLog.ts'

const never = new AbortController().signal

describe('deletion vector', () => {
  it('reads an inline vector in the portable form', async () => {
    const { table } = logInMemory()
    const inline = { storageType: 'i', pathOrInlineDv: '^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L', offset: undefined }
    assert.deepEqual([...(await readDeletionVector(table, { ...inline, sizeInBytes: 44, cardinality: 6 }, never))], [3, 4, 7, 11, 18, 29])
  })

  it('reads the inline example of the protocol', async () => {
    const { table } = logInMemory()
    const inline = { storageType: 'i', pathOrInlineDv: 'wi5b=000010000siXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L', offset: undefined }
    const rows = await readDeletionVector(table, { ...inline, sizeInBytes: 40, cardinality: 6 }, never)
    assert.deepEqual([...rows], [3, 4, 7, 11, 18, 29])
    const lying = readDeletionVector(table, { ...inline, sizeInBytes: 40, cardinality: 7 }, never)
    await assert.rejects(lying, problemLike('corrupt', /the log says 7 deleted rows, it holds 6/))
    const fewer = readDeletionVector(table, { ...inline, sizeInBytes: 40, cardinality: 5 }, never)
    await assert.rejects(fewer, problemLike('corrupt', /more than 5 rows/))
  })

  it('finds the file of the example of the protocol, relative to the table, behind a prefix or at an absolute address', async () => {
    const log = logInMemory()
    const name = 'deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin'
    const { file, size } = vectorFile([1, 5, 70_000])
    const descriptor: DeletionVectorDescriptor = {
      storageType: 'u',
      pathOrInlineDv: 'ab^-aqEH.-t@S}K{vb[*k^',
      offset: 1,
      sizeInBytes: size,
      cardinality: 3,
    }
    await log.store.put(`t/ab/${name}`, file)
    assert.deepEqual([...(await readDeletionVector(log.table, descriptor, never))], [1, 5, 70_000])
    await log.store.put(`t/${name}`, file)
    const plain = { ...descriptor, pathOrInlineDv: '^-aqEH.-t@S}K{vb[*k^' }
    assert.deepEqual([...(await readDeletionVector(log.table, plain, never))], [1, 5, 70_000])
    const absolute = { ...descriptor, storageType: 'p', pathOrInlineDv: 'memory://other/x%20y.bin' }
    await assert.rejects(readDeletionVector(log.table, absolute, never), problemLike('unsupported', /x y\.bin lies outside/))
    await log.store.put('x y.bin', file)
    const table = { ...log.table, resolve: () => ({ store: log.store, key: 'x y.bin' }) }
    assert.equal((await readDeletionVector(table, absolute, never)).length, 3)
  })

  it('reads the vector at its offset, and verifies size and checksum', async () => {
    const log = logInMemory()
    const { file, size } = vectorFile([2, 4])
    const two = Uint8Array.of(...file, ...vectorFile([9]).file.subarray(1))
    const key = 't/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin'
    await log.store.put(key, two)
    const second = {
      storageType: 'u',
      pathOrInlineDv: '^-aqEH.-t@S}K{vb[*k^',
      offset: file.byteLength,
      sizeInBytes: vectorFile([9]).size,
      cardinality: 1,
    }
    assert.deepEqual([...(await readDeletionVector(log.table, second, never))], [9])
    const first = { ...second, offset: 1, sizeInBytes: size, cardinality: 2 }
    await assert.rejects(
      readDeletionVector(log.table, { ...first, sizeInBytes: size - 1 }, never),
      problemLike('corrupt', /the log says 35 bytes, the file 36/),
    )
    await log.store.put(key, two.with(20, (two[20] ?? 0) ^ 1))
    await assert.rejects(readDeletionVector(log.table, first, never), problemLike('corrupt', /checksum is \d+ instead of \d+/))
    await log.store.put(key, file.subarray(0, 12))
    await assert.rejects(readDeletionVector(log.table, first, never), problemLike('corrupt', /ends too early/))
    await log.store.delete(key)
    await assert.rejects(readDeletionVector(log.table, first, never), problemLike('notFound', /deletion vector is missing/))
    await assert.rejects(readDeletionVector(log.table, { ...first, storageType: 'z' }, never), problemLike('unsupported', /"z"/))
  })

  it('reads arrays, bitmaps and runs, in both forms, beyond 32 bits', () => {
    const dense = Array.from({ length: 5000 }, (_, i) => i * 2)
    const rows = [...dense, 65_536, 200_000, 2 ** 32 + 7, 2 ** 32 + 65_537]
    assert.deepEqual([...decodeRoaring(roaring64(rows, portable), rows.length)], rows)
    assert.deepEqual([...decodeRoaring(roaring64(rows, native), rows.length)], rows)
    const runs = joined(words(portable, 1, 0, 0, 12_347), Uint8Array.of(1), halves(0, 4, 2, 4, 1, 9, 2))
    assert.deepEqual([...decodeRoaring(runs, 5)], [4, 5, 9, 10, 11])
  })

  it('refuses what is no bitmap', () => {
    assert.throws(() => decodeRoaring(words(7), 10), /begins with 7/)
    assert.throws(() => decodeRoaring(words(portable, 1, 0, 0, 99), 10), /begins with 99/)
    assert.throws(() => decodeRoaring(words(portable, 5, 0), 10), RangeError)
    assert.throws(() => decodeRoaring(roaring64([5, 5], portable), 10), /not in order/)
    assert.throws(() => decodeZ85('abcd'), problemLike('corrupt', /five/))
    assert.throws(() => decodeZ85('ab"cd'), problemLike('corrupt', /letter/))
    assert.throws(() => decodeZ85('#####'), problemLike('corrupt', /32 bits/))
  })

  it('finds live rows between deleted ones', () => {
    const deleted = Float64Array.of(0, 1, 4, 9)
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5, 6].map(live => physicalRow(deleted, live)),
      [2, 3, 5, 6, 7, 8, 10],
    )
    assert.deepEqual(
      [0, 1, 4, 5, 10].map(row => countBelow(deleted, row)),
      [0, 1, 2, 3, 4],
    )
    assert.deepEqual(deletedFlags(deleted, 3, 6), Uint8Array.of(0, 1, 0))
    assert.equal(deletedFlags(deleted, 5, 9), undefined)
  })
})
