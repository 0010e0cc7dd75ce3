import assert from 'node:assert/strict'
import {
  extendTo,
  fitSelection,
  selectAll,
  selectCell,
  selectColumn,
  selectedBlock,
  selectRow,
  spotAfter,
  type Direction,
  type Selection,
} from '../../../webview/shared/grid/selection.ts'

const extent = { rows: 100, columns: 5 }

const blockOf = (selection: Selection): readonly number[] | undefined => {
  const block = selectedBlock(selection, extent)
  return block && [block.rows.first, block.rows.end, block.columns.first, block.columns.end]
}

describe('selection of a grid', () => {
  const at = selectCell({ row: 3, column: 2 })

  it('is one cell, or the rectangle to where it was extended', () => {
    assert.deepEqual(blockOf(at), [3, 4, 2, 3])
    assert.deepEqual(blockOf(extendTo(at, { row: 1, column: 4 })), [1, 4, 2, 5])
    assert.deepEqual(extendTo(at, { row: 1, column: 4 }).active, { row: 1, column: 4 })
    assert.deepEqual(blockOf(extendTo(extendTo(at, { row: 9, column: 4 }), { row: 3, column: 0 })), [3, 4, 0, 3])
  })

  it('is everything without moving the active cell', () => {
    const all = selectAll(at, extent)
    assert.deepEqual(blockOf(all), [0, 100, 0, 5])
    assert.deepEqual(all.active, { row: 3, column: 2 })
  })

  it('is whole columns from a header and whole rows from a number', () => {
    const column = selectColumn(at, 1, extent, 'replace')
    assert.deepEqual(blockOf(column), [0, 100, 1, 2])
    assert.deepEqual(blockOf(selectColumn(column, 3, extent, 'extend')), [0, 100, 1, 4])
    assert.deepEqual(blockOf(selectRow(at, 7, extent, 'replace')), [7, 8, 0, 5])
    assert.deepEqual(blockOf(selectRow(at, 7, extent, 'extend')), [3, 8, 0, 5])
  })

  it('is nothing on a header or in a grid without rows', () => {
    assert.equal(blockOf(selectCell({ row: -1, column: 2 })), undefined)
    assert.equal(selectedBlock(selectAll(at, { rows: 0, columns: 5 }), { rows: 0, columns: 5 }), undefined)
  })

  it('moves as far as the grid goes, into the header at the top', () => {
    const from = { row: 50, column: 2 }
    const reached = (direction: Direction, start = from): readonly number[] => {
      const spot = spotAfter(start, direction, extent, 20)
      return [spot.row, spot.column]
    }
    const directions: readonly Direction[] = [
      'up',
      'down',
      'left',
      'right',
      'pageUp',
      'pageDown',
      'rowStart',
      'rowEnd',
      'gridStart',
      'gridEnd',
    ]
    assert.deepEqual(
      directions.map(direction => reached(direction)),
      [
        [49, 2],
        [51, 2],
        [50, 1],
        [50, 3],
        [30, 2],
        [70, 2],
        [50, 0],
        [50, 4],
        [0, 0],
        [99, 4],
      ],
    )
    assert.deepEqual(
      [reached('gridTop'), reached('gridBottom')],
      [
        [0, 2],
        [99, 2],
      ],
    )
    assert.deepEqual(reached('up', { row: 0, column: 0 }), [-1, 0])
    assert.deepEqual(reached('up', { row: -1, column: 0 }), [-1, 0])
    assert.deepEqual(reached('pageUp', { row: 5, column: 0 }), [0, 0])
    assert.deepEqual(reached('pageDown', { row: 95, column: 4 }), [99, 4])
    assert.deepEqual(reached('right', { row: 5, column: 4 }), [5, 4])
  })

  it('stays on the header of a grid without rows', () => {
    const empty = { rows: 0, columns: 3 }
    for (const direction of ['down', 'pageDown', 'gridEnd', 'gridStart', 'gridTop'] as const) {
      assert.equal(spotAfter({ row: -1, column: 1 }, direction, empty, 20).row, -1)
    }
  })

  it('shrinks with the grid', () => {
    assert.deepEqual(fitSelection(selectCell({ row: 99, column: 4 }), { rows: 10, columns: 2 }).active, { row: 9, column: 1 })
    assert.deepEqual(fitSelection(selectCell({ row: 0, column: 0 }), { rows: 0, columns: 2 }).active, { row: -1, column: 0 })
  })
})
