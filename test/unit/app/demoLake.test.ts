import assert from 'node:assert/strict'
import { fillDemoLake, type DemoLakePorts } from '#app/demoLake.ts'
import { defaultPlaces, demoPlan } from '#app/demoPlan.ts'
import { demoTables, isSame } from '#app/demoTables.ts'
import { isProblem } from '#base/errors.ts'
import { MemoryStore } from '../../fakes/memoryStore.ts'

const never = new AbortController().signal

/** Spark and S3 as far as the filling sees them: a commit for every statement that a plan holds, with its stamp. */
function lake() {
  const buckets = new Map<string, MemoryStore>()
  const openBucket = (name: string): MemoryStore => {
    const bucket = buckets.get(name) ?? new MemoryStore()
    buckets.set(name, bucket)
    return bucket
  }
  const commits = new Map<string, string[]>()
  const statements: string[] = []
  const tableOf = new Map(demoPlan(defaultPlaces).flatMap(table => table.steps.map(step => [step.sql, table] as const)))
  let stamp = ''
  let failAt = Infinity
  const run: DemoLakePorts['run'] = async (sql, signal) => {
    signal.throwIfAborted()
    statements.push(sql)
    const [, path] = /^DESCRIBE HISTORY delta\.`s3a:\/\/(.+)`$/.exec(sql) ?? []
    if (path !== undefined) return (commits.get(path) ?? []).map((userMetadata, version) => ({ version, userMetadata })).toReversed()
    const [, set] = /^SET `spark\.databricks\.delta\.commitInfo\.userMetadata`=`(.+)`$/.exec(sql) ?? []
    stamp = set ?? stamp
    const table = tableOf.get(sql)
    if (!table) return []
    failAt -= 1
    if (failAt < 0) throw new Error('Spark died')
    const at = `${table.layer}/${table.name}`
    const log = commits.get(at) ?? []
    commits.set(at, [...log, stamp])
    await openBucket(table.layer).put(`${table.name}/_delta_log/${String(log.length).padStart(20, '0')}.json`, new Uint8Array(1))
    return []
  }
  const csv = { stocks: new Uint8Array(3), sp500: new Uint8Array(4) }
  return {
    ports: { run, openBucket, csv, report: () => {} } satisfies DemoLakePorts,
    commits,
    statements,
    openBucket,
    failAfter: (steps: number) => (failAt = steps),
  }
}

const versions = [4, 4, 9, 6]

function day(date: string, close: string | number, daily: string | number | null) {
  return { symbol: 'SP500', date, avg_close: close, volume_price_ratio: 1, daily_return: daily, ma5: null, ma30: '7.5' }
}

describe('fillDemoLake', () => {
  it('writes every step once and keeps the raw files beside the tables', async () => {
    const { ports, commits, openBucket } = lake()
    assert.equal(await fillDemoLake(ports, never), 23)
    assert.deepEqual(
      [...commits.values()].map(log => log.length),
      versions,
    )
    assert.equal((await openBucket('bronze').stat('_raw/stocks.csv', never)).size, 3)
    assert.equal((await openBucket('bronze').stat('_raw/sp500-2000.csv', never)).size, 4)
  })

  it('goes on after each place where Spark can die, and ends with the same lake', async () => {
    const whole = lake()
    await fillDemoLake(whole.ports, never)
    for (let steps = 0; steps < 23; steps += 1) {
      const { ports, commits, failAfter } = lake()
      failAfter(steps)
      await assert.rejects(fillDemoLake(ports, never), /Spark died/)
      failAfter(Infinity)
      assert.equal(await fillDemoLake(ports, never), 23 - steps)
      assert.deepEqual(commits, whole.commits)
    }
  })

  it('only looks when the lake is complete, later versions included', async () => {
    const { ports, commits, statements } = lake()
    await fillDemoLake(ports, never)
    commits.set('gold/stocks_daily_metrics', [...(commits.get('gold/stocks_daily_metrics') ?? []), 'a version of the user'])
    commits.set(
      'bronze/sp500_raw',
      (commits.get('bronze/sp500_raw') ?? []).map(stamp => stamp.replace(/"title":".*"/, '"title":"as it was worded before"')),
    )
    statements.length = 0
    assert.equal(await fillDemoLake(ports, never), 0)
    assert.deepEqual(
      statements.filter(sql => !/^(DESCRIBE HISTORY|SHOW TABLES|CREATE DATABASE IF NOT EXISTS|CREATE TABLE IF NOT EXISTS)/.test(sql)),
      [],
    )
  })

  it('refuses a table of someone else, and one that someone changed while it was filled', async () => {
    const other = lake()
    other.commits.set('silver/stocks_cleaned', [''])
    await other.openBucket('silver').put('stocks_cleaned/_delta_log/00000000000000000000.json', new Uint8Array(1))
    await assert.rejects(fillDemoLake(other.ports, never), error => isProblem(error, 'conflict'))

    const changed = lake()
    changed.failAfter(6)
    await assert.rejects(fillDemoLake(changed.ports, never))
    changed.failAfter(Infinity)
    changed.commits.get('bronze/sp500_raw')?.push('a version of the user')
    await assert.rejects(
      fillDemoLake(changed.ports, never),
      error => isProblem(error, 'conflict') && error.message.includes('s3a://bronze/sp500_raw'),
    )
  })
})

describe('the demo tables', () => {
  it('say as many versions as the plan has steps', () => {
    assert.deepEqual(
      demoTables.map(({ layer, name, version, rows }) => [layer, name, version + 1, rows.length]),
      demoPlan(defaultPlaces).map(({ layer, name, steps }) => [layer, name, steps.length, steps.length]),
    )
  })

  it('measure rows in any order, numbers as text or not', () => {
    const gold = demoTables.find(table => table.layer === 'gold')
    const found = gold?.measure([
      day('2000-01-03', '110', '0.1'),
      day('2000-01-01', 100, null),
      day('2000-01-04', 99, -0.1),
      { symbol: 'IBM' },
    ])
    assert.ok(found)
    assert.ok(
      isSame(found, {
        daily: 3,
        ratios: 3,
        closeMin: 99,
        closeMax: 110,
        returnMeanPercent: 0,
        returnDeviationPercent: 14.142_135_623_7,
        up: 1,
        downOrFlat: 1,
        ma5AtEnd: 0,
        ma30AtEnd: 7.5,
      }),
      JSON.stringify(found),
    )
  })

  it('are the same only when every figure is, to ten digits', () => {
    assert.equal(isSame({ a: 1.000_000_000_01 }, { a: 1 }), true)
    assert.equal(isSame({ a: 1.000_000_01 }, { a: 1 }), false)
    assert.equal(isSame({ a: 1, b: 2 }, { a: 1 }), false)
    assert.equal(isSame({ b: 1 }, { a: 1 }), false)
    assert.equal(isSame({ a: Number.NaN }, { a: 1 }), false)
  })
})
