import { execFileSync } from 'node:child_process'
import { mkdirSync, existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'

export const dataFile = 'part-0.parquet'
const commitFile = `_delta_log/${'0'.padStart(20, '0')}.json`
const previewRows = 5_000_000
export const codecs = ['zstd', 'snappy'] as const

/** Type in the log and expression over the row number `i` and a random number `r` below 2^40. */
const columns: Readonly<Record<string, readonly [type: string, sql: string]>> = {
  id: ['long', 'i'],
  price: ['decimal(12,2)', '(r % 1000000 / 100)::decimal(12,2)'],
  country: ['string', "['BR', 'PT', 'DE', 'US', 'IN', 'JP', 'AO', 'MZ'][1 + r % 8]"],
  note: [
    'string',
    "case when r % 5 > 0 then concat_ws(' ', 'order', i, 'was late by', r % 9973, 'days and comes again with', md5(r::varchar)) end",
  ],
  created: ['timestamp', 'make_timestamptz(1700000000000000 + i * 7000000 + r % 5000000)'],
  customer: ['integer', '(r % 200000)::integer'],
  amount: ['double', 'r / 997'],
  day: ['date', "date '2020-01-01' + (i // 5000)::integer"],
  paid: ['boolean', 'r % 3 = 0'],
  session: ['string', "concat(r::varchar, '-', i)"],
  ratio: ['float', '(r % 10007 / 10007)::float'],
  quantity: ['integer', 'case when r % 7 > 0 then (r % 100)::integer end'],
  balance: ['decimal(30,6)', '(r / 1000)::decimal(30,6)'],
  grade: ['short', '(r % 1000)::smallint'],
  level: ['byte', '(r % 100)::tinyint'],
  changed: ['timestamp', 'case when r % 2 = 0 then make_timestamptz(1700000000000000 + r * 1000) end'],
  agent: ['string', "concat('agent/', r % 500, ' (platform; build ', r % 500 * 37, ')')"],
  weight: ['double', 'case when r % 11 > 0 then r / 1009 end'],
  parent: ['long', 'case when i % 3 > 0 then i // 3 end'],
  digest: ['binary', 'md5(r::varchar)::blob'],
}

export const columnNames: readonly string[] = Object.keys(columns)

/** Folders below `cache` with a Delta table of one file for each codec; `python` has pyarrow. Made once: a minute. */
export async function makePreviewTables(cache: string, python: string): Promise<void> {
  const missing = codecs.filter(codec => !existsSync(join(cache, codec)))
  if (missing.length === 0) return
  mkdirSync(cache, { recursive: true })
  const plain = join(cache, `plain-${process.pid}.parquet`)
  await writeRows(plain)
  for (const codec of missing) {
    const folder = join(cache, `${codec}-${process.pid}`)
    mkdirSync(join(folder, '_delta_log'), { recursive: true })
    const file = join(folder, dataFile)
    execFileSync(python, [fileURLToPath(new URL('pageIndex.py', import.meta.url)), plain, file, codec], { stdio: ['ignore', 2, 2] })
    writeFileSync(join(folder, commitFile), commitOf(statSync(file).size))
    renameSync(folder, join(cache, codec))
  }
  rmSync(plain)
}

async function writeRows(file: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const expressions = Object.entries(columns).map(([name, [, sql]]) => `${sql} as ${name}`)
  const numbers = `select range as i, (hash(range) % (1::ubigint << 40))::bigint as r from range(${previewRows})`
  await connection.run("set TimeZone = 'UTC'")
  await connection.run(
    `copy (select ${expressions.join(', ')} from (${numbers})) to '${file}' (format parquet, codec 'zstd', row_group_size 500000)`,
  )
  connection.closeSync()
  instance.closeSync()
}

function commitOf(size: number): string {
  const fields = Object.entries(columns).map(([name, [type]]) => ({ name, type, nullable: true, metadata: {} }))
  const metaData = {
    id: 'delta-preview',
    format: { provider: 'parquet', options: {} },
    schemaString: JSON.stringify({ type: 'struct', fields }),
    partitionColumns: [],
    configuration: {},
    createdTime: 0,
  }
  const stats = JSON.stringify({ numRecords: previewRows })
  const add = { path: dataFile, partitionValues: {}, size, modificationTime: 0, dataChange: true, stats }
  const actions = [{ protocol: { minReaderVersion: 1, minWriterVersion: 2 } }, { metaData }, { add }]
  return actions.map(action => `${JSON.stringify(action)}\n`).join('')
}
