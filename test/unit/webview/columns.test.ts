import assert from 'node:assert/strict'
import type { CellText } from '#arrow/formatScalar.ts'
import {
  columnAt,
  columnsInView,
  fitColumns,
  layoutOf,
  revealColumn,
  totalWidth,
  withWidth,
  type Ruler,
} from '../../../webview/shared/grid/columns.ts'

const layout = layoutOf([100, 50, 200])

const ruler: Ruler = { padding: 20, cell: ({ text }) => text.length * 10, name: name => name.length * 12, type: type => type.length * 8 }

describe('columns of a grid', () => {
  it('lie beside each other', () => {
    assert.deepEqual(layout.lefts, [0, 100, 150, 350])
    assert.equal(totalWidth(layout), 350)
    assert.equal(totalWidth(layoutOf([])), 0)
  })

  it('are drawn only where they are in view', () => {
    assert.deepEqual(columnsInView(layout, 0, 100), { first: 0, end: 1 })
    assert.deepEqual(columnsInView(layout, 99, 52), { first: 0, end: 3 })
    assert.deepEqual(columnsInView(layout, 100, 50), { first: 1, end: 2 })
    assert.deepEqual(columnsInView(layout, -200, 5000), { first: 0, end: 3 })
    assert.deepEqual(columnsInView(layoutOf([]), 0, 100), { first: 0, end: 0 })
  })

  it('are found under a pixel, the nearest beyond the ends', () => {
    assert.deepEqual(
      [-5, 0, 99, 100, 149, 150, 900].map(x => columnAt(layout, x)),
      [0, 0, 0, 1, 1, 2, 2],
    )
  })

  it('scroll the least that shows one whole, or the start of a wide one', () => {
    assert.equal(revealColumn(layout, 1, 0, 120), 30)
    assert.equal(revealColumn(layout, 0, 60, 120), 0)
    assert.equal(revealColumn(layout, 1, 60, 120), 60)
    assert.equal(revealColumn(layout, 2, 0, 120), 150)
  })

  it('change width within bounds', () => {
    assert.deepEqual(withWidth([100, 50], 1, 80.4), [100, 80])
    assert.deepEqual(withWidth([100, 50], 0, -5), [48, 50])
    assert.deepEqual(withWidth([100, 50], 0, 99_999), [1200, 50])
  })

  it('fit name, type and the longest texts, up to a measure', () => {
    const texts = [
      ['a', 'x'.repeat(500)],
      ['abcdefghij', 'y'],
    ]
    const page = {
      columns: [
        { name: 'id', type: 'int', numeric: true },
        { name: 'note', type: 'string', numeric: false },
        { name: 'a long name', type: 'int', numeric: true },
      ],
      rows: 2,
      cell: (row: number, column: number): CellText => ({ kind: 'text', text: texts[row]?.[column] ?? '', clipped: false }),
    }
    assert.deepEqual(fitColumns(page, ruler), [120, 380, 152])
  })

  it('looks at rows from all over the page, not at the first ones only', () => {
    const page = {
      columns: [{ name: 'n', type: 'int', numeric: true }],
      rows: 8000,
      cell: (row: number): CellText => ({ kind: 'number', text: row < 4000 ? '1' : '1234567890', clipped: false }),
    }
    assert.deepEqual(fitColumns(page, ruler), [120])
  })
})
