import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createTableReads } from '#app/deltaReads.ts'
import type { Place } from '#app/place.ts'
import type { TableReads } from '#app/tableReads.ts'
import type { Json } from '#arrow/json.ts'
import type { RowsDiff, TableDiff } from '#delta/diff/diffTypes.ts'
import { openStore } from '#storage/openStore.ts'
import { diffTables, type DiffTable } from '../support/diffTables.ts'
import { liveSpark } from '../support/liveSpark.ts'
import { liveStack, type LiveStack } from '../support/liveStack.ts'
import { countDifferences } from '../support/rowDifferences.ts'
import { removeAll, sqlName, writeTable } from '../support/sparkAnswers.ts'

const never = new AbortController().signal
type Rows = readonly Readonly<Record<string, Json>>[]

describe('a diff of two versions and Spark', function () {
  this.timeout(600_000)
  const prefix = `delta-diff-${randomUUID().slice(0, 8)}`
  let stack: LiveStack
  let spark: ReturnType<typeof liveSpark>
  let reads: TableReads

  before(function () {
    stack = liveStack(this)
    spark = liveSpark(stack)
    reads = createTableReads(spec => openStore(spec, () => Promise.resolve(stack.s3.credentials)))
  })
  after(async () => {
    await spark?.end()
    if (stack) await removeAll(stack, 'bronze', `${prefix}/`)
  })

  const placeOf = ({ name }: DiffTable): Place => ({
    store: { kind: 's3', ...stack.s3.endpoint, bucket: 'bronze' },
    key: `${prefix}/${name}`,
  })

  for (const table of diffTables) {
    it(`count the same rows of ${table.name}, both ways, with a key and without`, async () => {
      await writeTable(spark.run, table, `s3a://bronze/${prefix}`)
      const versions = table.queried ? [] : await versionsBySpark(table)
      for (const [from, before] of versions.entries()) {
        for (const [to, after] of versions.entries()) {
          if (isCompared(from, to)) await assertDiff(table, { from, before, to, after })
        }
      }
      for (const [from, to] of table.queried ?? [[1, versions.length - 1] as const]) await assertQuery(table, from, to)
    })
  }

  it('find the rows that change data tells of', async () => {
    for (const table of diffTables) {
      if (table.changeDataFrom === undefined) continue
      const { latestVersion } = await reads.describe({ place: placeOf(table), at: {} }, never)
      for (let from = table.changeDataFrom; from < latestVersion; from += 2) {
        const feed = await spark.run(`SELECT * FROM table_changes_by_path('${pathOf(table)}', ${from + 1}, ${latestVersion})`, never)
        const [before, after]: [Readonly<Record<string, Json>>[], Readonly<Record<string, Json>>[]] = [[], []]
        for (const { _change_type: type, _commit_version: _v, _commit_timestamp: _t, ...row } of feed) {
          ;(type === 'insert' || type === 'update_postimage' ? after : before).push(row)
        }
        const ours = await diff(table, from, latestVersion, [])
        assert.equal(ours.source, 'changeData', `${table.name} ${from}`)
        assert.deepEqual(ours.rows, countDifferences(before, after, []), `${table.name} ${from}`)
      }
    }
  })

  function pathOf(table: DiffTable): string {
    return sqlName(placeOf(table)).slice('delta.`'.length, -1)
  }

  async function versionsBySpark(table: DiffTable): Promise<readonly Rows[]> {
    const { latestVersion } = await reads.describe({ place: placeOf(table), at: {} }, never)
    const versions: Rows[] = []
    for (let version = 0; version <= latestVersion; version += 1) {
      const rows = await spark.run(`SELECT * FROM ${sqlName(placeOf(table))} VERSION AS OF ${version}`, never)
      versions.push(rows.map(row => Object.fromEntries(Object.entries(row).map(([name, value]) => [table.renamed?.[name] ?? name, value]))))
    }
    return versions
  }

  async function diff(table: DiffTable, from: number, to: number, key: readonly string[], mostBytes = Infinity): Promise<TableDiff> {
    return await reads.diff({ place: placeOf(table), from, to, key, sample: 20, mostBytes }, never)
  }

  async function assertDiff(
    table: DiffTable,
    { from, before, to, after }: { readonly from: number; readonly before: Rows; readonly to: number; readonly after: Rows },
  ): Promise<void> {
    for (const key of [[], [table.key]]) {
      const ours = await diff(table, from, to, key)
      const where = `versions ${from} to ${to} by ${key.join()}`
      assert.deepEqual([ours.problem, ours.tooLarge], [null, null], where)
      assert.deepEqual(ours.rows, countDifferences(before, after, key), where)
      assert.equal(
        ours.sample.length,
        Math.min(
          20,
          Object.values(ours.rows ?? {}).reduce((sum, count) => sum + count, 0),
        ),
        where,
      )
    }
  }

  /** The query that stands in for an answer that is too large gives the same numbers. */
  async function assertQuery(table: DiffTable, from: number, to: number): Promise<void> {
    for (const key of [[], [table.key]]) {
      const { tooLarge } = await diff(table, from, to, key, -1)
      assert.ok(tooLarge)
      const [row] = await spark.run(tooLarge.query, never)
      const ours: RowsDiff | null = (await diff(table, from, to, key)).rows
      assert.deepEqual(ours, row, `versions ${from} to ${to} by ${key.join()}: ${tooLarge.query}`)
    }
  }
})

/** Neighbours, and a third of all other pairs. */
function isCompared(from: number, to: number): boolean {
  return Math.abs(from - to) === 1 || (from + to) % 3 === 0
}
