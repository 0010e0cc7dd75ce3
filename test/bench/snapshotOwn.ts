// BUNDLE PLACE paths|files: what it takes to have them in memory, from the loading of the bundle on, as JSON.
import { createRequire } from 'node:module'
import type { Place } from '#app/place.ts'

const start = performance.now()
const [bundle = '', place = '', what = ''] = process.argv.slice(2)
// SAFETY: the bundle of that file.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const { openSnapshot } = createRequire(import.meta.url)(bundle) as typeof import('./snapshotReads.ts')
// SAFETY: what the bench passes.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const { store, key } = JSON.parse(place) as Place
const { env } = process
const keys = { accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '' }

const files = await openSnapshot(store, key, () => Promise.resolve(keys))
if (what === 'files') {
  const { signal } = new AbortController()
  const [partitions, records] = await Promise.all([files.partitions(signal), files.records(signal)])
  if (partitions.of.length !== records.length || Number.isNaN(records[0])) throw new Error('there are no records')
}
const ms = performance.now() - start
process.stdout.write(JSON.stringify({ ms, mb: process.resourceUsage().maxRSS / 1000, files: files.length }))
