import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { demoPlan, defaultPlaces } from '#app/demoPlan.ts'
import type { SqlRunner } from '#app/sqlRunner.ts'
import type { Json } from '#arrow/json.ts'
import { limit } from '#base/limit.ts'
import { openStore } from '#storage/openStore.ts'
import { liveSpark } from '../support/liveSpark.ts'
import { liveStack, type LiveStack } from '../support/liveStack.ts'
import type { FoundTable, FoundVersion, ReadOrder } from '../support/readVersions.ts'
import { sparkTables, type SparkTable } from '../support/sparkTables.ts'

const never = new AbortController().signal
const reader = join(import.meta.dirname, '../support/readVersions.ts')

interface Named {
  readonly name: string
  readonly bucket: string
  readonly key: string
}

describe('our reader and Spark', function () {
  this.timeout(600_000)
  const prefix = `delta-equals-spark-${randomUUID().slice(0, 8)}`
  const written = sparkTables.map(({ name }): Named => ({ name, bucket: 'bronze', key: `${prefix}/${name}` }))
  const demo = demoPlan(defaultPlaces).map(({ layer, name }): Named => {
    const { bucket, prefix: folder } = defaultPlaces[layer]
    return { name: `${layer}.${name}`, bucket, key: `${folder}${name}` }
  })
  let expected: ReadonlyMap<string, FoundTable>
  let found: ReadonlyMap<string, FoundTable>
  let cleanUp: (() => Promise<void>) | undefined

  before(async function () {
    const stack = liveStack(this)
    const folder = await mkdtemp(join(tmpdir(), 'dataflow-equals-'))
    cleanUp = async () => {
      await removeAll(stack, 'bronze', `${prefix}/`)
      await rm(folder, { recursive: true })
    }
    const present = await filtered(demo, table => isThere(stack, table))
    const answers = await askAll(stack, [...written, ...present], `s3a://bronze/${prefix}`)
    await writeFile(join(folder, 'spark.json'), JSON.stringify(answers))
    expected = await readFound(join(folder, 'spark.json'))
    const order: ReadOrder = {
      endpoint: stack.s3.endpoint,
      credentials: stack.s3.credentials,
      tables: [...written, ...present].map(table => ({ ...table, times: expected.get(table.name)?.history.map(at => at.timestamp) ?? [] })),
      answers: join(folder, 'ours.json'),
    }
    await writeFile(join(folder, 'order.json'), JSON.stringify(order), { mode: 0o600 })
    await promisify(execFile)(process.execPath, [reader, join(folder, 'order.json')], { maxBuffer: 2 ** 26 })
    found = await readFound(order.answers)
  })
  after(() => cleanUp?.())

  for (const { name } of [...written, ...demo]) {
    it(`have the same rows at every version of ${name}`, function () {
      const [ours, theirs] = pair(this, name)
      assert.deepEqual(Object.keys(ours.versions), Object.keys(theirs.versions))
      for (const [version, { rows }] of Object.entries(theirs.versions)) {
        assert.deepEqual(ours.versions[version]?.rows, rows, `version ${version}`)
        const counted = ours.versions[version]?.numRecords
        if (counted !== null) assert.equal(counted, rows.length, `rows of version ${version} by statistics`)
      }
    })

    it(`have the same history of ${name}, and travel to the same versions`, function () {
      const [ours, theirs] = pair(this, name)
      assert.deepEqual(ours.history, theirs.history)
      assert.deepEqual(
        ours.atTimes,
        theirs.history.map(({ version }) => version),
      )
    })
  }

  function pair(context: Mocha.Context, name: string): readonly [FoundTable, FoundTable] {
    const [ours, theirs] = [found.get(name), expected.get(name)]
    if (ours && theirs) return [ours, theirs]
    assert.equal(process.env['CI'], undefined, `This stack has no table ${name}, and CI skips nothing.`)
    process.stdout.write(`  Skipped: this stack has no table ${name}.\n`)
    return context.skip()
  }
})

/** Writes each of our tables, then asks Spark for all of its versions; a few tables at once, each in a session of its own. */
async function askAll(stack: LiveStack, tables: readonly Named[], folder: string): Promise<readonly FoundTable[]> {
  const atOnce = limit(sessionsAtOnce)
  const answers = new Map<string, Promise<FoundTable>>()
  for (const table of tables) {
    const plan = sparkTables.find(({ name }) => name === table.name)
    const answer = atOnce(async () => {
      const spark = liveSpark(stack)
      try {
        if (plan?.after !== undefined) await answers.get(plan.after)
        if (plan) await writeTable(spark.run, plan, folder)
        return await askSpark(spark.run, table)
      } finally {
        await spark.end()
      }
    })
    answers.set(table.name, answer)
  }
  return await Promise.all(answers.values())
}

const sessionsAtOnce = 3

async function writeTable(run: SqlRunner, { name, steps }: SparkTable, folder: string): Promise<void> {
  const path = `delta.\`${folder}/${name}\``
  for (const step of steps) {
    const target = step.startsWith('MERGE') ? step.replace('$t', `${path} AS target`).replaceAll('$t.', 'target.') : step
    try {
      await run(target.replaceAll('$t', path).replaceAll('$p', folder), never)
    } catch (error) {
      throw new Error(`${name}: ${step}`, { cause: error })
    }
  }
}

async function filtered<T>(all: readonly T[], isWanted: (one: T) => Promise<boolean>): Promise<readonly T[]> {
  const wanted = await Promise.all(all.map(isWanted))
  return all.filter((_, i) => wanted[i])
}

async function askSpark(run: SqlRunner, { name, bucket, key }: Named): Promise<FoundTable> {
  const path = `delta.\`s3a://${bucket}/${key}\``
  const history = (await run(`DESCRIBE HISTORY ${path}`, never)).map(row => toVersion(row))
  const versions: Record<string, { rows: string[]; numRecords: null }> = {}
  for (const { version } of history) {
    const rows = await run(`SELECT * FROM ${path} VERSION AS OF ${version}`, never)
    versions[version] = { rows: rows.map(row => JSON.stringify(row)).toSorted(), numRecords: null }
  }
  return { name, versions, history, atTimes: [] }
}

function toVersion(row: Readonly<Record<string, Json>>): FoundVersion {
  const { version, timestamp, operation, operationMetrics } = row
  assert.ok(typeof version === 'number' && typeof timestamp === 'string' && typeof operation === 'string')
  const metrics: readonly Json[] = Array.isArray(operationMetrics) ? operationMetrics : []
  const pairs = metrics.map(pair => {
    assert.ok(
      typeof pair === 'object' && pair !== null && 'key' in pair && typeof pair['key'] === 'string' && typeof pair['value'] === 'string',
    )
    return [pair['key'], pair['value']] as const
  })
  return { version, timestamp: timestamp.replace(/000Z$/, 'Z'), operation, operationMetrics: Object.fromEntries(pairs) }
}

async function readFound(file: string): Promise<ReadonlyMap<string, FoundTable>> {
  // SAFETY: this suite or readVersions.ts wrote it.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const tables = JSON.parse(await readFile(file, 'utf8')) as readonly FoundTable[]
  return new Map(tables.map(table => [table.name, table]))
}

async function isThere({ s3 }: LiveStack, { bucket, key }: Named): Promise<boolean> {
  const store = openStore({ kind: 's3', ...s3.endpoint, bucket }, () => Promise.resolve(s3.credentials))
  const { objects } = await store.list({ prefix: `${key}/_delta_log/`, maxKeys: 1 }, never)
  return objects.length > 0
}

async function removeAll({ s3 }: LiveStack, bucket: string, prefix: string): Promise<void> {
  const store = openStore({ kind: 's3', ...s3.endpoint, bucket }, () => Promise.resolve(s3.credentials))
  for (;;) {
    const { objects } = await store.list({ prefix }, never)
    if (objects.length === 0) return
    for (const { key } of objects) await store.delete(key, never)
  }
}
