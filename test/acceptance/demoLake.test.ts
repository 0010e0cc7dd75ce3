import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Json } from '#arrow/json.ts'
import { createTableReads } from '#app/deltaReads.ts'
import { fillDemoLake, type DemoLakePorts } from '#app/demoLake.ts'
import { tablePath, type DemoPlaces } from '#app/demoPlan.ts'
import { demoTables, isSame } from '#app/demoTables.ts'
import { isProblem } from '#base/errors.ts'
import type { TableReads } from '#app/tableReads.ts'
import { openStore } from '#storage/openStore.ts'
import type { S3Endpoint } from '#storage/storeSpec.ts'
import { readDemoCsv } from '../../scripts/demo/demoCsv.ts'
import { liveSpark } from '../support/liveSpark.ts'
import { liveStack } from '../support/liveStack.ts'

const never = new AbortController().signal
const fillTimeoutMs = 300_000

describe('the demo lake on the live stack', function () {
  this.timeout(fillTimeoutMs)
  const id = randomUUID().slice(0, 8)
  const layer = (name: string) => ({ database: `demo_${id}_${name}`, bucket: name, prefix: `demo-${id}/` })
  const places: DemoPlaces = { bronze: layer('bronze'), silver: layer('silver'), gold: layer('gold') }
  const reported: string[] = []
  let ports: DemoLakePorts
  let service: S3Endpoint
  let reads: TableReads
  let end: (() => Promise<void>) | undefined

  before(async function () {
    const stack = liveStack(this)
    const spark = liveSpark(stack)
    const credentials = () => Promise.resolve(stack.s3.credentials)
    service = stack.s3.endpoint
    reads = createTableReads(store => openStore(store, credentials))
    const csv = await readDemoCsv()
    ports = {
      run: spark.run,
      openBucket: bucket => openStore({ kind: 's3', ...stack.s3.endpoint, bucket }, credentials),
      csv,
      report: ({ step }) => void reported.push(step),
      places,
    }
    end = async () => {
      for (const { database } of Object.values(places)) await spark.run(`DROP DATABASE IF EXISTS ${database} CASCADE`, never)
      for (const { bucket, prefix } of Object.values(places)) await removeAll(ports.openBucket(bucket), prefix)
      await spark.end()
    }
  })
  after(() => end?.())

  async function history(table: (typeof demoTables)[number]): Promise<readonly (readonly [Json | undefined, Json | undefined])[]> {
    const rows = await ports.run(`DESCRIBE HISTORY ${tablePath(places[table.layer], table.name)}`, never)
    return rows.map(row => [row['version'], row['operation']] as const).toReversed()
  }

  it('stops when it is told to, in the middle of a table', async () => {
    const controller = new AbortController()
    const report: DemoLakePorts['report'] = ({ step, done }) => {
      reported.push(step)
      if (done === 6) controller.abort(new Error('enough'))
    }
    await assert.rejects(fillDemoLake({ ...ports, report }, controller.signal))
    assert.equal(reported.length, 7)
  })

  it('is taken up where it ended, and no step is done twice', async () => {
    assert.equal(await fillDemoLake(ports, never), 17)
    assert.equal(reported.length, 7 + 17)
  })

  it('holds versions of every kind, each made by the step meant for it', async () => {
    assert.deepEqual(Object.fromEntries(await Promise.all(demoTables.map(async table => [table.name, await history(table)] as const))), {
      stocks_raw: [
        [0, 'CREATE TABLE AS SELECT'],
        [1, 'ADD COLUMNS'],
        [2, 'WRITE'],
        [3, 'DELETE'],
      ],
      sp500_raw: [
        [0, 'CREATE TABLE AS SELECT'],
        [1, 'WRITE'],
        [2, 'OPTIMIZE'],
        [3, 'DELETE'],
      ],
      stocks_cleaned: [
        [0, 'CREATE TABLE'],
        [1, 'WRITE'],
        [2, 'WRITE'],
        [3, 'MERGE'],
        [4, 'UPDATE'],
        [5, 'UPDATE'],
        [6, 'WRITE'],
        [7, 'OPTIMIZE'],
        [8, 'DELETE'],
      ],
      stocks_daily_metrics: [
        [0, 'CREATE TABLE AS SELECT'],
        [1, 'ADD COLUMNS'],
        [2, 'MERGE'],
        [3, 'UPDATE'],
        [4, 'UPDATE'],
        [5, 'OPTIMIZE'],
      ],
    })
  })

  for (const table of demoTables) {
    it(`has the rows and figures of ${table.layer}.${table.name}, by its name in the catalog`, async () => {
      const name = `${places[table.layer].database}.${table.name}`
      const { bucket, prefix } = places[table.layer]
      const place = { store: { kind: 's3', ...service, bucket }, key: `${prefix}${table.name}` } as const
      const counts: (number | null)[] = []
      for (const version of table.rows.keys()) counts.push((await reads.describe({ place, at: { version } }, never)).numRecords)
      assert.deepEqual(counts, table.rows)
      assert.equal(table.version, table.rows.length - 1)
      const found = table.measure(await ports.run(`SELECT * FROM ${name}`, never))
      assert.ok(isSame(found, table.figures), JSON.stringify(found))
    })
  }

  it('leaves checkpoints and deletion vectors in the logs', async () => {
    const keys: string[] = []
    for (const { bucket, prefix } of Object.values(places)) {
      keys.push(
        ...(await ports.openBucket(bucket).list({ prefix }, never)).objects.map(object => `${bucket}/${object.key.slice(prefix.length)}`),
      )
    }
    const checkpoints = keys
      .filter(key => key.endsWith('.checkpoint.parquet'))
      .map(key => key.replace('/_delta_log/', ' ').replace(/0{10,}/, ''))
    assert.deepEqual(checkpoints, [
      'bronze/sp500_raw 2.checkpoint.parquet',
      'silver/stocks_cleaned 5.checkpoint.parquet',
      'gold/stocks_daily_metrics 4.checkpoint.parquet',
    ])
    const withVectors = new Set(keys.filter(key => /\/deletion_vector_[^/]*\.bin$/.test(key)).map(key => key.split('/')[1]))
    assert.deepEqual([...withVectors], ['sp500_raw', 'stocks_raw', 'stocks_cleaned', 'stocks_daily_metrics'])
    assert.ok(keys.includes('bronze/_raw/stocks.csv') && keys.includes('bronze/_raw/sp500-2000.csv'))
  })

  it('is found complete by a second run, which changes nothing', async () => {
    const before = await Promise.all(demoTables.map(history))
    const told = reported.length
    assert.equal(await fillDemoLake(ports, never), 0)
    assert.deepEqual(await Promise.all(demoTables.map(history)), before)
    assert.equal(reported.length, told)
  })

  it('survives the loss of its catalog, gets its names back, and leaves later versions of the user alone', async () => {
    const { database } = places.bronze
    await ports.run(
      `INSERT INTO ${database}.stocks_raw SELECT * FROM ${database}.stocks_raw LIMIT 1; DROP DATABASE ${database} CASCADE`,
      never,
    )
    assert.equal(await fillDemoLake(ports, never), 0)
    const [row] = await ports.run(`SELECT count(*) AS rows FROM ${database}.stocks_raw`, never)
    assert.equal(row?.['rows'], 561)
  })

  it('refuses to write into a table that is not its own', async () => {
    const other: DemoPlaces = { ...places, gold: { ...places.gold, prefix: `demo-${id}/other/` } }
    await ports.run(`CREATE TABLE ${tablePath(other.gold, 'stocks_daily_metrics')} USING delta AS SELECT 1 AS x`, never)
    await assert.rejects(
      fillDemoLake({ ...ports, places: other }, never),
      error => isProblem(error, 'conflict') && /did not write/.test(error.message) && error.hint !== undefined,
    )
  })
})

async function removeAll(store: ReturnType<DemoLakePorts['openBucket']>, prefix: string): Promise<void> {
  for (;;) {
    const { objects } = await store.list({ prefix }, never)
    if (objects.length === 0) return
    await Promise.all(objects.map(({ key }) => store.delete(key, never)))
  }
}
