// CORE.CJS PLACE COLUMNS: the ms that the bundle as shipped takes, from its loading on, to read the first 1,000 rows; then the ms
// of another such read, with nothing remembered, for each line of stdin.
import { createInterface } from 'node:readline'
import type { Place } from '#app/place.ts'
import { loadLakehouse } from './ownLakehouse.ts'

const start = performance.now()
const [core = '', place = '', columns = ''] = process.argv.slice(2)
const open = loadLakehouse(core)
// SAFETY: what the bench passes.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const table = JSON.parse(place) as Place
await read(start)
for await (const _ of createInterface({ input: process.stdin })) await read(performance.now())

async function read(from: number): Promise<void> {
  const lakehouse = open()
  const request = { place: table, at: {}, rows: { offset: 0, limit: 1000, columns: columns.split(',') } }
  const { rows } = await lakehouse.reads.rows(request, new AbortController().signal)
  const elapsed = performance.now() - from
  lakehouse.dispose()
  if (rows !== 1000) throw new Error(`${rows} rows instead of 1,000`)
  process.stdout.write(`${elapsed}\n`)
}
