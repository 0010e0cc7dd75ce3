import assert from 'node:assert/strict'
import { describeTable, readTableHeader, listFiles } from '#delta/reads.ts'
import { add, commitName, logInMemory, metadata, protocol, schemaString, type LogInMemory } from '../../support/deltaLog.ts'

const never = new AbortController().signal
const crcName = `${'1'.padStart(20, '0')}.crc`
const checksum = {
  tableSizeBytes: 20,
  numFiles: 2,
  numMetadata: 1,
  numProtocol: 1,
  protocol: protocol.protocol,
  metadata: { ...metadata().metaData, name: 'by checksum' },
}

async function twoCommits(crc: object | string): Promise<LogInMemory> {
  const log = logInMemory()
  await log.commit(0, [protocol, metadata({}, { name: 'by log' }), add('a')])
  await log.commit(1, [add('b')])
  await log.put(crcName, typeof crc === 'string' ? crc : JSON.stringify(crc))
  return log
}

const warningsOf = async ({ table }: LogInMemory) => (await describeTable(table, {}, never)).warnings

describe('version checksum', () => {
  it('is all that is read of a table without its files', async () => {
    const log = await twoCommits(checksum)
    log.reads.length = 0
    assert.equal((await readTableHeader(log.table, {}, never)).name, 'by checksum')
    assert.deepEqual(log.reads, [crcName])
  })

  it('that agrees with the log is no news', async () => {
    const { metaData } = metadata({}, { name: 'by log' })
    assert.deepEqual(await warningsOf(await twoCommits({ ...checksum, metadata: metaData })), [])
  })

  it('that counts otherwise than the log is told with both numbers, and the log believed', async () => {
    const log = await twoCommits({ numFiles: 3, tableSizeBytes: 4115 })
    const described = await describeTable(log.table, {}, never)
    assert.deepEqual(
      [described.numFiles, described.sizeBytes, described.warnings],
      [2, 20, ['The checksum of version 1 counts 3 files, its log 2.', 'The checksum of version 1 counts 4115 bytes, its log 20.']],
    )
    assert.deepEqual((await listFiles(log.table, { at: {}, offset: 0, limit: 1 }, never)).warnings, described.warnings)
  })

  it('that names another protocol or other metadata is told', async () => {
    const other = { minReaderVersion: 3, minWriterVersion: 7, readerFeatures: ['deletionVectors'], writerFeatures: ['deletionVectors'] }
    const otherSchema = { ...checksum.metadata, schemaString: schemaString.replace('long', 'string') }
    assert.deepEqual(await warningsOf(await twoCommits({ protocol: other, metadata: otherSchema })), [
      'The checksum of version 1 says reader 3 and writer 7 with deletionVectors, its log reader 1 and writer 2.',
      'The checksum of version 1 has other metadata (schema, partition columns or properties) than its log.',
    ])
  })

  for (const [what, content] of [
    ['empty', ''],
    ['no JSON', '{"numFiles":'],
    ['no object', '[1]'],
    ['of members of other types', '{"numFiles":"2","tableSizeBytes":-1,"protocol":[],"metadata":{"partitionColumns":3}}'],
    ['of a schema that is none', JSON.stringify({ ...checksum, metadata: { ...checksum.metadata, schemaString: '{"type":"map"}' } })],
  ] as const) {
    it(`is ignored when ${what}`, async () => {
      const log = await twoCommits(content)
      assert.deepEqual(await warningsOf(log), [])
      assert.equal((await readTableHeader(log.table, {}, never)).name, 'by log')
    })
  }

  it('is ignored where it is listed and gone', async () => {
    const log = await twoCommits(checksum)
    const readHeads = log.store.readHeads.bind(log.store)
    log.store.readHeads = async (keys, most, signal) => {
      if (keys.some(key => key.endsWith('.crc'))) await log.store.delete(`t/_delta_log/${crcName}`)
      return await readHeads(keys, most, signal)
    }
    assert.equal((await readTableHeader(log.table, {}, never)).name, 'by log')
  })
})

describe('warnings of a table', () => {
  it('name commits that are empty files, as far as they are replayed', async () => {
    const log = logInMemory()
    await log.commit(0, [protocol, metadata()])
    await log.commit(1, '')
    await log.commit(2, [add('a')])
    await log.commit(3, '')
    assert.deepEqual(await warningsOf(log), [
      'The commit of version 1 is an empty file: the version has no actions.',
      'The commit of version 3 is an empty file: the version has no actions.',
    ])
    assert.deepEqual((await describeTable(log.table, { version: 0 }, never)).warnings, [])
  })

  it('say nothing of a hint that leads nowhere', async () => {
    const log = logInMemory()
    await log.commit(0, [protocol, metadata()])
    await log.put('_last_checkpoint', '{"version":7}')
    assert.deepEqual(await warningsOf(log), [])
    assert.deepEqual(log.reads, [commitName(0)])
  })
})
