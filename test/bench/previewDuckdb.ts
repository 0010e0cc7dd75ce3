// FILE COLUMNS: the ms that DuckDB takes, from its loading on, to read the first 1,000 rows; then those of another such query for
// each line of stdin.
import { createInterface } from 'node:readline'

const start = performance.now()
const [file = '', columns = ''] = process.argv.slice(2)
const { DuckDBInstance } = await import('@duckdb/node-api')
const connection = await (await DuckDBInstance.create(':memory:')).connect()

await read(start)
for await (const _ of createInterface({ input: process.stdin })) await read(performance.now())

async function read(from: number): Promise<void> {
  const { currentRowCount } = await connection.runAndReadAll(`select ${columns} from read_parquet('${file}') limit 1000`)
  const elapsed = performance.now() - from
  if (currentRowCount !== 1000) throw new Error(`${currentRowCount} rows instead of 1,000`)
  process.stdout.write(`${elapsed}\n`)
}
