import assert from 'node:assert/strict'
import { describeTable, listHistory } from '#delta/reads.ts'
import { add, commitName, filesOf, logInMemory, metadata, problemLike, protocol, type LogInMemory } from '../../support/deltaLog.ts'

const never = new AbortController().signal
const paths = async ({ table }: LogInMemory): Promise<readonly string[]> => (await filesOf(table)).map(({ path }) => path)
const checkpointName = (version: number, id: number): string =>
  `${String(version).padStart(20, '0')}.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a1${id}.json`
const holding = (version: number, ...files: readonly object[]) => [{ checkpointMetadata: { version } }, protocol, metadata(), ...files]

/** Version 5 in a checkpoint, 6 after it, nothing before. */
async function cleaned(): Promise<LogInMemory> {
  const log = logInMemory()
  await log.commit(5, [add('e')])
  await log.put(checkpointName(5, 1), holding(5, add('d'), add('e')))
  await log.commit(6, [add('f')])
  return log
}

describe('files of a log', () => {
  it('may be several checkpoints of one version, of which any that can be read is taken', async () => {
    const log = await cleaned()
    await log.put(checkpointName(5, 0), '{"checkpointMetadata":')
    await log.put(checkpointName(5, 2), '')
    await log.put(checkpointName(5, 3), '\n')
    await log.put(`${'5'.padStart(20, '0')}.checkpoint.parquet`, 'not Parquet')
    await log.put(`${'5'.padStart(20, '0')}.checkpoint.0000000001.0000000002.parquet`, 'not complete')
    assert.deepEqual(await paths(log), ['d', 'e', 'f'])
  })

  it('name the failure of the checkpoint that alone leads to a version', async () => {
    const log = await cleaned()
    await log.put(checkpointName(5, 1), '\n')
    await assert.rejects(paths(log), problemLike('corrupt', /checkpoint of version 5 has neither a protocol nor a metaData/))
  })

  it('miss nothing where a commit is gone that a checkpoint holds, and are not enough where one is gone behind it', async () => {
    const log = await cleaned()
    await log.commit(3, [])
    await log.store.delete(`t/_delta_log/${commitName(5)}`)
    assert.deepEqual(await paths(log), ['d', 'e', 'f'])
    await log.commit(8, [])
    await assert.rejects(paths(log), problemLike('notFound', /version 8: commit 7 is missing/))
    const { entries } = await listHistory(log.table, { limit: 10 }, never)
    assert.deepEqual(
      entries.map(({ version, readable }) => [version, readable]),
      [
        [8, false],
        [6, true],
        [3, false],
      ],
    )
  })

  it('may be a checkpoint alone', async () => {
    const log = await cleaned()
    for (const version of [5, 6]) await log.store.delete(`t/_delta_log/${commitName(version)}`)
    const { version, earliestVersion, latestVersion, numFiles } = await describeTable(log.table, {}, never)
    assert.deepEqual(
      { version, earliestVersion, latestVersion, numFiles },
      { version: 5, earliestVersion: 5, latestVersion: 5, numFiles: 2 },
    )
    assert.deepEqual(await listHistory(log.table, { limit: 10 }, never), { entries: [], more: false })
  })

  it('are read in ranges when they are long, lines and letters whole across them', async () => {
    const log = logInMemory()
    const many = Array.from({ length: 20_000 }, (_, index) => add(`ação-${index}-${'é'.repeat(index % 400)}`))
    const lines = [protocol, metadata(), ...many].map(line => JSON.stringify(line))
    await log.commit(0, `\ufeff${lines.join('\r\n')}\n${JSON.stringify({ commitInfo: { operation: 'LONG' } }, null, 1)}`)
    const sizes: number[] = []
    const read = log.store.read.bind(log.store)
    log.store.read = async (...args) => {
      const bytes = await read(...args)
      sizes.push(bytes.byteLength)
      return bytes
    }
    const found = await paths(log)
    assert.deepEqual(
      found,
      many.map(({ add: { path } }) => path),
    )
    const total = sizes.reduce((sum, size) => sum + size, 0)
    assert.ok(total > 10_000_000 && Math.max(...sizes) <= 8 * 1024 * 1024, JSON.stringify(sizes))
    assert.equal((await listHistory(log.table, { limit: 1 }, never)).entries[0]?.operation, 'LONG')
  })

  it('name the line that is broken, also far behind the beginning', async () => {
    const log = logInMemory()
    const lines = [protocol, metadata(), ...Array.from({ length: 20_000 }, (_, index) => add(`file-${index}`))].map(line =>
      JSON.stringify(line),
    )
    await log.commit(0, [...lines, '{"add":{"path":7}}'].join('\n'))
    await assert.rejects(paths(log), problemLike('corrupt', /line 20003: add: path is no text/))
  })
})
