import assert from 'node:assert/strict'
import { asError, isProblem } from '#base/errors.ts'
import type { BareFile } from '#delta/actions.ts'
import { liveRecords, type ActiveFiles } from '#delta/files/activeFiles.ts'
import { FileKeys } from '#delta/files/fileKeys.ts'
import { listLog } from '#delta/log/log.ts'
import { loadSnapshot } from '#delta/snapshot.ts'
import { makeTablePair } from '../../support/checkpointTables.ts'
import type { LogInMemory } from '../../support/deltaLog.ts'
import { Dice } from '../../support/randomValues.ts'
import { seededRandom } from '../../support/random.ts'

const never = new AbortController().signal
const seed = Number(process.env['DATAFLOW_SEED'] ?? Date.now() % 1_000_000)
const rounds = 12
const damages = 150

async function filesAt({ table }: LogInMemory, version: number): Promise<ActiveFiles> {
  const { files } = await loadSnapshot(table, await listLog(table, never), version, never)
  assert.ok(files)
  return files
}

/** All that a list of files answers; the text of statistics apart, which a checkpoint may have parsed. */
async function answersOf(files: ActiveFiles, dice: Dice): Promise<Readonly<Record<string, unknown>>> {
  const { length } = files
  const start = dice.below(length + 1)
  const end = start + dice.below(length + 2 - start)
  const positions = Int32Array.from({ length }, (_, position) => position).filter(() => dice.chance(0.2))
  const keys = new FileKeys()
  for (const file of await files.pick(positions, never)) keys.add(dice.chance(0.8) ? file : { ...file, deletionVector: undefined })
  keys.add({ path: 'unknown', deletionVector: undefined })
  const partitions = await files.partitions(never)
  return {
    length,
    sizes: [...files.sizes],
    deleted: [...files.deleted],
    bare: files.bare(0, Infinity).map(bare),
    sliced: (await files.slice(start, end, never)).map(bare),
    picked: (await files.pick(positions, never)).map(bare),
    records: [...(await files.records(never))],
    live: [...(await liveRecords(files, never))],
    partitions: Array.from(partitions.of, set => partitions.values[set]),
    sets: partitions.values,
    positions: [...files.positionsOf(keys)],
  }
}

function bare({ path, size, partitionValues, deletionVector }: BareFile): readonly unknown[] {
  return [path, size, partitionValues, deletionVector]
}

async function textsOf(files: ActiveFiles): Promise<readonly (string | undefined)[]> {
  return (await files.slice(0, files.length, never)).map(({ stats }) => stats)
}

describe('files of a checkpoint', () => {
  it('answer as those of commits do', async function () {
    this.timeout(60_000)
    for (let round = seed; round < seed + rounds; round += 1) {
      const { stored, listed, layout, version } = await makeTablePair(round)
      const [mine, plain] = [await filesAt(stored, version), await filesAt(listed, version)]
      const draws = () => new Dice(seededRandom(round))
      const message = `seed ${round}: ${layout}`
      assert.deepEqual(await answersOf(mine, draws()), await answersOf(plain, draws()), message)
      if (!/ (?:parsed|both)/.test(layout)) assert.deepEqual(await textsOf(mine), await textsOf(plain), message)
      const again = await filesAt(stored, version)
      const dice = draws()
      const starts = again.length === 0 ? [] : Array.from({ length: 5 }, () => dice.below(again.length))
      const sliced = await Promise.all(starts.map(start => again.slice(start, start + 3, never)))
      const whole = await mine.slice(0, mine.length, never)
      assert.deepEqual(
        sliced,
        starts.map(start => whole.slice(start, start + 3)),
        message,
      )
    }
  })

  it('fail clearly or are read when bytes of the checkpoint are damaged', async function () {
    this.timeout(60_000)
    const { stored, layout } = await makeTablePair(seed)
    const { objects } = await stored.store.list({ prefix: 't/_delta_log/' }, never)
    const parts = objects.filter(({ key }) => key.endsWith('.parquet'))
    const dice = new Dice(seededRandom(seed))
    for (let round = 0; round < damages && parts.length > 0; round += 1) {
      const { key, size } = dice.pick(parts)
      const whole = await stored.store.read(key, undefined, never)
      const damaged = whole.slice(0, dice.chance(0.1) ? dice.below(size) : size)
      for (let flips = 1 + dice.below(3); flips > 0 && damaged.length > 0; flips -= 1) damaged[dice.below(damaged.length)] = dice.below(256)
      await stored.store.put(key, damaged)
      try {
        const files = await filesAt(stored, 0)
        await answersOf(files, dice)
      } catch (error) {
        assert.ok(isProblem(error), `seed ${seed}, round ${round}: ${layout}, ${asError(error).stack}`)
      }
      await stored.store.put(key, whole)
    }
  })
})
