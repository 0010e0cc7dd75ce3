import assert from 'node:assert/strict'
import { askEverything, page, type Outcome, type Outcomes, type TableFiles } from './fuzzTables.ts'
import { mutateBytes, mutateFooter, mutateLines, rearrangeLines, type Mutated } from './mutations.ts'
import { pageBodies } from './pageBodies.ts'
import { seededRandom } from './random.ts'
import { Dice } from './randomValues.ts'

const roundMs = 15_000
const mostGrowthKiB = 1024 * 1024

/** One change of one file. */
interface Change {
  readonly path: string
  readonly mutated: Mutated
  /** True where no other rows than before can be right: what is wrong can be seen, or does not matter. */
  readonly isSeen: boolean
}

/** A whole table and what it answers. */
export interface WholeTable {
  readonly name: string
  readonly files: TableFiles
  readonly outcomes: Outcomes
}

/**
 * Damages one file of one of the tables and asks the table everything.
 * @throws Error with the way to repeat it when an answer is wrong, slow or no clear failure
 */
export async function fuzzRound(tables: readonly WholeTable[], seed: number): Promise<void> {
  const dice = new Dice(seededRandom(seed))
  const { name, files, outcomes: before } = dice.pick(tables)
  const change = changeOf(dice, files)
  const story = `DATAFLOW_SEED=${seed} DATAFLOW_FUZZ_ROUNDS=1 repeats it: ${name}/${change.path}: ${change.mutated.what}`
  const started = performance.now()
  const peak = process.resourceUsage().maxRSS
  const versions = versionsOf(files)
  const asked = [dice.pick(versions), dice.pick(versions)]
  const outcomes = await askEverything(damaged(files, change), asked).catch((error: unknown) => {
    throw new Error(story, { cause: error })
  })
  const elapsed = performance.now() - started
  assert.ok(elapsed < roundMs, `It took ${elapsed} ms. ${story}`)
  const grown = process.resourceUsage().maxRSS - peak
  assert.ok(grown < mostGrowthKiB, `It took ${grown} KiB of memory. ${story}`)
  check(outcomes, before, change, story)
}

/** Those whose commits are there. */
export function versionsOf(files: TableFiles): readonly number[] {
  return [...files.keys()].filter(isCommit).map(path => Number(path.slice(-25, -5)))
}

function check(outcomes: Outcomes, before: Outcomes, { path, isSeen }: Change, story: string): void {
  for (const [question, outcome] of outcomes) {
    if (outcome.kind === 'problem') {
      assert.match(outcome.message, /^\S.*\.$/s, `${question}: ${outcome.message} ${story}`)
      assert.doesNotMatch(
        outcome.message,
        /undefined|\[object|Cannot read propert|Maximum call/,
        `${question}: ${outcome.message} ${story}`,
      )
    } else if (isSeen && /^rows \d/.test(question)) {
      assert.deepEqual(rowsIn(outcome).toSorted(), rowsIn(before.get(question)).toSorted(), `${question}. ${story}`)
    }
  }
  // Rows that a damaged log miscounts are skipped without a look at their file.
  if (path.startsWith('_delta_log/')) return
  const [whole, part] = [outcomes.get('rows newest'), outcomes.get('page newest')]
  if (whole?.kind !== 'answer' || part?.kind !== 'answer') return
  assert.deepEqual(rowsIn(part), rowsIn(whole).slice(page.offset, page.offset + page.limit), `a page of the newest version. ${story}`)
}

function rowsIn(outcome: Outcome | undefined): readonly string[] {
  assert.equal(outcome?.kind, 'answer')
  const rows: unknown = JSON.parse(outcome.text)
  assert.ok(Array.isArray(rows) && rows.every(row => typeof row === 'string'))
  return rows
}

function changeOf(dice: Dice, files: TableFiles): Change {
  const path = dice.pick([...files.keys()])
  const bytes = files.get(path) ?? new Uint8Array(0)
  if (dice.chance(0.04)) return { path, mutated: { what: 'gone', bytes: undefined }, isSeen: !isCommit(path) }
  if (/_last_checkpoint$|\.crc$/.test(path))
    return { path, mutated: dice.chance(0.5) ? mutateLines(dice, bytes) : mutateBytes(dice, bytes), isSeen: true }
  if (path.endsWith('.bin')) return { path, mutated: mutateBytes(dice, bytes), isSeen: true }
  if (path.endsWith('.json')) {
    if (isCommit(path) && dice.chance(0.3)) return { path, mutated: rearrangeLines(dice, bytes), isSeen: true }
    return { path, mutated: dice.chance(0.6) ? mutateLines(dice, bytes) : mutateBytes(dice, bytes), isSeen: false }
  }
  return changeOfParquet(dice, path, bytes)
}

function changeOfParquet(dice: Dice, path: string, bytes: Uint8Array): Change {
  const bodies = path.includes('_delta_log') ? [] : pageBodies(bytes)
  if (bodies.length > 0 && dice.chance(0.5)) {
    const { start, end } = dice.pick(bodies)
    const flipped = new Uint8Array(bytes)
    const at = start + dice.below(end - start)
    flipped[at] = (flipped[at] ?? 0) ^ (1 << dice.below(8))
    return { path, mutated: { what: `a bit of ${at}, in a page with a checksum`, bytes: flipped }, isSeen: true }
  }
  if (dice.chance(0.15)) return { path, mutated: { what: 'cut', bytes: bytes.slice(0, dice.below(bytes.length)) }, isSeen: true }
  return { path, mutated: dice.chance(0.6) ? mutateFooter(dice, bytes) : mutateBytes(dice, bytes), isSeen: false }
}

function isCommit(path: string): boolean {
  return /\/\d{20}\.json$/.test(path)
}

function damaged(files: TableFiles, { path, mutated }: Change): TableFiles {
  const changed = new Map(files)
  if (mutated.bytes) changed.set(path, mutated.bytes)
  else changed.delete(path)
  return changed
}
