import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { demoPlan, defaultPlaces } from '#app/demoPlan.ts'
import { limit } from '#base/limit.ts'
import { openStore } from '#storage/openStore.ts'
import type { StoreSpec } from '#storage/storeSpec.ts'
import { liveSpark } from '../support/liveSpark.ts'
import { liveStack, type LiveStack } from '../support/liveStack.ts'
import type { FoundTable } from '../support/readVersions.ts'
import {
  askOurselves,
  askSpark,
  assertSameHistory,
  assertSameRows,
  byName,
  removeAll,
  writeTable,
  type NamedTable,
} from '../support/sparkAnswers.ts'
import { sparkTables } from '../support/sparkTables.ts'

const never = new AbortController().signal

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
    cleanUp = () => removeAll(stack, 'bronze', `${prefix}/`)
    const present = await filtered(demo, table => isThere(stack, table))
    const tables = [...written, ...present].map(({ name, bucket, key }) => ({ name, place: { store: s3(stack, bucket), key } }))
    expected = byName(await askAll(stack, tables, `s3a://bronze/${prefix}`))
    found = await askOurselves(stack, tables, expected)
  })
  after(() => cleanUp?.())

  for (const { name } of [...written, ...demo]) {
    it(`have the same rows at every version of ${name}`, function () {
      const [ours, theirs] = pair(this, name)
      assertSameRows(ours, theirs)
    })

    it(`have the same history of ${name}, and travel to the same versions`, function () {
      const [ours, theirs] = pair(this, name)
      assertSameHistory(ours, theirs)
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
async function askAll(stack: LiveStack, tables: readonly NamedTable[], folder: string): Promise<readonly FoundTable[]> {
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

function s3({ s3: { endpoint } }: LiveStack, bucket: string): StoreSpec {
  return { kind: 's3', ...endpoint, bucket }
}

async function filtered<T>(all: readonly T[], isWanted: (one: T) => Promise<boolean>): Promise<readonly T[]> {
  const wanted = await Promise.all(all.map(isWanted))
  return all.filter((_, i) => wanted[i])
}

async function isThere(stack: LiveStack, { bucket, key }: Named): Promise<boolean> {
  const store = openStore(s3(stack, bucket), () => Promise.resolve(stack.s3.credentials))
  const { objects } = await store.list({ prefix: `${key}/_delta_log/`, maxKeys: 1 }, never)
  return objects.length > 0
}
