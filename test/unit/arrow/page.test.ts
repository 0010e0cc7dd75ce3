import assert from 'node:assert/strict'
import { Float64, Int64, Table, tableFromArrays, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow'
import { readPage } from '#arrow/page.ts'

const part = (from: number, count: number): Table =>
  new Table({
    id: vectorFromArray(
      Array.from({ length: count }, (_, i) => BigInt(from + i)),
      new Int64(),
    ),
    name: vectorFromArray(
      Array.from({ length: count }, (_, i) => `row ${from + i}`),
      new Utf8(),
    ),
  })

describe('page of Arrow rows', () => {
  it('finds a row in whichever batch holds it', () => {
    const page = readPage(tableToIPC(part(0, 3).concat(part(3, 2)), 'stream'))
    assert.equal(page.rows, 5)
    assert.deepEqual(
      [0, 2, 3, 4].map(row => [page.cell(row, 0).text, page.cell(row, 1).text]),
      [
        ['0', 'row 0'],
        ['2', 'row 2'],
        ['3', 'row 3'],
        ['4', 'row 4'],
      ],
    )
  })

  it('names and types the columns, two of one name included', () => {
    const page = readPage(tableToIPC(part(0, 1), 'stream'))
    assert.deepEqual(page.columns, [
      { name: 'id', type: 'bigint', numeric: true },
      { name: 'name', type: 'string', numeric: false },
    ])
  })

  it('keeps the columns when there are no rows', () => {
    const page = readPage(tableToIPC(new Table({ x: vectorFromArray([], new Float64()) }), 'stream'))
    assert.deepEqual([page.rows, page.columns.map(column => column.name)], [0, ['x']])
  })

  it('refuses a place outside of the page', () => {
    const page = readPage(tableToIPC(part(0, 1), 'stream'))
    assert.throws(() => page.cell(1, 0), RangeError)
    assert.throws(() => page.cell(-1, 0), RangeError)
    assert.throws(() => page.cell(0, 2), RangeError)
  })

  it('calls bytes that are no Arrow stream corrupt', () => {
    for (const bytes of [new Uint8Array(), new Uint8Array([1, 2, 3]), new TextEncoder().encode('ARROW? no, a page of text')]) {
      assert.throws(() => readPage(bytes), { name: 'LakehouseError', code: 'corrupt' })
    }
  })

  it('calls a stream that ends inside of a batch corrupt', () => {
    const bytes = tableToIPC(tableFromArrays({ x: Float64Array.from({ length: 1000 }, (_, i) => i) }), 'stream')
    assert.throws(() => readPage(bytes.subarray(0, bytes.length - 2000)), { code: 'corrupt' })
  })
})
