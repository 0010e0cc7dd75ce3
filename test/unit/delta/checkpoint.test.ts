import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeTable } from '#delta/reads.ts'
import { add, filesOf, logInMemory, problemLike, remove, type LogInMemory } from '../../support/deltaLog.ts'

const never = new AbortController().signal
const fixture = (name: string): Uint8Array => readFileSync(join(import.meta.dirname, '../../fixtures/delta', name))

/** A log whose first commit left is the one after its checkpoint, which has a sidecar. */
async function tableWithCheckpoint(): Promise<LogInMemory> {
  const log = logInMemory()
  await log.store.put(`t/_delta_log/${'4'.padStart(20, '0')}.checkpoint.parquet`, fixture('checkpoint.parquet'))
  await log.store.put('t/_delta_log/_sidecars/side.parquet', fixture('sidecar.parquet'))
  return log
}

describe('checkpoint', () => {
  it('holds protocol, metadata and files, those of its sidecars too', async () => {
    const { table } = await tableWithCheckpoint()
    const { protocol, name, properties, partitionColumns, numFiles, sizeBytes, numRecords, earliestVersion } = await describeTable(
      table,
      {},
      never,
    )
    assert.deepEqual(protocol, {
      minReaderVersion: 3,
      minWriterVersion: 7,
      readerFeatures: ['v2Checkpoint', 'deletionVectors'],
      writerFeatures: ['v2Checkpoint', 'deletionVectors'],
    })
    assert.deepEqual(
      { name, properties, partitionColumns },
      { name: 'people', properties: { 'delta.enableDeletionVectors': 'true', owner: 'me' }, partitionColumns: ['p'] },
    )
    assert.deepEqual(
      { numFiles, sizeBytes, numRecords, earliestVersion },
      { numFiles: 6, sizeBytes: 339, numRecords: 16, earliestVersion: 4 },
    )
  })

  it('gives every file with its partition values, rows and deleted rows', async () => {
    const { table } = await tableWithCheckpoint()
    const files = await filesOf(table)
    assert.deepEqual(files.slice(0, 3), [
      { path: 'p=a b/1.parquet', sizeBytes: 11, numRecords: 7, partitionValues: { p: 'a b' }, deletionVector: null },
      { path: '2.parquet', sizeBytes: 12, numRecords: 5, partitionValues: { p: null }, deletionVector: { cardinality: 2 } },
      { path: '3.parquet', sizeBytes: 13, numRecords: 3, partitionValues: {}, deletionVector: null },
    ])
    assert.deepEqual(
      files.slice(3).map(({ path, numRecords }) => [path, numRecords]),
      [
        ['side-0.parquet', 0],
        ['side-1.parquet', 1],
        ['side-2.parquet', 2],
      ],
    )
  })

  it('is followed by the commits after it', async () => {
    const log = await tableWithCheckpoint()
    const deletionVector = { storageType: 'u', pathOrInlineDv: 'ab^-aqEH.-t@S}K{vb[*k^', offset: 4, sizeInBytes: 40, cardinality: 2 }
    await log.commit(5, [remove('p=a%20b/1.parquet'), remove('2.parquet'), remove('side-1.parquet'), add('new.parquet')])
    await log.commit(6, [remove('2.parquet', { deletionVector })])
    const at = async (version: number) => (await filesOf(log.table, { version })).map(({ path }) => path)
    assert.deepEqual(await at(5), ['2.parquet', '3.parquet', 'side-0.parquet', 'side-2.parquet', 'new.parquet'])
    assert.deepEqual(await at(6), ['3.parquet', 'side-0.parquet', 'side-2.parquet', 'new.parquet'])
  })

  it('is refused when its sidecar is missing or broken', async () => {
    const log = await tableWithCheckpoint()
    await log.store.put('t/_delta_log/_sidecars/side.parquet', fixture('sidecar.parquet').subarray(0, 300))
    await assert.rejects(describeTable(log.table, {}, never), problemLike('corrupt', /_sidecars\/side\.parquet/))
    await log.store.delete('t/_delta_log/_sidecars/side.parquet')
    await assert.rejects(describeTable(log.table, {}, never), problemLike('notFound', /_sidecars\/side\.parquet/))
  })
})
