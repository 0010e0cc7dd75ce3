import assert from 'node:assert/strict'
import { isProblem } from '#base/errors.ts'
import { describeTable, readTableRows } from '#delta/reads.ts'
import { add, commitName, filesOf, logInMemory, metadata, problemLike, protocol, remove, type LogInMemory } from '../../support/deltaLog.ts'

const never = new AbortController().signal
const paths = async ({ table }: LogInMemory, version?: number) =>
  (await filesOf(table, version === undefined ? {} : { version })).map(({ path }) => path)

const vector = (pathOrInlineDv: string, cardinality: number) => ({
  deletionVector: { storageType: 'u', pathOrInlineDv, offset: 1, sizeInBytes: 40, cardinality },
})
const refused = (error: unknown): boolean =>
  problemLike('unsupported', /version 1: it needs the reader feature timeMachine/)(error) &&
  isProblem(error) &&
  error.details?.['feature'] === 'timeMachine'

describe('snapshot', () => {
  it('replays adds and removes, in the order in which the files came', async () => {
    const log = logInMemory()
    await log.commit(0, [{ commitInfo: {} }, protocol, metadata(), add('a'), add('b')])
    await log.commit(1, [remove('a'), add('c')])
    await log.commit(2, [add('a'), remove('b')])
    assert.deepEqual(await paths(log), ['c', 'a'])
    assert.deepEqual(await paths(log, 0), ['a', 'b'])
    assert.deepEqual(await paths(log, 1), ['b', 'c'])
  })

  it('tells a file with another deletion vector from the one before', async () => {
    const log = logInMemory()
    await log.commit(0, [protocol, metadata(), add('a', { stats: '{"numRecords":9}' })])
    await log.commit(1, [remove('a'), add('a', { stats: '{"numRecords":9}', ...vector('x', 2) })])
    await log.commit(2, [add('a', { stats: '{"numRecords":9}', ...vector('y', 3) }), remove('a', vector('x', 2))])
    const { numFiles, numRecords } = await describeTable(log.table, {}, never)
    assert.deepEqual({ numFiles, numRecords }, { numFiles: 1, numRecords: 6 })
    assert.deepEqual((await filesOf(log.table))[0]?.deletionVector, { cardinality: 3 })
  })

  it('decodes paths once, and takes the forms of an absolute path for one file', async () => {
    const log = logInMemory()
    await log.commit(0, [protocol, metadata(), add('a%20b%2525'), add('file:/data/x'), add('/data/y')])
    await log.commit(1, [remove('file:///data/x'), remove('file:///data/y')])
    assert.deepEqual(await paths(log), ['a b%25'])
  })

  it('ignores actions and members it does not know, empty lines, and an empty commit', async () => {
    const log = logInMemory()
    await log.commit(0, [{ future: { x: 1 } }, { ...protocol, extra: 1 }, { txn: { appId: 'a', version: 1 } }, metadata(), add('a')])
    await log.commit(1, '')
    await log.commit(2, `\n${JSON.stringify(add('b'))}\r\n\n`)
    assert.deepEqual(await paths(log), ['a', 'b'])
  })

  it('reads objects that span lines', async () => {
    const log = logInMemory()
    await log.commit(0, [protocol, metadata()].map(line => JSON.stringify(line, null, 2)).join('\n'))
    assert.equal((await describeTable(log.table, {}, never)).version, 0)
  })

  it('names file and line of JSON that is broken, and of an action without its members', async () => {
    const log = logInMemory()
    await log.commit(0, [protocol, metadata()])
    await log.commit(1, `${JSON.stringify(add('a'))}\n{"add":{"path":`)
    await assert.rejects(paths(log), problemLike('corrupt', new RegExp(`${commitName(1)}, line 2: .*JSON`)))
    await log.commit(1, [{ add: { size: 1 } }])
    await assert.rejects(paths(log), problemLike('corrupt', /line 1: add: path is missing/))
    await log.commit(1, [{ add: { path: 'x', size: 1, partitionValues: { p: 1 } } }])
    await assert.rejects(paths(log), problemLike('corrupt', /partition column p is no text/))
    await log.commit(1, [1])
    await assert.rejects(paths(log), problemLike('corrupt', /line 1: it is no object/))
  })

  it('asks for protocol, metadata and a schema that can be understood', async () => {
    const log = logInMemory()
    await log.commit(0, [metadata()])
    await assert.rejects(describeTable(log.table, {}, never), problemLike('corrupt', /version 0: its log has no protocol/))
    await log.commit(0, [protocol])
    await assert.rejects(describeTable(log.table, {}, never), problemLike('corrupt', /no metaData/))
    await log.commit(0, [protocol, metadata({}, { schemaString: '{"type":"struct"}' })])
    await assert.rejects(describeTable(log.table, {}, never), problemLike('corrupt', /a struct has no fields/))
  })

  it('describes a table without a schema but has no rows of it', async () => {
    const log = logInMemory()
    await log.commit(0, [protocol, metadata({}, { schemaString: undefined })])
    assert.equal((await describeTable(log.table, {}, never)).schema, null)
    await assert.rejects(readTableRows(log.table, {}, { offset: 0, limit: 1 }, never), problemLike('invalid', /no schema/))
  })

  it('names the missing commit', async () => {
    const log = logInMemory()
    await log.commit(0, [protocol, metadata()])
    await log.commit(2, [])
    await assert.rejects(describeTable(log.table, {}, never), problemLike('notFound', /version 2: commit 1 is missing/))
    assert.equal((await describeTable(log.table, { version: 0 }, never)).version, 0)
  })

  it('looks at the protocol of the version that is asked for', async () => {
    const log = logInMemory()
    const future = { protocol: { minReaderVersion: 3, minWriterVersion: 7, readerFeatures: ['timeMachine'], writerFeatures: [] } }
    await log.commit(0, [protocol, metadata({ owner: 'me' }), add('a')])
    await log.commit(1, [future])
    await log.commit(2, [protocol])
    assert.deepEqual(await paths(log, 2), ['a'])
    const { numFiles, sizeBytes, numRecords, properties, schema } = await describeTable(log.table, { version: 1 }, never)
    assert.deepEqual(
      { numFiles, sizeBytes, numRecords, properties },
      { numFiles: null, sizeBytes: null, numRecords: null, properties: { owner: 'me' } },
    )
    assert.equal(schema?.fields[0]?.name, 'id')
    await assert.rejects(paths(log, 1), refused)
    await assert.rejects(readTableRows(log.table, { version: 1 }, { offset: 0, limit: 1 }, never), refused)
  })

  it('describes a table whose files take a form that only an unknown feature explains', async () => {
    const log = logInMemory()
    await log.commit(0, [{ protocol: { minReaderVersion: 4, minWriterVersion: 7 } }, metadata(), { add: { manifest: 'm' } }])
    assert.equal((await describeTable(log.table, {}, never)).numFiles, null)
    await assert.rejects(paths(log), problemLike('unsupported', /reader version 4/))
  })

  it('lists once more when a file of the log vanished, and reads the log as it is then', async () => {
    const log = logInMemory()
    await log.commit(0, [protocol, metadata(), add('a')])
    await log.commit(1, [add('b')])
    const read = log.store.read.bind(log.store)
    let gone = false
    log.store.read = async (key, range, signal) => {
      if (!gone && key.endsWith(commitName(1))) {
        gone = true
        await log.store.delete(key)
      }
      return await read(key, range, signal)
    }
    assert.deepEqual(await paths(log), ['a'])
  })

  it('says which partition a file is in by the logical name, and which columns cluster the table', async () => {
    const log = logInMemory()
    const mapped = {
      type: 'struct',
      fields: [
        {
          name: 'Land',
          type: 'string',
          nullable: true,
          metadata: { 'delta.columnMapping.id': 1, 'delta.columnMapping.physicalName': 'col-1' },
        },
      ],
    }
    await log.commit(0, [
      { protocol: { minReaderVersion: 2, minWriterVersion: 5 } },
      metadata({ 'delta.columnMapping.mode': 'name' }, { schemaString: JSON.stringify(mapped), partitionColumns: ['Land'] }),
      add('x', { partitionValues: { 'col-1': 'DE' } }),
      { domainMetadata: { domain: 'delta.clustering', configuration: '{"clusteringColumns":[["col-1"]]}', removed: false } },
    ])
    assert.deepEqual((await filesOf(log.table))[0]?.partitionValues, { Land: 'DE' })
    assert.deepEqual((await describeTable(log.table, {}, never)).clusteringColumns, ['Land'])
    await log.commit(1, [{ domainMetadata: { domain: 'delta.clustering', configuration: '', removed: true } }])
    assert.deepEqual((await describeTable(log.table, {}, never)).clusteringColumns, [])
  })

  it('reads a V2 checkpoint in JSON, and skips one that is broken while the commits reach back', async () => {
    const log = logInMemory()
    const uuid = '80a083e8-7026-4e79-81be-64bd76c43a11'
    await log.commit(0, [protocol, metadata(), add('a')])
    await log.commit(1, [add('b'), remove('a')])
    await log.commit(2, [add('c')])
    await log.put(`${'1'.padStart(20, '0')}.checkpoint.${uuid}.json`, [
      { checkpointMetadata: { version: 1 } },
      protocol,
      metadata(),
      add('from checkpoint'),
    ])
    assert.deepEqual(await paths(log), ['from checkpoint', 'c'])
    await log.put(`${'1'.padStart(20, '0')}.checkpoint.${uuid}.json`, '{"checkpointMetadata":')
    assert.deepEqual(await paths(log), ['b', 'c'])
    await log.store.delete(`t/_delta_log/${commitName(0)}`)
    await assert.rejects(paths(log), problemLike('corrupt', /checkpoint.*line 1/))
  })

  it('ends at once when it is cancelled', async () => {
    const log = logInMemory()
    await log.commit(0, [protocol, metadata()])
    await assert.rejects(describeTable(log.table, {}, AbortSignal.abort()), { name: 'AbortError' })
  })
})
