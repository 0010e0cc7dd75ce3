import assert from 'node:assert/strict'
import { listBack, listFrom, listLog } from '#delta/log/log.ts'
import { commitName, logInMemory, problemLike, protocol } from '../../support/deltaLog.ts'

const never = new AbortController().signal
const digits = (version: number): string => String(version).padStart(20, '0')

describe('log', () => {
  it('says that there is no table without a version', async () => {
    const { table, put } = logInMemory()
    await assert.rejects(listLog(table, never), problemLike('notFound', /memory:\/\/t: there is no Delta table/))
    await put('.00000000000000000000.json.crc', 'x')
    await put('_last_checkpoint', '{"version":7}')
    await put('00000000000000000000.json.tmp', 'x')
    await assert.rejects(listLog(table, never), problemLike('notFound', /no version/))
  })

  it('lists a short log with one request and reads nothing', async () => {
    const { table, store, reads, put, commit } = logInMemory()
    await commit(0, [protocol])
    await commit(1, [])
    await put(`${digits(1)}.checkpoint.parquet`, 'PAR1')
    await put(`${digits(1)}.crc`, '{}')
    const log = await listLog(table, never)
    assert.deepEqual(
      log.commits.map(({ version }) => version),
      [0, 1],
    )
    assert.deepEqual(
      log.checkpoints.map(({ version, kind }) => ({ version, kind })),
      [{ version: 1, kind: 'classic' }],
    )
    assert.deepEqual([log.latestVersion, log.earliest, store.lists.length, reads.length], [1, 0, 1, 0])
  })

  it('takes a multipart checkpoint only when all its parts are there, and no empty file', async () => {
    const { table, put, commit } = logInMemory()
    await commit(3, [])
    await put(`${digits(1)}.checkpoint.0000000001.0000000002.parquet`, 'a')
    await put(`${digits(2)}.checkpoint.0000000002.0000000002.parquet`, 'a')
    await put(`${digits(2)}.checkpoint.0000000001.0000000002.parquet`, 'a')
    await put(`${digits(3)}.checkpoint.parquet`, '')
    await put(`${digits(3)}.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json`, '{}')
    const { checkpoints } = await listLog(table, never)
    assert.deepEqual(
      checkpoints.map(({ version, kind, parts }) => [version, kind, parts.length]),
      [
        [2, 'multipart', 2],
        [3, 'v2', 1],
      ],
    )
  })

  it('finds the end of a long log behind the hint, and goes back for old versions', async () => {
    const { table, store, put, commit } = logInMemory()
    for (let version = 0; version < 5000; version += 1) await commit(version, [])
    for (const version of [1000, 2500, 4990]) await put(`${digits(version)}.checkpoint.parquet`, 'a')
    await put('_last_checkpoint', '{"version":4990}')
    const log = await listLog(table, never)
    assert.deepEqual([log.latestVersion, log.from, log.commits.length, store.lists.length], [4999, 4990, 10, 2])
    assert.equal(log.earliest, 0)
    const back = await listBack(table, log, 2600, never)
    assert.deepEqual([back.checkpoints.map(({ version }) => version), back.commits.at(-1)?.version], [[2500], 2600])
    assert.equal((await listBack(table, log, 4995, never)).commits[0]?.version, 4990)
  })

  it('lists everything when the hint leads nowhere', async () => {
    const { table, put, commit } = logInMemory()
    for (let version = 0; version < 1200; version += 1) await commit(version, [])
    for (const hint of ['{"version":1190}', 'not json', '{"version":99999}', '{"version":-1}', '[]']) {
      await put('_last_checkpoint', hint)
      const log = await listLog(table, never)
      assert.deepEqual([log.latestVersion, log.from, log.commits.length], [1199, 0, 1200], hint)
    }
  })

  it('knows the oldest version of a cleaned log', async () => {
    const { table, put, commit } = logInMemory()
    for (const version of [7, 8, 9, 10, 11]) await commit(version, [])
    await put(`${digits(10)}.checkpoint.parquet`, 'a')
    assert.equal((await listLog(table, never)).earliest, 10)
  })

  it('cuts a range at its end', async () => {
    const { table, commit } = logInMemory()
    for (let version = 0; version < 20; version += 1) await commit(version, [])
    const { commits } = await listFrom(table, 5, 8, never)
    assert.deepEqual(
      commits.map(({ key }) => key),
      [5, 6, 7, 8].map(version => `t/_delta_log/${commitName(version)}`),
    )
  })
})
