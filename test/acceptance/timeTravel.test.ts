import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isProblem } from '#base/errors.ts'
import type { SqlRunner } from '#app/sqlRunner.ts'
import { describeTable } from '#delta/reads.ts'
import { openTable } from '#delta/table.ts'
import { LocalStore } from '#storage/localStore.ts'
import { commitName } from '../support/deltaLog.ts'
import { liveSpark } from '../support/liveSpark.ts'
import { liveStack } from '../support/liveStack.ts'

const never = new AbortController().signal
const day = (number: number, plusMs = 0): number => Date.UTC(2024, 0, number) + plusMs

/** One version: when its file was written, and what it says. Its schema names it, so that an empty table tells which it is. */
interface Version {
  readonly version: number
  readonly modified: number
  /** The time that it carries. */
  readonly own?: number
  readonly properties?: Readonly<Record<string, string>>
}

interface History {
  readonly versions: readonly Version[]
  /** The version that a checkpoint holds, the properties of the version in it. */
  readonly checkpoint?: number
}

const features = ['v2Checkpoint']
const protocol = {
  protocol: { minReaderVersion: 3, minWriterVersion: 7, readerFeatures: features, writerFeatures: [...features, 'inCommitTimestamp'] },
}

/** Spark travels no further back than this. */
const keepsAll = { 'delta.deletedFileRetentionDuration': 'interval 36500 days' }

function metadataOf({ version, properties = {} }: Version): object {
  const fields = [{ name: `v${version}`, type: 'long', nullable: true, metadata: {} }]
  const schemaString = JSON.stringify({ type: 'struct', fields })
  return {
    metaData: {
      id: 'time-travel',
      format: { provider: 'parquet', options: {} },
      schemaString,
      partitionColumns: [],
      configuration: { ...keepsAll, ...properties },
    },
  }
}

const ownSince = (version: number, time: number) => ({
  'delta.enableInCommitTimestamps': 'true',
  'delta.inCommitTimestampEnablementVersion': String(version),
  'delta.inCommitTimestampEnablementTimestamp': String(time),
})

const midHistory: readonly Version[] = [
  { version: 0, modified: day(1) },
  { version: 1, modified: day(2) },
  { version: 2, modified: day(20) },
  ...[3, 4, 5, 6].map(version => ({ version, modified: day(21), own: day(version + 7), properties: ownSince(3, day(10)) })),
]

const histories: Readonly<Record<string, History>> = {
  'files of equal and of earlier times': {
    versions: [0, 0, 0, -5000, 60_000, 60_000, 3].map((plus, version) => ({ version, modified: day(1, plus) })),
  },
  'a long run of equal times': { versions: Array.from({ length: 40 }, (_, version) => ({ version, modified: day(1) })) },
  'times in commits from the first version on': {
    versions: [0, 1, 2].map(version => ({
      version,
      modified: day(9 - version),
      own: day(version + 1),
      properties: { 'delta.enableInCommitTimestamps': 'true' },
    })),
  },
  'times in commits from the middle on': { versions: midHistory },
  'times in commits from the middle on, cleaned up to there': { versions: midHistory.slice(4), checkpoint: 4 },
  'times in commits from the middle on, cleaned up to before': { versions: midHistory.slice(1), checkpoint: 1 },
  'a cleaned log': {
    versions: [4, 5, 6, 7].map(version => ({ version, modified: day(version === 4 ? 9 : 1, version === 7 ? 500 : 0) })),
    checkpoint: 5,
  },
}

describe('time travel equals that of Spark', function () {
  this.timeout(240_000)
  let run: SqlRunner
  let end: () => Promise<void>
  let folder: string

  before(async function () {
    ;({ run, end } = liveSpark(liveStack(this)))
    folder = await mkdtemp(join(tmpdir(), 'dataflow-time-travel-'))
  })
  after(async () => {
    await end?.()
    if (folder) await rm(folder, { recursive: true, force: true })
  })

  for (const [index, [name, history]] of Object.entries(histories).entries()) {
    it(`for ${name}`, async () => {
      const table = join(folder, String(index))
      await write(table, history)
      const answers: Record<string, readonly [ours: string, sparks: string]> = {}
      for (const time of timesAround(history.versions)) {
        const text = new Date(time).toISOString()
        answers[text] = [await ours(table, text), await sparks(table, text)]
      }
      assert.deepEqual(
        Object.entries(answers).filter(([, [own, other]]) => own !== other),
        [],
      )
      assert.ok(new Set(Object.values(answers).map(([own]) => own)).size > 2, JSON.stringify(answers))
    })
  }

  async function sparks(table: string, time: string): Promise<string> {
    try {
      const [row] = await run(
        `SELECT typeof(struct(t.*)) AS type FROM (SELECT 1) LEFT JOIN delta.\`file:${table}\` TIMESTAMP AS OF '${time}' AS t`,
        never,
      )
      return /v\d+/.exec(JSON.stringify(row))?.[0] ?? 'nothing'
    } catch (error) {
      if (isProblem(error, 'failed') && /DELTA_TIMESTAMP|DELTA_NO_RECREATABLE/.test(JSON.stringify(error.details ?? ''))) return 'refused'
      throw error
    }
  }
})

async function ours(table: string, timestamp: string): Promise<string> {
  try {
    const { schema } = await describeTable(openTable(new LocalStore(table), ''), { timestamp }, never)
    return (schema?.fields ?? []).map(field => field.name).join()
  } catch (error) {
    if (isProblem(error, 'notFound')) return 'refused'
    throw error
  }
}

/** Each time that a version has by any clock, the millisecond before and after it, and a while around all. */
function timesAround(versions: readonly Version[]): readonly number[] {
  const own = versions.flatMap(each => [each.modified, each.own ?? each.modified])
  const [first, last] = [Math.min(...own), Math.max(...own)]
  const all = [...own.flatMap(time => [time - 1, time, time + 1]), first + 20, first - 5000, last + 5000]
  return [...new Set(all)].toSorted((a, b) => a - b)
}

async function write(table: string, { versions, checkpoint }: History): Promise<void> {
  const log = join(table, '_delta_log')
  await mkdir(log, { recursive: true })
  const put = (name: string, lines: readonly object[]): Promise<void> =>
    writeFile(join(log, name), lines.map(line => `${JSON.stringify(line)}\n`).join(''))
  for (const version of versions) {
    const commitInfo = { commitInfo: { timestamp: 0, operation: 'TEST', operationParameters: {}, inCommitTimestamp: version.own } }
    await put(commitName(version.version), [commitInfo, protocol, metadataOf(version)])
    await utimes(join(log, commitName(version.version)), version.modified / 1000, version.modified / 1000)
    if (version.version !== checkpoint) continue
    const name = `${commitName(checkpoint).slice(0, 20)}.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json`
    await put(name, [{ checkpointMetadata: { version: checkpoint } }, protocol, metadataOf(version)])
  }
}
