import assert from 'node:assert/strict'
import { Int32, Table, Utf8, vectorFromArray } from 'apache-arrow'
import { encodeArrow } from '#arrow/ipc.ts'
import { textTable } from '#arrow/text.ts'

describe('text table', () => {
  it('aligns text left and numbers right, and tells NULL', () => {
    const table = new Table({ symbol: vectorFromArray(['AAPL', null], new Utf8()), n: vectorFromArray([5, 12_345], new Int32()) })
    assert.equal(textTable(encodeArrow(table)), ['symbol |     n', '-------+------', 'AAPL   |     5', 'NULL   | 12345'].join('\n'))
  })

  it('shows no more rows than asked for and says how many are left out', () => {
    const table = new Table({ n: vectorFromArray([1, 2, 3], new Int32()) })
    assert.equal(textTable(encodeArrow(table), 1), ['n', '-', '1', '… 2 more rows'].join('\n'))
  })

  it('keeps a long or many-lined text in one short line', () => {
    const table = new Table({ t: vectorFromArray([`a\n\tb${'x'.repeat(100)}`], new Utf8()) })
    const [, , row = ''] = textTable(encodeArrow(table)).split('\n')
    assert.match(row, /^a bx+…$/)
    assert.ok(row.length < 65)
  })

  it('shows the columns of a table without rows', () => {
    const table = new Table({ id: vectorFromArray([], new Int32()) })
    assert.equal(textTable(encodeArrow(table)), 'id\n--')
  })
})
