// FILE paths|files: what DuckDB takes to have them in memory as columns, from its loading on, as JSON.
const start = performance.now()
const [file = '', what = ''] = process.argv.slice(2)
const { DuckDBInstance } = await import('@duckdb/node-api')
const connection = await (await DuckDBInstance.create(':memory:')).connect()

const more = what === 'files' ? `, add."partitionValues", json_extract(add.stats, '$.numRecords')::BIGINT, add."deletionVector"` : ''
const read = await connection.runAndReadAll(`SELECT add.path, add.size${more} FROM read_parquet('${file}') WHERE add.path IS NOT NULL`)
const files = read.getColumns()[0]?.length
const ms = performance.now() - start
process.stdout.write(JSON.stringify({ ms, mb: process.resourceUsage().maxRSS / 1000, files }))
