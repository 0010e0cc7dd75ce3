import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'

export const snapshotFiles = 1_000_000
/** Below the folder of the table. */
export const checkpointFile = `_delta_log/${'10'.padStart(20, '0')}.checkpoint.parquet`

/** A Delta table of a million files in one checkpoint, as Spark writes them; `python` has pyarrow. Made once: half a minute. */
export async function makeSnapshotTable(folder: string, python: string): Promise<void> {
  if (existsSync(folder)) return
  const unfinished = `${folder}-${process.pid}`
  mkdirSync(join(unfinished, '_delta_log'), { recursive: true })
  const plain = join(unfinished, 'plain.parquet')
  await writeActions(plain)
  const pages = fileURLToPath(new URL('pageIndex.py', import.meta.url))
  execFileSync(python, [pages, plain, join(unfinished, checkpointFile), 'snappy'], { stdio: ['ignore', 2, 2] })
  rmSync(plain)
  writeFileSync(join(unfinished, '_delta_log/_last_checkpoint'), JSON.stringify({ version: 10, size: snapshotFiles + 2 }))
  const commitInfo = { timestamp: 1_700_000_000_000, operation: 'OPTIMIZE', operationParameters: {} }
  writeFileSync(join(unfinished, checkpointFile.replace('.checkpoint.parquet', '.json')), `${JSON.stringify({ commitInfo })}\n`)
  renameSync(unfinished, folder)
}

const field = (name: string, type: string) => ({ name, type, nullable: true, metadata: {} })
const schema = { type: 'struct', fields: [field('id', 'long'), field('name', 'string'), field('day', 'date'), field('country', 'string')] }

const types = {
  txn: 'STRUCT("appId" VARCHAR, "version" BIGINT)',
  add: `STRUCT(path VARCHAR, "partitionValues" MAP(VARCHAR, VARCHAR), size BIGINT, "modificationTime" BIGINT, "dataChange" BOOLEAN,
    stats VARCHAR, tags MAP(VARCHAR, VARCHAR), "deletionVector" STRUCT("storageType" VARCHAR, "pathOrInlineDv" VARCHAR,
    "offset" INTEGER, "sizeInBytes" INTEGER, cardinality BIGINT), "baseRowId" BIGINT, "defaultRowCommitVersion" BIGINT)`,
  remove: 'STRUCT(path VARCHAR, "deletionTimestamp" BIGINT, "dataChange" BOOLEAN)',
  metaData: `STRUCT(id VARCHAR, name VARCHAR, description VARCHAR, format STRUCT(provider VARCHAR, options MAP(VARCHAR, VARCHAR)),
    "schemaString" VARCHAR, "partitionColumns" VARCHAR[], configuration MAP(VARCHAR, VARCHAR), "createdTime" BIGINT)`,
  protocol: 'STRUCT("minReaderVersion" INTEGER, "minWriterVersion" INTEGER)',
}

const metaData = `struct_pack(id := 'd5d3a4c2-0f0e-4bb5-9d2a-6d1b0f6f2f11', name := NULL, description := NULL,
  format := struct_pack(provider := 'parquet', options := MAP {}), "schemaString" := '${JSON.stringify(schema)}',
  "partitionColumns" := ['day', 'country'], configuration := MAP {}, "createdTime" := 1700000000000)`

/** Over the number `i` and an md5 `h`: paths of 93 letters, statistics of about 330. */
const stats = `concat('{"numRecords":', i % 9000 + 1, ',"minValues":{"id":', i * 10, ',"name":"', h[1:6], ' customer name ', i,
  '"},"maxValues":{"id":', i * 10 + 9000, ',"name":"', h[7:12], ' customer name ', i, ' z"},"nullCount":{"id":0,"name":', i % 17,
  '},"tags":"', repeat(h, 5), '"}')`
const add = `struct_pack(path := concat('day=', d, '/country=', c, '/part-', lpad((i % 200)::VARCHAR, 5, '0'), '-', h[1:8], '-', h[9:12], '-',
    h[13:16], '-', h[17:20], '-', h[21:32], '.c000.snappy.parquet'),
  "partitionValues" := MAP {'day': d, 'country': c}, size := (hash(i) % 200000000)::BIGINT, "modificationTime" := 1700000000000 + i,
  "dataChange" := false, stats := ${stats}, tags := NULL, "deletionVector" := NULL, "baseRowId" := NULL, "defaultRowCommitVersion" := NULL)`

async function writeActions(file: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const numbers = `(SELECT range AS i, md5(range::VARCHAR) AS h, ['BR', 'PT', 'DE', 'US', 'AO'][range % 5 + 1] AS c,
    concat('2024-', lpad((range % 12 + 1)::VARCHAR, 2, '0'), '-', lpad((range % 28 + 1)::VARCHAR, 2, '0')) AS d FROM range(${snapshotFiles}))`
  const protocol = 'struct_pack("minReaderVersion" := 1, "minWriterVersion" := 2)'
  const all = [rowsOf({ protocol }, 'range(1)'), rowsOf({ metaData }, 'range(1)'), rowsOf({ add }, numbers)].join(' UNION ALL ')
  await connection.run(`COPY (${all}) TO '${file}' (FORMAT parquet, CODEC 'zstd', ROW_GROUP_SIZE ${2 * snapshotFiles})`)
  connection.closeSync()
  instance.closeSync()
}

function rowsOf(given: Readonly<Record<string, string>>, from: string): string {
  const columns = Object.entries(types).map(([name, type]) => `CAST(${given[name] ?? 'NULL'} AS ${type}) AS "${name}"`)
  return `SELECT ${columns.join(', ')} FROM ${from}`
}
