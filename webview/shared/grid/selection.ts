import { unreachable } from '#base/unreachable.ts'
import type { Span } from './viewport.ts'

/** A cell; row -1 is the header. */
export interface Spot {
  readonly row: number
  readonly column: number
}

export const headerRow = -1

/** What is selected: the rectangle between two corners. The active cell has the focus. */
export interface Selection {
  readonly active: Spot
  readonly anchor: Spot
  readonly head: Spot
}

/** Rows and columns of a grid. */
export interface Extent {
  readonly rows: number
  readonly columns: number
}

export interface Block {
  readonly rows: Span
  readonly columns: Span
}

export type Direction =
  | ('up' | 'down' | 'left' | 'right' | 'pageUp' | 'pageDown')
  | ('rowStart' | 'rowEnd' | 'gridTop' | 'gridBottom' | 'gridStart' | 'gridEnd')

/** One cell, active and selected. */
export function selectCell(spot: Spot): Selection {
  return { active: spot, anchor: spot, head: spot }
}

/** The rectangle from the anchor to `spot`, which becomes active. */
export function extendTo(selection: Selection, spot: Spot): Selection {
  return { active: spot, anchor: selection.anchor, head: spot }
}

/** All cells; the active one stays. */
export function selectAll({ active }: Selection, { rows, columns }: Extent): Selection {
  return { active, anchor: { row: 0, column: 0 }, head: { row: rows - 1, column: columns - 1 } }
}

/** Whole columns from the anchor's to `column`, its header being active. */
export function selectColumn(selection: Selection, column: number, { rows }: Extent, extend: 'extend' | 'replace'): Selection {
  const from = extend === 'extend' ? selection.anchor.column : column
  return { active: { row: headerRow, column }, anchor: { row: 0, column: from }, head: { row: rows - 1, column } }
}

/** Whole rows from the anchor's to `row`. */
export function selectRow(selection: Selection, row: number, { columns }: Extent, extend: 'extend' | 'replace'): Selection {
  const from = extend === 'extend' ? Math.max(0, selection.anchor.row) : row
  return { active: { row, column: 0 }, anchor: { row: from, column: 0 }, head: { row, column: columns - 1 } }
}

/** The selected rectangle; undefined when it holds no row. */
export function selectedBlock({ anchor, head }: Selection, { rows, columns }: Extent): Block | undefined {
  const first = Math.max(0, Math.min(anchor.row, head.row))
  const end = Math.min(rows, Math.max(anchor.row, head.row) + 1)
  if (end <= first || columns === 0) return undefined
  const left = Math.min(anchor.column, head.column)
  return { rows: { first, end }, columns: { first: left, end: Math.max(anchor.column, head.column) + 1 } }
}

/** The cell that a key leads to; the header lies above the first row. */
export function spotAfter({ row, column }: Spot, direction: Direction, { rows, columns }: Extent, pageRows: number): Spot {
  const last = { row: rows - 1, column: columns - 1 }
  switch (direction) {
    case 'up':
      return { row: Math.max(headerRow, row - 1), column }
    case 'down':
      return { row: Math.min(last.row, row + 1), column }
    case 'left':
      return { row, column: Math.max(0, column - 1) }
    case 'right':
      return { row, column: Math.min(last.column, column + 1) }
    case 'pageUp':
      return { row: Math.min(row, Math.max(0, row - pageRows)), column }
    case 'pageDown':
      return { row: Math.max(Math.min(last.row, row + pageRows), Math.min(row, last.row)), column }
    case 'rowStart':
      return { row, column: 0 }
    case 'rowEnd':
      return { row, column: last.column }
    case 'gridTop':
      return { row: Math.min(0, last.row), column }
    case 'gridBottom':
      return { row: last.row, column }
    case 'gridStart':
      return { row: Math.min(0, last.row), column: 0 }
    case 'gridEnd':
      return last
    default:
      return unreachable(direction)
  }
}

/** The same selection kept inside a grid that became smaller. */
export function fitSelection({ active, anchor, head }: Selection, { rows, columns }: Extent): Selection {
  const fit = (spot: Spot): Spot => ({ row: Math.min(spot.row, rows - 1), column: Math.max(0, Math.min(spot.column, columns - 1)) })
  return { active: fit(active), anchor: fit(anchor), head: fit(head) }
}

export function isInSpan({ first, end }: Span, index: number): boolean {
  return index >= first && index < end
}
