// CORE.CJS PLACE LIMIT: the bundle as shipped answers each line of stdin with the ms that it takes for the newest LIMIT versions.
import { createInterface } from 'node:readline'
import type { Place } from '#app/place.ts'
import { loadLakehouse } from './ownLakehouse.ts'

const [core = '', place = '', limit = ''] = process.argv.slice(2)
const open = loadLakehouse(core)
// SAFETY: what the bench passes.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const table = JSON.parse(place) as Place

process.stdout.write('ready\n')
for await (const _ of createInterface({ input: process.stdin })) {
  const start = performance.now()
  const lakehouse = open()
  const { entries } = await lakehouse.reads.history({ place: table, limit: Number(limit) }, new AbortController().signal)
  const elapsed = performance.now() - start
  lakehouse.dispose()
  if (entries.length !== Number(limit)) throw new Error(`${entries.length} versions instead of ${limit}`)
  process.stdout.write(`${elapsed}\n`)
}
