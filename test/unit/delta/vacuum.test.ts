import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readTableHealth } from '#delta/reads.ts'
import { add, logInMemory, metadata, protocol, remove, type LogInMemory } from '../../support/deltaLog.ts'

const never = new AbortController().signal
const hour = 3_600_000
const now = 1000 * hour
/** A removed file, hours after 1970. */
const removed = (path: string, hours: number, more: object = {}) => remove(path, { deletionTimestamp: hours * hour, ...more })
const vector = (letters: string, offset = 1) => ({
  deletionVector: { storageType: 'u', pathOrInlineDv: letters.repeat(20), offset, sizeInBytes: 40, cardinality: 1 },
})

const vacuumStart = (hours: number) => ({
  commitInfo: {
    timestamp: hours * hour,
    operation: 'VACUUM START',
    operationParameters: { retentionCheckEnabled: false, specifiedRetentionMillis: 100 * hour, defaultRetentionMillis: 168 * hour },
  },
})
const vacuumEnd = (status: string) => ({ commitInfo: { operation: 'VACUUM END', operationParameters: { status } } })

async function vacuumOf({ table }: LogInMemory, retentionHours = 168) {
  const { vacuum } = await readTableHealth(table, {}, { now, retentionHours }, never)
  assert.ok(vacuum)
  return vacuum
}

describe('what VACUUM would remove', () => {
  it('is what the table lost before the retention, with the versions that had it', async () => {
    const log = logInMemory()
    await log.commit(0, [protocol, metadata(), add('a'), add('b', { size: 30 })])
    await log.commit(1, [removed('a', 500), add('c')])
    await log.commit(2, [removed('b', 831), add('d')])
    await log.commit(3, [removed('c', 832), add('e')])
    const { data, unreadable, before, since } = await vacuumOf(log)
    assert.deepEqual({ data, unreadable, since }, { data: { files: 2, bytes: 40 }, unreadable: [{ from: 0, to: 1 }], since: 0 })
    assert.equal(before, '1970-02-04T16:00:00.000Z')
    assert.deepEqual((await vacuumOf(log, 0)).unreadable, [{ from: 0, to: 2 }])
    assert.deepEqual((await vacuumOf(log, 499)).data, { files: 1, bytes: 10 })
    assert.deepEqual((await vacuumOf(log, 500)).data, { files: 0, bytes: 0 })
  })

  it('leaves versions readable that never had the files', async () => {
    const log = logInMemory()
    await log.commit(0, [protocol, metadata(), add('a')])
    await log.commit(1, [add('b')])
    await log.commit(2, [removed('b', 1)])
    await log.commit(3, [add('c')])
    await log.commit(4, [removed('c', 2), add('d')])
    assert.deepEqual((await vacuumOf(log)).unreadable, [
      { from: 1, to: 1 },
      { from: 3, to: 3 },
    ])
  })

  it('follows a file that was named again without a removal, with other statistics say', async () => {
    const log = logInMemory()
    await log.commit(0, [protocol, metadata(), add('b')])
    await log.commit(1, [add('a')])
    await log.commit(2, [add('a', { stats: '{"numRecords":3}' })])
    await log.commit(3, [removed('a', 1)])
    assert.deepEqual((await vacuumOf(log)).unreadable, [{ from: 1, to: 2 }])
  })

  it('leaves alone what was added again, and what a restore brought back', async () => {
    const log = logInMemory()
    await log.commit(0, [protocol, metadata(), add('a'), add('b')])
    await log.commit(1, [removed('a', 1), removed('b', 1)])
    await log.commit(2, [add('a')])
    await log.commit(3, [add('b')])
    await log.commit(4, [removed('b', 2)])
    const { data, unreadable } = await vacuumOf(log)
    assert.deepEqual(
      { data, unreadable },
      {
        data: { files: 1, bytes: 10 },
        unreadable: [
          { from: 0, to: 0 },
          { from: 3, to: 3 },
        ],
      },
    )
  })

  it('counts files, not their deletion vectors: a new vector leaves the file, and the old one goes when nobody uses its file', async () => {
    const log = logInMemory()
    await log.commit(0, [protocol, metadata(), add('a'), add('b')])
    await log.commit(1, [removed('a', 1), add('a', vector('a')), removed('b', 1), add('b', vector('a', 49))])
    await log.commit(2, [removed('a', 2, vector('a')), add('a', vector('b'))])
    const before = await vacuumOf(log)
    assert.deepEqual([before.data.files, before.deletionVectors.files, before.unreadable], [0, 0, []])
    await log.commit(3, [removed('b', 3, vector('a', 49)), add('b', vector('c'))])
    const { data, deletionVectors, unreadable } = await vacuumOf(log)
    assert.deepEqual(
      { data, deletionVectors, unreadable },
      { data: { files: 0, bytes: 0 }, deletionVectors: { files: 1, bytes: 97 }, unreadable: [{ from: 1, to: 2 }] },
    )
  })

  it('goes by the newest removal of a file', async () => {
    const log = logInMemory()
    await log.commit(0, [protocol, metadata(), add('a')])
    await log.commit(1, [removed('a', 1), add('a', vector('a'))])
    await log.commit(2, [removed('a', 900, vector('a'))])
    assert.deepEqual((await vacuumOf(log)).data.files, 0)
    const { data, unreadable } = await vacuumOf(log, 10)
    assert.deepEqual([data.files, unreadable], [1, [{ from: 0, to: 1 }]])
  })

  it('counts change files by the time of their commit', async () => {
    const log = logInMemory()
    await log.commit(0, [protocol, metadata(), add('a')])
    await log.commit(1, [{ cdc: { path: '_change_data/x', size: 4, partitionValues: {}, dataChange: false } }], 2 * hour)
    await log.commit(2, [{ cdc: { path: '_change_data/y', size: 4, partitionValues: {}, dataChange: false } }], 900 * hour)
    const { data, changes, unreadable } = await vacuumOf(log)
    assert.deepEqual([data.files, changes, unreadable], [0, { files: 1, bytes: 4 }, []])
  })

  it('takes the size of a file from its removal, else from its beginning, else tells that it has none', async () => {
    const log = logInMemory()
    await log.commit(0, [protocol, metadata(), add('a', { size: 100 }), add('b', { size: 100 })])
    await log.commit(1, [removed('a', 1, { size: 7 }), removed('b', 1), removed('never added', 1)])
    const { data, withoutSize, unreadable } = await vacuumOf(log)
    assert.deepEqual(
      { data, withoutSize, unreadable },
      { data: { files: 3, bytes: 107 }, withoutSize: 1, unreadable: [{ from: 0, to: 0 }] },
    )
  })

  it('leaves alone what lies outside of the table', async () => {
    const log = logInMemory()
    await log.commit(0, [protocol, metadata(), add('s3://other/a'), add('/b')])
    await log.commit(1, [removed('s3://other/a', 1), removed('/b', 1)])
    assert.deepEqual((await vacuumOf(log)).data.files, 0)
  })

  it('does not count again what an earlier VACUUM removed, and tells which versions that cost', async () => {
    const log = logInMemory()
    await log.commit(0, [protocol, metadata(), add('a'), add('b')])
    await log.commit(1, [removed('a', 1)])
    await log.commit(2, [removed('b', 300)])
    await log.commit(3, [vacuumStart(310)])
    await log.commit(4, [vacuumEnd('COMPLETED')])
    await log.commit(5, [vacuumStart(900)])
    await log.commit(6, [vacuumEnd('FAILED')])
    const { data, unreadable, earlier } = await vacuumOf(log)
    assert.deepEqual(
      { data, unreadable, earlier },
      {
        data: { files: 1, bytes: 10 },
        unreadable: [{ from: 1, to: 1 }],
        earlier: { version: 3, before: '1970-01-09T18:00:00.000Z', unreadable: [{ from: 0, to: 0 }] },
      },
    )
  })

  it('begins with the oldest checkpoint where the log was cleaned, and counts the removed files it names', async () => {
    const log = logInMemory()
    const checkpoint = readFileSync(join(import.meta.dirname, '../../fixtures/delta/health.parquet'))
    await log.commit(7, [removed('by an old commit', 3, { size: 1 })])
    await log.store.put(`t/_delta_log/${'8'.padStart(20, '0')}.checkpoint.parquet`, checkpoint)
    await log.commit(8, [add('a')])
    await log.commit(9, [removed('a', 400), add('d')])
    await log.commit(10, [removed('b%20c', 995), add('older')])
    const { data, deletionVectors, withoutSize, unreadable, since } = await vacuumOf(log)
    assert.deepEqual(
      { data, deletionVectors, withoutSize, unreadable, since },
      {
        data: { files: 4, bytes: 16 },
        deletionVectors: { files: 1, bytes: 49 },
        withoutSize: 1,
        unreadable: [{ from: 8, to: 8 }],
        since: 8,
      },
    )
  })

  it('looks no further back than to a commit that is missing', async () => {
    const log = logInMemory()
    await log.commit(0, [protocol, metadata(), add('a')])
    await log.commit(1, [add('x')])
    await log.put(`${'3'.padStart(20, '0')}.checkpoint.00000000-0000-0000-0000-000000000000.json`, [
      protocol,
      metadata(),
      add('a'),
      add('b'),
    ])
    await log.commit(4, [removed('a', 1)])
    await log.commit(5, [add('c')])
    const { data, unreadable, since } = await vacuumOf(log)
    assert.deepEqual({ data, unreadable, since }, { data: { files: 1, bytes: 10 }, unreadable: [{ from: 3, to: 3 }], since: 3 })
  })

  it('finds what is in use among few files and among many', async () => {
    const log = logInMemory()
    const many = Array.from({ length: 20 }, (_, i) => add(`f${i}`))
    await log.commit(0, [protocol, metadata(), add('a'), add('b'), add('c')])
    await log.commit(1, [removed('a', 1), add('a', vector('a')), removed('b', 1), removed('c', 1)])
    assert.deepEqual((await vacuumOf(log)).data.files, 2)
    await log.commit(2, many)
    await log.commit(3, [removed('a', 2, vector('a')), add('a', vector('b'))])
    const { data, deletionVectors } = await vacuumOf(log)
    assert.deepEqual([data.files, deletionVectors.files], [2, 1])
  })

  it('reads the removed files of a checkpoint in JSON too', async () => {
    const log = logInMemory()
    await log.put(`${'3'.padStart(20, '0')}.checkpoint.00000000-0000-0000-0000-000000000000.json`, [
      protocol,
      metadata(),
      { checkpointMetadata: { version: 3 } },
      add('a'),
      removed('b', 1, { size: 9 }),
    ])
    assert.deepEqual((await vacuumOf(log)).data, { files: 1, bytes: 9 })
  })
})
