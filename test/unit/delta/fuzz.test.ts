import assert from 'node:assert/strict'
import { fuzzRound, versionsOf, type WholeTable } from '../../support/fuzzRounds.ts'
import { askEverything, fixtureTables } from '../../support/fuzzTables.ts'
import { seedOfRun } from '../../support/random.ts'

const rounds = Number(process.env['DATAFLOW_FUZZ_ROUNDS'] ?? 200)

/**
 * Real tables with a damaged file: every question ends soon, in bounded memory, with an answer or a clear failure. Where damage can be seen (lengths,
 * checksums, order of lines) the rows are those of before or there are none. A value that was changed in a page without a checksum, or
 * in the log itself, cannot be seen by anybody.
 */
describe('a damaged table', function () {
  this.timeout(60_000 + rounds * 500)
  const seed = seedOfRun()
  const tables: WholeTable[] = []

  before(async () => {
    process.stdout.write(
      `  Seed ${seed}: DATAFLOW_SEED=${seed} repeats the ${rounds} rounds, DATAFLOW_FUZZ_ROUNDS asks for more of them.\n`,
    )
    for (const [name, files] of fixtureTables()) {
      const outcomes = await askEverything(files, versionsOf(files))
      for (const [question, outcome] of outcomes) assert.equal(outcome.kind, 'answer', `${name}: ${question}: ${JSON.stringify(outcome)}`)
      tables.push({ name, files, outcomes })
    }
  })

  it('gives its rows or a clear failure, soon and in bounded memory', async () => {
    for (let round = 0; round < rounds; round += 1) await fuzzRound(tables, seed + round)
  })
})
