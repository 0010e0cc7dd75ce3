import assert from 'node:assert/strict'
import { listHistory } from '#delta/reads.ts'
import { add, commitName, logInMemory, metadata, protocol } from '../../support/deltaLog.ts'

const never = new AbortController().signal

describe('history', () => {
  it('shows what a commit says, whatever its writer put there', async () => {
    const log = logInMemory()
    await log.commit(0, [protocol, metadata()], 1000)
    await log.commit(
      1,
      [
        add('a'),
        {
          commitInfo: {
            operation: 'WRITE',
            operationParameters: { mode: 'Append', predicate: '["a"]', count: 3, none: null },
            operationMetrics: { numFiles: '1', numOutputRows: 5 },
            userName: 'ana',
            userMetadata: '{"cell":1}',
          },
        },
      ],
      2000,
    )
    const page = await listHistory(log.table, { limit: 10 }, never)
    assert.deepEqual(page, {
      entries: [
        {
          version: 1,
          timestamp: '1970-01-01T00:00:02.000Z',
          operation: 'WRITE',
          operationParameters: { mode: 'Append', predicate: '["a"]', count: 3, none: null },
          operationMetrics: { numFiles: '1', numOutputRows: '5' },
          userName: 'ana',
          userMetadata: '{"cell":1}',
          readable: true,
        },
        {
          version: 0,
          timestamp: '1970-01-01T00:00:01.000Z',
          operation: null,
          operationParameters: {},
          operationMetrics: {},
          userName: null,
          userMetadata: null,
          readable: true,
        },
      ],
      more: false,
    })
  })

  it('pages newest first and reads only the commits it shows', async () => {
    const log = logInMemory()
    for (let version = 0; version < 50; version += 1) await log.commit(version, [{ commitInfo: { operation: `op ${version}` } }])
    const first = await listHistory(log.table, { limit: 3 }, never)
    assert.deepEqual(
      [first.entries.map(({ version, operation }) => `${version} ${operation}`), first.more],
      [['49 op 49', '48 op 48', '47 op 47'], true],
    )
    assert.deepEqual(log.reads.toSorted(), [47, 48, 49].map(commitName))
    const last = await listHistory(log.table, { before: 2, limit: 3 }, never)
    assert.deepEqual([last.entries.map(({ version }) => version), last.more], [[1, 0], false])
    assert.deepEqual(await listHistory(log.table, { before: 0, limit: 3 }, never), { entries: [], more: false })
  })

  it('fetches only the beginning of a long commit whose first line says it', async () => {
    const log = logInMemory()
    const many = Array.from({ length: 3000 }, (_, i) => add(`file-${i}`))
    await log.commit(0, [{ commitInfo: { operation: 'FIRST' } }, protocol, metadata(), ...many])
    await log.commit(1, [...many, { commitInfo: { operation: 'LAST' } }])
    let bytes = 0
    const read = log.store.read.bind(log.store)
    log.store.read = async (...args) => {
      const answer = await read(...args)
      if (args[0].endsWith(commitName(0))) bytes += answer.byteLength
      return answer
    }
    const { entries } = await listHistory(log.table, { limit: 10 }, never)
    assert.deepEqual(
      entries.map(({ operation }) => operation),
      ['LAST', 'FIRST'],
    )
    assert.equal(bytes, 128 * 1024)
  })

  it('says which versions can no longer be rebuilt', async () => {
    const log = logInMemory()
    for (const version of [7, 8, 9]) await log.commit(version, [])
    await log.put(`${'8'.padStart(20, '0')}.checkpoint.parquet`, 'a')
    const { entries } = await listHistory(log.table, { limit: 10 }, never)
    assert.deepEqual(
      entries.map(({ version, readable }) => [version, readable]),
      [
        [9, true],
        [8, true],
        [7, false],
      ],
    )
  })

  it('shows the times that commits carry where the table has them enabled', async () => {
    const log = logInMemory()
    await log.commit(0, [{ commitInfo: { inCommitTimestamp: 5 } }, protocol, metadata()], 1000)
    await log.commit(
      1,
      [
        { commitInfo: { inCommitTimestamp: 6 } },
        metadata({ 'delta.enableInCommitTimestamps': 'true', 'delta.inCommitTimestampEnablementVersion': '1' }),
      ],
      9000,
    )
    const { entries } = await listHistory(log.table, { limit: 10 }, never)
    assert.deepEqual(
      entries.map(({ timestamp }) => Date.parse(timestamp)),
      [6, 1000],
    )
  })
})
