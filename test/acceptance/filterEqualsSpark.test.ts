import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tableFromIPC } from 'apache-arrow'
import { createTableReads } from '#app/deltaReads.ts'
import type { Place } from '#app/place.ts'
import { jsonRecords } from '#arrow/json.ts'
import { openStore } from '#storage/openStore.ts'
import type { DeltaType } from '#delta/types.ts'
import type { Row } from '../support/filterTable.ts'
import { liveSpark } from '../support/liveSpark.ts'
import { liveStack } from '../support/liveStack.ts'
import { seededRandom } from '../support/random.ts'
import { randomFilter } from '../support/randomFilter.ts'
import { sqlName, writeTable } from '../support/sparkAnswers.ts'

const never = new AbortController().signal
const seed = Number(process.env['DATAFLOW_TEST_SEED'] ?? Date.now() % 2 ** 31)
const filters = 80

const types: Readonly<Record<string, DeltaType>> = {
  i: 'integer',
  big: 'long',
  sm: 'integer',
  d: 'decimal(20,4)',
  w: 'decimal(38,18)',
  f: 'double',
  x: 'double',
  s: 'string',
  v: 'string',
  dt: 'date',
  ts: 'timestamp',
  tn: 'timestamp_ntz',
  b: 'boolean',
  bin: 'binary',
  'st.n': 'long',
  'st.t': 'string',
  p: 'string',
  pd: 'date',
}

const rowsOf = (from: number, to: number) => `SELECT id, if(h % 19 = 0, null, cast(id div 10 + h % 7 AS INT)), 9007199254740985 + h % 17,
  cast(h % 300 - 150 AS SMALLINT), if(h % 11 = 0, null, cast(h % 1000000 / 10000 AS DECIMAL(20,4))), cast('1.00000000000000000' || (h % 7) AS DECIMAL(38,18)),
  CASE h % 23 WHEN 0 THEN float('NaN') WHEN 1 THEN float('-0.0') WHEN 2 THEN null ELSE float((h % 1000) / 10) END,
  CASE h % 29 WHEN 0 THEN double('NaN') WHEN 1 THEN double('-0.0') WHEN 2 THEN double('-Infinity') WHEN 3 THEN null ELSE (h % 1000) / 10 - id END,
  CASE h % 6 WHEN 0 THEN null WHEN 1 THEN '' WHEN 2 THEN 'a%_b\\\\c' WHEN 3 THEN 'row ' || repeat('é', 20) || repeat('x', 20) || (h % 5) WHEN 4 THEN '🦆' || (id div 100) ELSE chr(97 + h % 20) END,
  CASE h % 4 WHEN 0 THEN null WHEN 1 THEN 'a' WHEN 2 THEN 'ab' ELSE 'abc' END, 'v' || (h % 9), date_add(DATE'1969-12-01', cast(id div 40 + h % 5 AS INT)),
  timestamp_micros(-3000000 + id * 1003 + h % 1000), cast(timestamp_micros(id * 1000003) AS TIMESTAMP_NTZ), if(h % 3 = 0, null, h % 2 = 0), encode('b' || (h % 3), 'UTF-8'),
  if(h % 13 = 0, null, named_struct('n', if(h % 5 = 0, null, id + h % 3), 't', 't' || (h % 4))), CASE id div 1500 WHEN 0 THEN 'a' WHEN 1 THEN null WHEN 2 THEN 'B c' ELSE 'd' END,
  if(id % 2000 < 1000, DATE'2024-02-29', null)
  FROM (SELECT id, abs(hash(id)) AS h FROM range(${from}, ${to}, 1, 2))`

/** Small row groups and pages, deletion vectors, other names and narrower types in older files. */
const steps: readonly string[] = [
  "SET TIME ZONE 'UTC'",
  'SET parquet.block.size = 65536',
  'SET parquet.page.size = 4096',
  `CREATE TABLE $t (id BIGINT, i INT, l BIGINT, sm SMALLINT, d DECIMAL(20,4), w DECIMAL(38,18), f FLOAT, x DOUBLE, s STRING, c CHAR(3), v VARCHAR(9),
     dt DATE, ts TIMESTAMP, tn TIMESTAMP_NTZ, b BOOLEAN, bin BINARY, st STRUCT<n: BIGINT, t: STRING>, p STRING, pd DATE) USING delta PARTITIONED BY (p, pd)
     TBLPROPERTIES ('delta.enableDeletionVectors' = 'true', 'delta.columnMapping.mode' = 'name', 'delta.enableTypeWidening' = 'true')`,
  `INSERT INTO $t ${rowsOf(0, 3500)}`,
  'DELETE FROM $t WHERE id % 7 = 3',
  'ALTER TABLE $t ALTER COLUMN sm TYPE INT',
  'ALTER TABLE $t ALTER COLUMN f TYPE DOUBLE',
  'ALTER TABLE $t RENAME COLUMN l TO big',
  `INSERT INTO $t ${rowsOf(3500, 6000)}`,
  'RESET parquet.block.size',
  'RESET parquet.page.size',
]

/** What a random condition does not come upon. */
const special: readonly string[] = [
  "c = 'ab'",
  "c = 'ab   '",
  "c > 'ab'",
  "c IN ('a', 'abc  ', 'x')",
  "c NOT BETWEEN 'ab' AND 'abc'",
  "c LIKE 'ab'",
  "c LIKE 'ab_'",
  "s LIKE 'a\\\\%\\\\_b%'",
  "s LIKE 'a|%|_b%' ESCAPE '|'",
  "s LIKE '_'",
  "s LIKE '%é%x_'",
  "s = 'a%_b\\\\c'",
  "s = 'it''s' OR s = \"\"",
  's <=> NULL OR i <=> 30',
  'i = NULL',
  'NOT (i = NULL OR TRUE)',
  'i NOT IN (30, NULL)',
  'i <= 30.5 AND i > 29.999999999999999999',
  '30 >= i',
  'big = 9007199254740993',
  'big = 9007199254740993e0',
  'big > 9007199254740993.5',
  'd = 12.3456 OR d < 1e-1',
  'w BETWEEN 1.000000000000000002 AND 1.000000000000000004',
  'x = 0 OR f = -0.0',
  "x = 'NaN'",
  "x > 'Infinity' OR f >= 'nan'",
  'f = 41.7',
  'b',
  'NOT b AND i < 100',
  '!b',
  'b < TRUE',
  "dt = '1969-12-31'",
  "dt >= TIMESTAMP'1970-01-01 12:00:00'",
  "dt BETWEEN DATE'1969-12-30' AND '1970-01-02'",
  "ts < '1970-01-01'",
  "ts = TIMESTAMP'1969-12-31 23:59:57.000500'",
  "ts > DATE'1970-01-01'",
  "tn >= '1970-01-01 00:10:00'",
  "tn <= TIMESTAMP'1970-01-01 00:20:00Z'",
  "bin = X'6231'",
  "bin > X'62'",
  'st IS NULL',
  'st.n IS NULL AND st IS NOT NULL',
  '`st`.`t` = "t1"',
  "p = 'a' AND pd IS NULL",
  "p <> 'a'",
  "p IS NULL OR pd = '2024-02-29'",
  "P = 'B c' AND I > 400",
]

const ids = (rows: readonly Row[]) => rows.map(row => Number(row['id'])).toSorted((a, b) => a - b)

describe(`filters of our reader and of Spark (DATAFLOW_TEST_SEED=${seed})`, function () {
  this.timeout(300_000)
  let table: Place
  let all: readonly Row[]
  let ask: (sql: string) => Promise<readonly Row[]>
  let cleanUp: (() => Promise<void>) | undefined
  const reads = createTableReads(spec => openStore(spec, () => Promise.resolve(undefined)))

  before(async function () {
    const spark = liveSpark(liveStack(this))
    const folder = await mkdtemp(join(tmpdir(), 'dataflow-filter-'))
    cleanUp = async () => {
      await spark.end()
      await rm(folder, { recursive: true })
    }
    ask = async sql => await spark.run(sql, never)
    table = { store: { kind: 'local', folder }, key: 'filters' }
    await writeTable(spark.run, { name: 'filters', steps }, `file://${folder}`)
    all = await ours()
  })
  after(() => cleanUp?.())

  async function ours(filter?: string): Promise<readonly Row[]> {
    const rows = { offset: 0, limit: Infinity, ...(filter === undefined ? {} : { filter, columns: ['id'] }) }
    const { arrow } = await reads.rows({ place: table, at: {}, rows }, never)
    return [...jsonRecords(tableFromIPC(arrow))]
  }

  /** Asks Spark what each condition is for each row, without its own data skipping. */
  async function compare(conditions: readonly string[]): Promise<void> {
    const columns = conditions.map((text, i) => `(${text}) AS t${i}`)
    const truths = await ask(`SELECT id, ${columns.join(', ')} FROM ${sqlName(table)}`)
    const wrong: unknown[] = []
    for (const [i, text] of conditions.entries()) {
      const expected = new Set(ids(truths.filter(row => row[`t${i}`] === true)))
      const found = new Set(ids(await ours(text)))
      const different = [...expected, ...found].filter(id => !expected.has(id) || !found.has(id)).slice(0, 3)
      const rows = different.map(id => ({ isOurs: found.has(id), row: all.find(row => row['id'] === id) }))
      if (rows.length > 0) wrong.push({ text, expected: expected.size, found: found.size, rows })
    }
    assert.deepEqual(wrong, [])
  }

  it('let the same rows through, for conditions of every kind', async () => {
    await compare(special)
  })

  it('let the same rows through as WHERE does', async () => {
    for (const text of special.slice(0, 4)) {
      const expected = ids(await ask(`SELECT id FROM ${sqlName(table)} WHERE ${text}`))
      assert.deepEqual(ids(await ours(text)), expected, text)
    }
  })

  it('let the same rows through, for random conditions', async () => {
    const random = seededRandom(seed)
    const conditions = Array.from({ length: filters }, () => randomFilter({ random, types, rows: all }, Math.floor(random() * 4)).text)
    for (let i = 0; i < conditions.length; i += 20) await compare(conditions.slice(i, i + 20))
  })
})
