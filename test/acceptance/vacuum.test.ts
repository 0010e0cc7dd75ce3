import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createTableReads } from '#app/deltaReads.ts'
import type { Place } from '#app/place.ts'
import type { SqlRunner } from '#app/sqlRunner.ts'
import { isProblem } from '#base/errors.ts'
import { listWholeLog } from '#delta/health/healthLog.ts'
import { planVacuum, type VacuumPlan } from '#delta/health/healthVacuum.ts'
import { sortFiles } from '#delta/log/logNames.ts'
import type { VersionRange } from '#delta/log/readable.ts'
import { loadSnapshot } from '#delta/snapshot.ts'
import { openTable } from '#delta/table.ts'
import { openStore } from '#storage/openStore.ts'
import type { StoreSpec } from '#storage/storeSpec.ts'
import { liveSpark } from '../support/liveSpark.ts'
import { liveStack, type LiveStack } from '../support/liveStack.ts'
import { removeAll } from '../support/sparkAnswers.ts'

const never = new AbortController().signal
const hour = 3_600_000

/** VACUUM of what was just removed, and no more tasks than these few files need. */
const settings = [
  'spark.databricks.delta.retentionDurationCheck.enabled = false',
  'spark.databricks.delta.snapshotPartitions = 1',
  'spark.sql.shuffle.partitions = 1',
  'spark.sql.sources.parallelPartitionDiscovery.parallelism = 1',
  'spark.databricks.delta.allowArbitraryProperties.enabled = true',
]

interface Case {
  readonly name: string
  readonly columns: string
  readonly more?: string
  readonly properties?: Readonly<Record<string, string>>
  readonly steps: readonly string[]
  /** Commits below this are taken away before VACUUM, as the clean-up of a log does. */
  readonly cleanBelow?: number
}

const vectors = { 'delta.enableDeletionVectors': 'true' }
const noVectors = { 'delta.enableDeletionVectors': 'false' }
const twoFiles = 'SELECT /*+ REPARTITION(2) */'

const cases: readonly Case[] = [
  {
    name: 'copied on every write, overwritten and restored',
    columns: 'id BIGINT',
    properties: noVectors,
    steps: [
      `INSERT INTO T ${twoFiles} id FROM range(100)`,
      'DELETE FROM T WHERE id < 10',
      'UPDATE T SET id = -id WHERE id % 9 = 0',
      `INSERT OVERWRITE T ${twoFiles} id FROM range(20)`,
      'RESTORE T TO VERSION AS OF 2',
      'INSERT INTO T SELECT id FROM range(3)',
    ],
  },
  {
    name: 'with deletion vectors, change data, OPTIMIZE and a purge',
    columns: 'id BIGINT, g STRING',
    more: 'PARTITIONED BY (g)',
    properties: { ...vectors, 'delta.enableChangeDataFeed': 'true' },
    steps: [
      `INSERT INTO T ${twoFiles} id, if(id % 3 = 0, 'a b/ü%', cast(id % 3 AS STRING)) FROM range(300)`,
      'DELETE FROM T WHERE id < 10',
      'DELETE FROM T WHERE id < 20',
      'UPDATE T SET id = id + 1000 WHERE id % 7 = 0',
      'OPTIMIZE T',
      "DELETE FROM T WHERE g = '1'",
      'DELETE FROM T WHERE id % 11 = 0',
      'REORG TABLE T APPLY (PURGE)',
      'DELETE FROM T WHERE id % 13 = 0',
    ],
  },
  {
    name: 'whose log was cleaned up to a checkpoint',
    columns: 'id BIGINT',
    properties: { ...vectors, 'delta.checkpointInterval': '3', 'delta.columnMapping.mode': 'name' },
    steps: [
      `INSERT INTO T ${twoFiles} id FROM range(100)`,
      'DELETE FROM T WHERE id < 10',
      'OPTIMIZE T',
      'DELETE FROM T WHERE id < 20',
      'INSERT INTO T SELECT id FROM range(5)',
      'OPTIMIZE T',
    ],
    cleanBelow: 3,
  },
]

describe('what VACUUM would remove, against Spark', function () {
  this.timeout(600_000)
  const home = `vacuum-${randomUUID().slice(0, 8)}`
  let stack: LiveStack
  let run: SqlRunner
  let end: (() => Promise<void>) | undefined
  let bucket: StoreSpec & { readonly kind: 's3' }

  before(async function () {
    stack = liveStack(this)
    ;({ run, end } = liveSpark(stack))
    bucket = { kind: 's3', bucket: 'bronze', ...stack.s3.endpoint }
    for (const setting of settings) await run(`SET ${setting}`, never)
  })
  after(async () => {
    await end?.()
    if (end) await removeAll(stack, 'bronze', `${home}/`)
  })

  const open = () => openStore(bucket, () => Promise.resolve(stack.s3.credentials))
  const placeOf = (folder: string): Place => ({ store: bucket, key: `${home}/${folder}` })
  const reads = () => createTableReads(() => open())

  for (const [i, { name, columns, more = '', properties = {}, steps, cleanBelow = 0 }] of cases.entries()) {
    it(`is the same for a table ${name}`, async () => {
      const folder = `t${i}`
      const sql = `delta.\`s3a://bronze/${home}/${folder}\``
      const listed = Object.entries(properties).map(([key, value]) => `'${key}' = '${value}'`)
      await run(`CREATE TABLE ${sql} (${columns}) USING delta ${more} TBLPROPERTIES (${listed.join(', ')})`, never)
      for (const step of steps) await run(step.replaceAll(/\bT\b/g, sql), never)
      for (let version = 0; version < cleanBelow; version += 1) {
        await open().delete(`${home}/${folder}/_delta_log/${String(version).padStart(20, '0')}.json`, never)
      }

      const plan = await planOf(folder, 0)
      const dryRun = await run(`VACUUM ${sql} RETAIN 0 HOURS DRY RUN`, never)
      const named = dryRun.map(({ path }) => (typeof path === 'string' ? path : '').replace(`s3a://bronze/${home}/${folder}/`, ''))
      assert.deepEqual([...plan.files.keys(), ...plan.changes.keys()].toSorted(), named.toSorted())
      assert.ok(named.length > 0)
      assert.equal((await planOf(folder, 24)).files.size, 0)
      await checkSizes(folder, plan)
      const latest = (await reads().describe({ place: placeOf(folder), at: {} }, never)).latestVersion
      assert.deepEqual(await unreadable(folder, cleanBelow, latest), [])

      await run(`SET spark.databricks.delta.vacuum.logging.enabled = ${i % 2 === 0}`, never)
      await run(`VACUUM ${sql} RETAIN 0 HOURS`, never)
      const expected = plan.unreadable.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, k) => from + k))
      assert.ok(expected.length > 0)
      assert.deepEqual(await unreadable(folder, cleanBelow, latest), expected)
      if (i % 2 === 0) await checkEarlier(folder, plan.unreadable)
    })
  }

  it('estimates OPTIMIZE as it then happens', async () => {
    const sql = `delta.\`s3a://bronze/${home}/optimize\``
    const target = 30_000
    await run(
      `CREATE TABLE ${sql} (id BIGINT, g INT) USING delta PARTITIONED BY (g) TBLPROPERTIES ('delta.enableDeletionVectors' = 'true', 'delta.targetFileSize' = '${target}')`,
      never,
    )
    await run(`INSERT INTO ${sql} SELECT /*+ REPARTITION(5) */ id, cast(pmod(hash(id), 3) AS INT) FROM range(20000)`, never)
    await run(`INSERT INTO ${sql} SELECT /*+ REPARTITION(1) */ id, 7 FROM range(10)`, never)
    await run(`INSERT INTO ${sql} SELECT /*+ REPARTITION(1) */ id, 8 FROM range(10)`, never)
    await run(`DELETE FROM ${sql} WHERE g = 8 AND id < 5`, never)
    const { files } = await reads().health({ place: placeOf('optimize'), at: {} }, never)
    await run(`SET spark.databricks.delta.optimize.maxFileSize = ${target}`, never)
    await run(`SET spark.databricks.delta.optimize.minFileSize = ${target}`, never)
    await run(`OPTIMIZE ${sql}`, never)
    const { files: then } = await reads().health({ place: placeOf('optimize'), at: {} }, never)
    assert.ok((files?.optimize?.made ?? 0) > 3)
    assert.deepEqual(files?.optimize?.filesAfter, then?.files)
  })

  async function planOf(folder: string, retentionHours: number): Promise<VacuumPlan> {
    const table = openTable(open(), `${home}/${folder}`)
    const log = sortFiles(await listWholeLog(table, never))
    const newest = await loadSnapshot(table, log, log.commits.at(-1)?.version ?? 0, never)
    return await planVacuum(table, { log, newest, retentionHours, now: Date.now() }, never)
  }

  /** Sizes that the log gives are those of the objects. */
  async function checkSizes(folder: string, { files, changes }: VacuumPlan): Promise<void> {
    const sizes = [...files].map(([path, { size }]) => [path, size] as const)
    for (const [path, size] of [...sizes, ...changes]) {
      assert.deepEqual([path, size], [path, (await open().stat(`${home}/${folder}/${path}`, never)).size])
    }
  }

  /** Versions whose rows cannot be read because a file is missing; a new reader knows nothing from before. */
  async function unreadable(folder: string, from: number, to: number): Promise<readonly number[]> {
    const missing: number[] = []
    for (let version = from; version <= to; version += 1) {
      try {
        await reads().rows({ place: placeOf(folder), at: { version }, rows: { offset: 0, limit: Infinity } }, never)
      } catch (error) {
        if (!isProblem(error, 'notFound')) throw error
        missing.push(version)
      }
    }
    return missing
  }

  /** A VACUUM that the log tells of is not counted again. */
  async function checkEarlier(folder: string, lost: readonly VersionRange[]): Promise<void> {
    const { vacuum } = await reads().health({ place: placeOf(folder), at: {}, retentionHours: 0 }, never)
    assert.deepEqual([vacuum?.data.files, vacuum?.deletionVectors.files, vacuum?.unreadable], [0, 0, []])
    assert.deepEqual(vacuum?.earlier?.unreadable, lost)
    assert.ok(Math.abs(Date.parse(vacuum?.earlier?.before ?? '') - Date.now()) < hour)
  }
})
