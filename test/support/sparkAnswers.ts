import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { locationOf, type Place } from '#app/place.ts'
import type { SqlRunner } from '#app/sqlRunner.ts'
import type { Json } from '#arrow/json.ts'
import { openStore } from '#storage/openStore.ts'
import type { LiveStack } from './liveStack.ts'
import type { FoundTable, FoundVersion, ReadOrder } from './readVersions.ts'
import type { SparkTable } from './sparkTables.ts'

/** A table by the name that tests give it. */
export interface NamedTable {
  readonly name: string
  readonly place: Place
}

const never = new AbortController().signal
const reader = join(import.meta.dirname, 'readVersions.ts')

/** How SQL names a table by its place. */
export function sqlName(place: Place): string {
  const location = locationOf(place).replace(/^s3:/, 's3a:')
  return `delta.\`${place.store.kind === 'local' ? `file://${location}` : location}\``
}

/** Runs the steps of a table below `folder`; a refused step goes to `onRefused`, or fails when there is none. */
export async function writeTable(
  run: SqlRunner,
  { name, steps }: SparkTable,
  folder: string,
  onRefused?: (step: string, error: unknown) => void,
): Promise<void> {
  const path = `delta.\`${folder}/${name}\``
  for (const step of steps) {
    const target = step.startsWith('MERGE') ? step.replace('$t', `${path} AS target`).replaceAll('$t.', 'target.') : step
    try {
      await run(target.replaceAll('$t', path).replaceAll('$p', folder), never)
    } catch (error) {
      if (!onRefused) throw new Error(`${name}: ${step}`, { cause: error })
      onRefused(step, error)
    }
  }
}

/** The rows of every version and the history, as Spark has them. */
export async function askSpark(run: SqlRunner, { name, place }: NamedTable): Promise<FoundTable> {
  const history = (await run(`DESCRIBE HISTORY ${sqlName(place)}`, never)).map(row => toVersion(row))
  const versions: Record<string, { rows: string[]; numRecords: null }> = {}
  for (const { version } of history) {
    const rows = await run(`SELECT * FROM ${sqlName(place)} VERSION AS OF ${version}`, never)
    versions[version] = { rows: rows.map(row => JSON.stringify(row)).toSorted(), numRecords: null }
  }
  return { name, versions, history, atTimes: [] }
}

/** The same from our reader, in a process that reaches the object store and nothing else. */
export async function askOurselves(
  { s3 }: LiveStack,
  tables: readonly NamedTable[],
  spark: ReadonlyMap<string, FoundTable>,
): Promise<ReadonlyMap<string, FoundTable>> {
  const folder = await mkdtemp(join(tmpdir(), 'dataflow-equals-'))
  try {
    const order: ReadOrder = {
      endpoint: s3.endpoint,
      credentials: s3.credentials,
      tables: tables.map(table => ({ ...table, times: spark.get(table.name)?.history.map(at => at.timestamp) ?? [] })),
      answers: join(folder, 'ours.json'),
    }
    await writeFile(join(folder, 'order.json'), JSON.stringify(order), { mode: 0o600 })
    await promisify(execFile)(process.execPath, [reader, join(folder, 'order.json')], { maxBuffer: 2 ** 26 })
    // SAFETY: readVersions.ts wrote it.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return byName(JSON.parse(await readFile(order.answers, 'utf8')) as readonly FoundTable[])
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Tables by name. */
export function byName(tables: readonly FoundTable[]): ReadonlyMap<string, FoundTable> {
  return new Map(tables.map(table => [table.name, table]))
}

/** Asserts that we found what Spark has: the rows of every version, by statistics as many. */
export function assertSameRows(ours: FoundTable, theirs: FoundTable, story = ''): void {
  assert.deepEqual(Object.keys(ours.versions), Object.keys(theirs.versions), story)
  for (const [version, { rows }] of Object.entries(theirs.versions)) {
    assert.deepEqual(ours.versions[version]?.rows, rows, `version ${version}${story}`)
    const counted = ours.versions[version]?.numRecords
    if (counted !== null) assert.equal(counted, rows.length, `rows of version ${version} by statistics${story}`)
  }
}

/** Asserts that both tell the same history, and that the time of each version leads to it. */
export function assertSameHistory(ours: FoundTable, theirs: FoundTable, story = ''): void {
  assert.deepEqual(ours.history, theirs.history, story)
  const versions = theirs.history.map(({ version }) => version)
  assert.deepEqual(ours.atTimes, versions, story)
}

/** Removes every object below a prefix of a bucket. */
export async function removeAll({ s3 }: LiveStack, bucket: string, prefix: string): Promise<void> {
  const store = openStore({ kind: 's3', ...s3.endpoint, bucket }, () => Promise.resolve(s3.credentials))
  for (;;) {
    const { objects } = await store.list({ prefix }, never)
    if (objects.length === 0) return
    for (const { key } of objects) await store.delete(key, never)
  }
}

function toVersion(row: Readonly<Record<string, Json>>): FoundVersion {
  const { version, timestamp, operation, operationMetrics } = row
  assert.ok(typeof version === 'number' && typeof timestamp === 'string')
  const metrics: readonly Json[] = Array.isArray(operationMetrics) ? operationMetrics : []
  const pairs = metrics.map(pair => {
    assert.ok(
      typeof pair === 'object' && pair !== null && 'key' in pair && typeof pair['key'] === 'string' && typeof pair['value'] === 'string',
    )
    return [pair['key'], pair['value']] as const
  })
  assert.ok(operation === undefined || operation === null || typeof operation === 'string')
  return { version, timestamp: timestamp.replace(/000Z$/, 'Z'), operation: operation ?? null, operationMetrics: Object.fromEntries(pairs) }
}
