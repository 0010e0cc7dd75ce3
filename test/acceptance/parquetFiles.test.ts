import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createTableReads } from '#app/deltaReads.ts'
import type { TableReads } from '#app/tableReads.ts'
import { decodeArrow } from '#arrow/ipc.ts'
import { jsonRecords } from '#arrow/json.ts'
import type { RowsRequest } from '#delta/types.ts'
import { LocalStore } from '#storage/localStore.ts'
import { ensurePeersPython } from '../support/peersPython.ts'
import { seededRandom, seedOfRun } from '../support/random.ts'

const never = new AbortController().signal
const rows = 6000
const slices = 12

type Rows = readonly Readonly<Record<string, unknown>>[]

describe('Parquet files of pyarrow', function () {
  this.timeout(300_000)
  const seed = seedOfRun()
  const folder = mkdtempSync(join(tmpdir(), 'dataflow-parquet-'))
  const near = createTableReads(() => new LocalStore(folder))
  const far = createTableReads(() => new FarStore(folder))
  let names: readonly string[] = []
  let expected: Rows = []

  before(async () => {
    const python = await ensurePeersPython(AbortSignal.timeout(300_000))
    const script = resolve(import.meta.dirname, '../support/parquetFiles.py')
    names = execFileSync(python, [script, String(seed), String(rows), folder], { encoding: 'utf8' })
      .trim()
      .split('\n')
    expected = recordsOf(readFileSync(join(folder, 'expected.arrow')))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('have the same rows in every codec, page version and encoding', async () => {
    assert.equal(names.length, 30)
    for (const name of names) sameRows(await read(near, name, { offset: 0, limit: Infinity }), expected, `${name}, seed ${seed}`)
  })

  it('have the same rows where only some are read, from near or from afar', async () => {
    const dice = seededRandom(seed)
    const columns = Object.keys(expected[0] ?? {})
    for (const name of names) {
      for (let slice = 0; slice < slices; slice += 1) {
        const offset = slice < 4 ? 0 : Math.floor(dice() * rows)
        const limit = Math.ceil(dice() ** 3 * (rows - offset))
        const some = columns.filter(() => dice() < 0.3)
        const reads = slice % 2 === 0 ? near : far
        const found = await read(reads, name, { offset, limit, ...(some.length === 0 ? {} : { columns: some }) })
        const wanted = expected.slice(offset, offset + limit).map(row => (some.length === 0 ? row : only(row, some)))
        sameRows(found, wanted, `rows ${offset} and ${limit} more of ${some.join() || 'all'}, ${name}, seed ${seed}`)
      }
    }
  })

  async function read(reads: TableReads, key: string, request: RowsRequest): Promise<Rows> {
    const { arrow } = await reads.rows({ place: { store: { kind: 'local', folder }, key }, at: {}, rows: request }, never)
    return recordsOf(arrow)
  }
})

/** A folder that is read as a place beyond a network is. */
class FarStore extends LocalStore {
  override readonly isRemote: boolean = true
}

function recordsOf(arrow: Uint8Array): Rows {
  return [...jsonRecords(decodeArrow(arrow))]
}

function only(row: Rows[number], columns: readonly string[]): Rows[number] {
  return Object.fromEntries(columns.map(name => [name, row[name]]))
}

/** Compares texts, since a deep comparison of so many rows takes minutes. */
function sameRows(found: Rows, wanted: Rows, what: string): void {
  assert.equal(found.length, wanted.length, what)
  const different = found.findIndex((row, i) => JSON.stringify(row) !== JSON.stringify(wanted[i]))
  if (different >= 0) assert.deepEqual(found[different], wanted[different], `row ${different} of ${what}`)
}
