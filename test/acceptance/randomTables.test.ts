import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { limit } from '#base/limit.ts'
import { liveSpark } from '../support/liveSpark.ts'
import { liveStack, type LiveStack } from '../support/liveStack.ts'
import { ensurePeersPython } from '../support/peersPython.ts'
import { seedOfRun } from '../support/random.ts'
import { randomSparkTable } from '../support/randomSparkTable.ts'
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
import type { SparkTable } from '../support/sparkTables.ts'

const tablesByDefault = 3
const tables = Number(process.env['DATAFLOW_RANDOM_TABLES'] ?? tablesByDefault)
const stepsOfTable = 10
const sessionsAtOnce = 3

describe('random tables', function () {
  this.timeout(600_000 + tables * 60_000)
  const seed = seedOfRun()
  const prefix = `random-tables-${randomUUID().slice(0, 8)}`
  const written = Array.from({ length: tables }, (_, i) => randomSparkTable(`spark_${i}`, seed * 1000 + i, stepsOfTable))
  const clones = written.filter((_, i) => i % 4 === 1).map(cloneOf)
  const foreign = Array.from({ length: Math.ceil(tables * 1.5) }, (_, i) => `deltalake_${i}`)
  let stories: ReadonlyMap<string, readonly string[]> = new Map()
  let expected: ReadonlyMap<string, FoundTable>
  let found: ReadonlyMap<string, FoundTable>
  let cleanUp: (() => Promise<void>) | undefined

  before(async function () {
    process.stdout.write(`  Seed ${seed}: DATAFLOW_SEED=${seed} repeats these tables, DATAFLOW_RANDOM_TABLES asks for more of them.\n`)
    const stack = liveStack(this)
    const folder = await mkdtemp(join(tmpdir(), 'dataflow-random-'))
    cleanUp = async () => {
      await removeAll(stack, 'bronze', `${prefix}/`)
      await rm(folder, { recursive: true })
    }
    stories = await writeForeign(folder, seed, foreign.length)
    const mine = [...written, ...clones].map(({ name }): NamedTable => ({
      name,
      place: { store: { kind: 's3', ...stack.s3.endpoint, bucket: 'bronze' }, key: `${prefix}/${name}` },
    }))
    const theirs = foreign.map((name): NamedTable => ({ name, place: { store: { kind: 'local', folder: join(folder, name) }, key: '' } }))
    expected = byName(await writeAndAsk(stack, [...written, ...clones], [...mine, ...theirs], `s3a://bronze/${prefix}`))
    found = await askOurselves(stack, [...mine, ...theirs], expected)
  })
  after(() => cleanUp?.())

  for (const name of [...written.map(table => table.name), ...clones.map(table => table.name), ...foreign]) {
    it(`have the rows and the history that Spark finds: ${name}`, () => {
      const [ours, theirs] = [found.get(name), expected.get(name)]
      assert.ok(ours && theirs)
      const story = `\nseed ${seed}\n${(stories.get(name) ?? written.find(table => table.name === name)?.steps ?? []).join('\n')}`
      assertSameRows(ours, theirs, story)
      assertSameHistory(ours, theirs, story)
    })
  }
})

/** A shallow clone, whose files lie in another table, and then has changes of its own. */
function cloneOf({ name }: SparkTable): SparkTable {
  const steps = [`CREATE TABLE $t SHALLOW CLONE delta.\`$p/${name}\``, 'DELETE FROM $t WHERE id % 5 = 2', 'OPTIMIZE $t']
  return { name: `${name}_clone`, after: name, steps }
}

/** Tables by the deltalake package; what was done, by name. */
async function writeForeign(folder: string, seed: number, count: number): Promise<ReadonlyMap<string, readonly string[]>> {
  const python = await ensurePeersPython(AbortSignal.timeout(300_000))
  const script = resolve(import.meta.dirname, '../support/deltalakeTables.py')
  const { stdout } = await promisify(execFile)(python, [script, String(seed), String(count), folder], { maxBuffer: 2 ** 26 })
  const told = stdout
    .trim()
    .split('\n')
    .map(line => {
      // SAFETY: deltalakeTables.py prints these members.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      return JSON.parse(line) as { readonly name: string; readonly done: readonly string[] }
    })
  return new Map(told.map(({ name, done }) => [name, done]))
}

async function writeAndAsk(
  stack: LiveStack,
  plans: readonly SparkTable[],
  named: readonly NamedTable[],
  folder: string,
): Promise<readonly FoundTable[]> {
  const atOnce = limit(sessionsAtOnce)
  const answers = new Map<string, Promise<FoundTable>>()
  let refused = 0
  for (const table of named) {
    const plan = plans.find(({ name }) => name === table.name)
    const answer = atOnce(async () => {
      const spark = liveSpark(stack)
      try {
        if (plan?.after !== undefined) await answers.get(plan.after)
        const onRefused = (step: string, error: unknown): void => {
          refused += 1
          if (process.env['DATAFLOW_SHOW_REFUSED'])
            process.stdout.write(`  ${plan?.name}: ${step.slice(0, 300)}\n    ${String(error).slice(0, 300)}\n`)
        }
        if (plan) await writeTable(spark.run, plan, folder, onRefused)
        return await askSpark(spark.run, table).catch((error: unknown) => {
          throw new Error(`Spark cannot read ${table.name}.`, { cause: error })
        })
      } finally {
        await spark.end()
      }
    })
    answers.set(table.name, answer)
  }
  const all = await Promise.all(answers.values())
  const steps = plans.reduce((sum, plan) => sum + plan.steps.length, 0)
  process.stdout.write(`  ${steps} steps in Spark, of which it refused ${refused}.\n`)
  assert.ok(refused < steps / 4, 'Spark refused too many steps for the tables to be of use.')
  return all
}
