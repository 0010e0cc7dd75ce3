import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listLog } from '#delta/log/log.ts'
import { describeTable, listHistory } from '#delta/reads.ts'
import { openTable, type DeltaTable } from '#delta/table.ts'
import type { At } from '#delta/types.ts'
import { resolveVersion } from '#delta/log/versions.ts'
import { LocalStore } from '#storage/localStore.ts'
import { commitName, logInMemory, metadata, problemLike, protocol } from '../../support/deltaLog.ts'
import { seededRandom, seedOfRun } from '../../support/random.ts'

const never = new AbortController().signal
const start = Date.UTC(2024, 0, 1)
const header = [protocol, metadata()]

async function versionAt(table: DeltaTable, at: At): Promise<number> {
  return (await describeTable(table, at, never)).version
}

/** Newest first. */
async function times(table: DeltaTable, page: { readonly before?: number; readonly limit: number }): Promise<number[]> {
  return (await listHistory(table, page, never)).entries.map(({ timestamp }) => Date.parse(timestamp))
}

/** As Delta says it, from the oldest version on. */
function adjusted(modified: readonly number[]): number[] {
  let last = -Infinity
  return modified.map(time => (last = Math.max(time, last + 1)))
}

/** A log whose commits were written at these times: in memory with a page for each 1,000 names, and in a folder. */
const logs: Readonly<
  Record<string, (modified: readonly number[]) => Promise<{ readonly table: DeltaTable; readonly end: () => Promise<void> }>>
> = {
  'listed by pages': async modified => {
    const log = logInMemory()
    for (const [version, time] of modified.entries()) await log.commit(version, version === 0 ? header : [], time)
    await log.put(`${String(modified.length - 2).padStart(20, '0')}.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json`, header)
    await log.put('_last_checkpoint', JSON.stringify({ version: modified.length - 2 }))
    return { table: log.table, end: () => Promise.resolve() }
  },
  'in a folder': async modified => {
    const folder = await mkdtemp(join(tmpdir(), 'dataflow-times-'))
    await mkdir(join(folder, '_delta_log'))
    for (const [version, time] of modified.entries()) {
      const file = join(folder, '_delta_log', commitName(version))
      await writeFile(file, version === 0 ? header.map(line => JSON.stringify(line)).join('\n') : '')
      await utimes(file, time / 1000, time / 1000)
    }
    return { table: openTable(new LocalStore(folder), ''), end: () => rm(folder, { recursive: true }) }
  },
}

const second = 1000
const runs: Readonly<Record<string, (version: number) => number>> = {
  'all at one moment': () => start,
  'ten a millisecond': version => start + Math.floor(version / 10),
  'one a second': version => start + version * second,
  'whole seconds, three at a time': version => start + Math.floor(version / 3) * second,
}
/** Of a clock that went back far, pages tell nothing unless all are fetched. */
const runsInFolder: typeof runs = {
  ...runs,
  'the oldest an hour ahead of the others': version => start + (version === 0 ? 3600 * second : version),
  'a clock that went back an hour': version => start + version * second - (version < 700 ? 0 : 3600 * second),
}

const day = (number: number): number => Date.UTC(2024, 0, number)
const own = (number: number) => ({ commitInfo: { inCommitTimestamp: day(number) } })
const enabled = (since: Readonly<Record<string, string>>) => metadata({ 'delta.enableInCommitTimestamps': 'true', ...since })
const at = (text: string): At => ({ timestamp: text })

describe('times of versions', function () {
  this.timeout(30_000)

  for (const [place, make] of Object.entries(logs)) {
    for (const [run, timeOf] of Object.entries(place === 'in a folder' ? runsInFolder : runs)) {
      it(`increase along the whole log ${place}, however little of it is shown: ${run}`, async () => {
        const modified = Array.from({ length: 1500 }, (_, version) => timeOf(version))
        const expected = adjusted(modified)
        const { table, end } = await make(modified)
        try {
          assert.deepEqual(await times(table, { limit: 3 }), expected.slice(-3).toReversed())
          assert.deepEqual(await times(table, { before: 1203, limit: 3 }), expected.slice(1200, 1203).toReversed())
          assert.equal(Date.parse((await describeTable(table, { version: 1100 }, never)).timestamp), expected[1100])
          assert.equal(await versionAt(table, { timestamp: new Date(expected[1100] ?? 0).toISOString() }), 1100)
        } finally {
          await end()
        }
      })
    }
  }

  it('are the same for one version as for all', async () => {
    const seed = seedOfRun()
    const random = seededRandom(seed)
    for (let turn = 0; turn < 20; turn += 1) {
      let clock = start
      const modified = Array.from(
        { length: 400 },
        () => (clock += Math.floor(random() * 4) - (random() < 0.01 ? Math.floor(random() * 300) : 0)),
      )
      const log = logInMemory()
      for (const [version, time] of modified.entries()) await log.commit(version, version === 0 ? header : [], time)
      const version = 150 + Math.floor(random() * 250)
      const { timestamp } = await describeTable(log.table, { version }, never)
      const all = await times(log.table, { limit: 1000 })
      assert.equal(Date.parse(timestamp), all.toReversed()[version], `seed ${seed}, turn ${turn}, version ${version}`)
    }
  })

  it('begin with the earliest version that can be rebuilt, once the log was cleaned', async () => {
    const log = logInMemory()
    await log.commit(4, [], start + 5000)
    await log.commit(5, [], start + 1000)
    await log.put(`${'5'.padStart(20, '0')}.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json`, header)
    await log.commit(6, [], start + 1000)
    assert.deepEqual(await times(log.table, { limit: 10 }), [start + 1001, start + 1000, start + 5000])
    assert.equal(await versionAt(log.table, { timestamp: new Date(start + 1000).toISOString() }), 5)
    await assert.rejects(
      versionAt(log.table, { timestamp: new Date(start + 999).toISOString() }),
      problemLike('notFound', /before its earliest readable version 5/),
    )
  })
})

/** Versions 0 to 2 by their files, 3 to 6 by their own times; all files are of much later. */
async function midHistory() {
  const log = logInMemory()
  await log.commit(0, header, day(1))
  await log.commit(1, [], day(2))
  await log.commit(2, [], day(20))
  const since = { 'delta.inCommitTimestampEnablementVersion': '3', 'delta.inCommitTimestampEnablementTimestamp': String(day(10)) }
  await log.commit(3, [own(10), enabled(since)], day(21))
  for (const version of [4, 5, 6]) await log.commit(version, [own(version + 7)], day(21))
  return log
}

describe('in-commit timestamps', () => {
  it('decide from the time of their enablement on, and only the files before', async () => {
    const { table } = await midHistory()
    assert.equal(await versionAt(table, at('2024-01-09T23:59:59Z')), 1)
    assert.equal(await versionAt(table, at('2024-01-10')), 3)
    assert.equal(await versionAt(table, at('2024-01-11T12:00:00Z')), 4)
    assert.equal(await versionAt(table, at('2024-01-12')), 5)
    assert.equal(await versionAt(table, at('2024-01-13')), 6)
    await assert.rejects(
      versionAt(table, at('2023-12-31')),
      problemLike('notFound', /before its earliest readable version 0 of 2024-01-01T/),
    )
    await assert.rejects(versionAt(table, at('2024-01-14')), problemLike('notFound', /after its latest version 6 of 2024-01-13T/))
    assert.deepEqual(await times(table, { limit: 10 }), [13, 12, 11, 10, 20, 2, 1].map(day))
  })

  it('are read of a few versions only', async () => {
    const log = logInMemory()
    await log.commit(0, [{ commitInfo: { inCommitTimestamp: start } }, protocol, enabled({})], 0)
    for (let version = 1; version < 1000; version += 1)
      await log.commit(version, [{ commitInfo: { inCommitTimestamp: start + version } }], 0)
    const checksum = { protocol: protocol.protocol, metadata: enabled({}).metaData }
    await log.put(`${'999'.padStart(20, '0')}.crc`, JSON.stringify(checksum))
    const listing = await listLog(log.table, never)
    log.reads.length = 0
    assert.equal(await resolveVersion(log.table, listing, at(new Date(start + 321).toISOString()), never), 321)
    assert.ok(log.reads.length < 50, `${log.reads.length} reads`)
  })

  it('are all there is once the older versions are cleaned up', async () => {
    const log = await midHistory()
    for (const version of [0, 1, 2, 3]) await log.store.delete(`t/_delta_log/${commitName(version)}`)
    const since = { 'delta.inCommitTimestampEnablementVersion': '3', 'delta.inCommitTimestampEnablementTimestamp': String(day(10)) }
    await log.put(`${'4'.padStart(20, '0')}.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json`, [protocol, enabled(since)])
    assert.equal(await versionAt(log.table, at('2024-01-11')), 4)
    assert.equal(await versionAt(log.table, at('2024-01-12T01:00:00Z')), 5)
    for (const early of ['2024-01-05', '2024-01-10T12:00:00Z']) {
      await assert.rejects(
        versionAt(log.table, at(early)),
        problemLike('notFound', /before its earliest readable version 4 of 2024-01-11T/),
      )
    }
  })

  it('are refused where the table does not say since when, or a commit has none', async () => {
    const log = await midHistory()
    await log.commit(7, [own(14), enabled({ 'delta.inCommitTimestampEnablementVersion': '3' })], day(22))
    await assert.rejects(versionAt(log.table, at('2024-01-11')), problemLike('corrupt', /from which time on/))
    const other = await midHistory()
    await other.commit(6, [], day(21))
    await assert.rejects(versionAt(other.table, at('2024-01-11')), problemLike('corrupt', /version 6: its commit carries no time/))
  })
})
