import assert from 'node:assert/strict'
import { tableFromIPC } from 'apache-arrow'
import { createTableReads } from '#app/deltaReads.ts'
import { jsonRecords } from '#arrow/json.ts'
import type { RowsRequest } from '#delta/types.ts'
import { filterTypes, makeFilterTable, type FilterTable } from '../../support/filterTable.ts'
import { randomFilter } from '../../support/randomFilter.ts'
import { seededRandom } from '../../support/random.ts'

const never = new AbortController().signal
const filters = 60
const seed = Number(process.env['DATAFLOW_TEST_SEED'] ?? Date.now() % 2 ** 31)

/** Files and parts of the table that were read, the log left out. */
function readsSince({ log }: FilterTable, from: number): readonly string[] {
  return [...new Set(log.reads.slice(from).filter(key => key.endsWith('.parquet')))].toSorted()
}

describe(`rows of a filter (DATAFLOW_TEST_SEED=${seed})`, function () {
  this.timeout(120_000)
  let table: FilterTable

  before(async () => {
    table = await makeFilterTable(seed)
  })

  async function read(reads: ReturnType<typeof createTableReads>, rows: RowsRequest) {
    const { arrow, truncated } = await reads.rows({ place: table.place, at: {}, rows }, never)
    return { rows: [...jsonRecords(tableFromIPC(arrow))], truncated }
  }

  async function opened(filter: string): Promise<readonly string[]> {
    const from = table.log.reads.length
    await read(
      createTableReads(() => table.log.store),
      { offset: 0, limit: Infinity, filter },
    )
    return readsSince(table, from).map(key => key.replace(/^t\//, ''))
  }

  it('are those for which it is true, in the order of the table, at once and page by page', async () => {
    const random = seededRandom(seed)
    const source = { random, types: filterTypes, rows: table.rows }
    let partly = 0
    for (let i = 0; i < filters; i += 1) {
      const { text, holds } = randomFilter(source, Math.floor(random() * 4))
      const expected = table.rows.filter(row => holds(row) === true)
      if (expected.length > 0 && expected.length < table.rows.length) partly += 1
      const reads = createTableReads(() => table.log.store)
      const whole = await read(reads, { offset: 0, limit: Infinity, filter: text })
      assert.equal(whole.rows.length, expected.length, text)
      assert.deepEqual(whole, { rows: expected, truncated: false }, text)
      const later = createTableReads(() => table.log.store)
      for (let page = 0; page < 2; page += 1) {
        const offset = Math.floor(random() * (expected.length + 2))
        const limit = Math.floor(random() * 700)
        const found = await read(later, { offset, limit, columns: ['i', 's'], filter: text })
        const wanted = expected.slice(offset, offset + limit).map(row => ({ i: row['i'], s: row['s'] }))
        assert.deepEqual(found, { rows: wanted, truncated: offset + limit < expected.length }, `${text} [${offset}, ${offset + limit})`)
      }
    }
    assert.ok(partly > filters / 4, `${partly} of ${filters} conditions hold for some rows`)
  })

  it('open no file that partition values or statistics exclude', async () => {
    assert.deepEqual(await opened("part = 'b'"), ['1.parquet'])
    assert.deepEqual(await opened('part IS NULL OR ratio = -0.0'), ['2.parquet'])
    assert.deepEqual(await opened("ratio = 'NaN' AND i < 0"), [])
    assert.deepEqual(await opened('i BETWEEN 1000 AND 1001'), ['1.parquet', '3.parquet', '4.parquet'])
    assert.deepEqual(await opened("part NOT IN ('c d', 'B') AND dt < DATE'1969-12-15'"), ['0.parquet'])
    assert.deepEqual(await opened("s LIKE 'zz%'"), ['1.parquet', '3.parquet', '4.parquet'])
    assert.deepEqual(await opened('FALSE OR NULL'), [])
  })

  it('are looked for no further than a page needs', async () => {
    const reads = createTableReads(() => table.log.store)
    const page = async (offset: number) => {
      const from = table.log.reads.length
      const { rows, truncated } = await read(reads, { offset, limit: 100, columns: ['i'], filter: 'i > 3000' })
      return { rows: rows.length, truncated, opened: readsSince(table, from) }
    }
    assert.deepEqual(await page(0), { rows: 100, truncated: true, opened: ['t/3.parquet'] })
    assert.deepEqual(await page(100), { rows: 100, truncated: true, opened: [] })
    const last = await page(6000)
    assert.deepEqual(last, { rows: 100, truncated: true, opened: ['t/4.parquet', 't/5.parquet'] })
  })

  it('end at once when nobody waits for them any more', async () => {
    const ending = new AbortController()
    const reads = createTableReads(() => table.log.store)
    const rows = reads.rows({ place: table.place, at: {}, rows: { offset: 0, limit: 10, filter: 'i > 0' } }, ending.signal)
    ending.abort()
    await assert.rejects(rows, { name: 'AbortError' })
  })
})
