// CORE.CJS PLACE COLUMNS: the ms that the bundle as shipped takes, from its loading on, to read the first 1,000 rows; then the ms
// of another such read, with nothing remembered, for each line of stdin.
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import type { Place } from '#app/place.ts'

const start = performance.now()
const [core = '', place = '', columns = ''] = process.argv.slice(2)
// SAFETY: the bundle of that file, and what the bench passes.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const { createLakehouse } = createRequire(import.meta.url)(core) as typeof import('#core.ts')
// SAFETY: what the bench passes.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const table = JSON.parse(place) as Place
const { env } = process
const s3 = { accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '' }

await read(start)
for await (const _ of createInterface({ input: process.stdin })) await read(performance.now())

async function read(from: number): Promise<void> {
  const lakehouse = createLakehouse({
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    settings: { current: { connections: [], resultRows: 0, resultBytes: 0 }, onDidChange: () => ({ dispose: () => {} }) },
    secrets: () => Promise.resolve({ s3 }),
    projectFolder: '/',
    productFolder: '/',
    env: {},
  })
  const request = { place: table, at: {}, rows: { offset: 0, limit: 1000, columns: columns.split(',') } }
  const { rows } = await lakehouse.reads.rows(request, new AbortController().signal)
  const elapsed = performance.now() - from
  lakehouse.dispose()
  if (rows !== 1000) throw new Error(`${rows} rows instead of 1,000`)
  process.stdout.write(`${elapsed}\n`)
}
