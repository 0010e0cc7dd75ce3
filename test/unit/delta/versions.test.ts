import assert from 'node:assert/strict'
import { describeTable } from '#delta/reads.ts'
import { parseTime } from '#delta/log/versions.ts'
import type { At } from '#delta/types.ts'
import { add, logInMemory, metadata, problemLike, protocol, type LogInMemory } from '../../support/deltaLog.ts'

const never = new AbortController().signal
const versionAt = async ({ table }: LogInMemory, at: At) => (await describeTable(table, at, never)).version

const january = (day: number): number => Date.UTC(2024, 0, day)
const ownTime = (day: number) => ({ commitInfo: { inCommitTimestamp: january(day) } })

describe('versions', () => {
  it('names the versions there are when another is asked for', async () => {
    const log = logInMemory()
    await log.commit(0, [protocol, metadata()])
    await log.commit(1, [])
    await assert.rejects(versionAt(log, { version: 2 }), problemLike('notFound', /version 2: only the versions 0 to 1/))
    await assert.rejects(versionAt(log, { version: 0.5 }), problemLike('invalid', /0\.5 is not a version/))
    await assert.rejects(versionAt(log, { version: -1 }), problemLike('invalid', /-1/))
  })

  it('travels to the newest version at or before a time, one millisecond apart where files are equally old', async () => {
    const log = logInMemory()
    const start = Date.UTC(2024, 0, 1)
    await log.commit(0, [protocol, metadata()], start)
    await log.commit(1, [], start)
    await log.commit(2, [], start - 5000)
    await log.commit(3, [], start + 60_000)
    assert.equal(await versionAt(log, { timestamp: '2024-01-01' }), 0)
    assert.equal(await versionAt(log, { timestamp: '2024-01-01T00:00:00.001Z' }), 1)
    assert.equal(await versionAt(log, { timestamp: '2024-01-01T01:00:30+01:00' }), 2)
    assert.equal(await versionAt(log, { timestamp: '2024-01-01 00:01:00' }), 3)
    assert.equal((await describeTable(log.table, { version: 2 }, never)).timestamp, '2024-01-01T00:00:00.002Z')
  })

  it('refuses a time before the first and after the last version, naming them', async () => {
    const log = logInMemory()
    await log.commit(0, [protocol, metadata()], Date.UTC(2024, 0, 1))
    await log.commit(1, [], Date.UTC(2024, 0, 2))
    await assert.rejects(
      versionAt(log, { timestamp: '2023-12-31' }),
      problemLike('notFound', /before its earliest readable version 0 of 2024-01-01T/),
    )
    await assert.rejects(
      versionAt(log, { timestamp: '2024-01-02T00:00:01Z' }),
      problemLike('notFound', /after its latest version 1 of 2024-01-02T/),
    )
  })

  it('takes the times that commits carry from the version on that enabled them', async () => {
    const log = logInMemory()
    await log.commit(0, [protocol, metadata()], january(1))
    await log.commit(1, [{ commitInfo: {} }], january(20))
    const enabled = {
      'delta.enableInCommitTimestamps': 'true',
      'delta.inCommitTimestampEnablementVersion': '2',
      'delta.inCommitTimestampEnablementTimestamp': String(january(10)),
    }
    await log.commit(2, [ownTime(10), metadata(enabled)], january(21))
    await log.commit(3, [ownTime(11), add('a')], january(22))
    assert.equal(await versionAt(log, { timestamp: '2024-01-09' }), 0)
    assert.equal(await versionAt(log, { timestamp: '2024-01-10' }), 2)
    assert.equal(await versionAt(log, { timestamp: '2024-01-11' }), 3)
    assert.equal((await describeTable(log.table, {}, never)).timestamp, '2024-01-11T00:00:00.000Z')
    assert.equal((await describeTable(log.table, { version: 1 }, never)).timestamp, '2024-01-20T00:00:00.000Z')
  })

  it('understands dates and ISO times, and nothing else', () => {
    assert.equal(parseTime('2024-02-29'), Date.UTC(2024, 1, 29))
    assert.equal(parseTime('2024-02-29T12:30'), Date.UTC(2024, 1, 29, 12, 30))
    assert.equal(parseTime('2024-02-29 12:30:01.1239'), Date.UTC(2024, 1, 29, 12, 30, 1, 123))
    assert.equal(parseTime('2024-02-29T12:30:00-0230'), Date.UTC(2024, 1, 29, 15))
    for (const text of ['', 'yesterday', '2024-13-01', '1700000000000', '2024-02-29T25:00']) {
      assert.throws(() => parseTime(text), problemLike('invalid', /is not a time/), text)
    }
  })
})
