import { headerHeight, type GridModel } from './gridModel.ts'

/** Selects by mouse: cells, by dragging also blocks of them, whole columns by their header, whole rows by their number; Shift extends. */
export function pointerDown(event: PointerEvent, model: GridModel, focusActive: () => void): void {
  const { target } = event
  const grid = event.currentTarget
  if (event.button !== 0 || !(target instanceof Element) || !(grid instanceof HTMLElement)) return
  const how = event.shiftKey ? 'extend' : 'replace'
  const header = target.closest('[role="columnheader"][data-column]')
  const cell = target.closest('[role="gridcell"]')
  const number = target.closest('[role="rowheader"]')
  const row = indexOf(target.closest('[role="row"]'), 'data-row')
  if (header) model.selectColumn(indexOf(header, 'data-column'), how)
  else if (number) model.selectRow(row, how)
  else if (cell) {
    model.select({ row, column: indexOf(cell, 'data-column') }, how)
    followDrag(event, grid, model)
  } else return
  event.preventDefault()
  focusActive()
}

function followDrag(event: PointerEvent, grid: HTMLElement, model: GridModel): void {
  const onMove = (move: PointerEvent): void => {
    const { left, top } = grid.getBoundingClientRect()
    const spot = model.spotAt(move.clientX - left - model.gutter.value, move.clientY - top - headerHeight)
    const { head } = model.selection.value
    if (spot.row === head.row && spot.column === head.column) return
    grid.setPointerCapture(event.pointerId)
    model.select(spot, 'extend')
  }
  const onEnd = (): void => {
    grid.removeEventListener('pointermove', onMove)
    grid.removeEventListener('pointerup', onEnd)
    grid.removeEventListener('pointercancel', onEnd)
  }
  grid.addEventListener('pointermove', onMove)
  grid.addEventListener('pointerup', onEnd)
  grid.addEventListener('pointercancel', onEnd)
}

function indexOf(element: Element | null, attribute: string): number {
  return Number(element?.getAttribute(attribute) ?? 0)
}
