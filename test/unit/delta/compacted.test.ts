import assert from 'node:assert/strict'
import { describeTable, listHistory } from '#delta/reads.ts'
import { add, commitName, filesOf, logInMemory, metadata, problemLike, protocol, remove, type LogInMemory } from '../../support/deltaLog.ts'

const never = new AbortController().signal
const digits = (version: number): string => String(version).padStart(20, '0')
const compactedName = (from: number, to: number): string => `${digits(from)}.${digits(to)}.compacted.json`
const paths = async ({ table }: LogInMemory, version?: number): Promise<readonly string[]> =>
  (await filesOf(table, version === undefined ? {} : { version })).map(({ path }) => path)
const newest = [add('b'), add('c'), remove('a'), add('d')]

async function sixCommits(): Promise<LogInMemory> {
  const log = logInMemory()
  await log.commit(0, [protocol, metadata(), add('a')])
  await log.commit(1, [add('b')])
  await log.commit(2, [add('c'), remove('a')])
  await log.commit(3, [add('gone')])
  await log.commit(4, [remove('gone'), add('d')])
  await log.commit(5, [{ commitInfo: { operation: 'LAST' } }, add('e')])
  return log
}

describe('compacted logs', () => {
  it('give the same files as their commits, and are read in their place', async () => {
    const log = await sixCommits()
    const before = await paths(log)
    await log.put(compactedName(1, 4), newest)
    await log.put(compactedName(2, 3), [add('c'), remove('a'), add('gone')])
    log.reads.length = 0
    assert.deepEqual(await paths(log), before)
    assert.deepEqual(before, ['b', 'c', 'd', 'e'])
    assert.deepEqual(log.reads.toSorted(), [commitName(0), compactedName(1, 4), commitName(5)])
  })

  it('serve only what lies within (checkpoint, version]', async () => {
    const log = await sixCommits()
    await log.put(compactedName(1, 4), newest)
    assert.deepEqual(await paths(log, 3), ['b', 'c', 'gone'])
    await log.put(`${digits(2)}.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json`, [
      { checkpointMetadata: { version: 2 } },
      protocol,
      metadata(),
      add('from checkpoint'),
    ])
    assert.deepEqual(await paths(log), ['from checkpoint', 'd', 'e'])
  })

  for (const [what, content] of [
    ['empty', ''],
    ['broken', '{"add":{"path":"x"'],
    ['of a wrong action', '{"add":{"size":1}}'],
  ] as const) {
    it(`are passed over for their commits when ${what}`, async () => {
      const log = await sixCommits()
      await log.put(compactedName(1, 4), content)
      assert.deepEqual(await paths(log), ['b', 'c', 'd', 'e'])
    })
  }

  it('bridge commits that are gone, which the history then leaves out', async () => {
    const log = await sixCommits()
    await log.put(compactedName(1, 4), newest)
    for (const version of [2, 3]) await log.store.delete(`t/_delta_log/${commitName(version)}`)
    assert.deepEqual(await paths(log), ['b', 'c', 'd', 'e'])
    const { entries } = await listHistory(log.table, { limit: 10 }, never)
    assert.deepEqual(
      entries.map(({ version, operation, readable }) => [version, operation, readable]),
      [
        [5, 'LAST', true],
        [4, null, true],
        [1, null, true],
        [0, null, true],
      ],
    )
    await assert.rejects(describeTable(log.table, { version: 3 }, never), problemLike('notFound', /commit 2 is missing/))
  })
})
