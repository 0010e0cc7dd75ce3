import type { PageColumn } from '#arrow/page.ts'
import type { Strings } from '../strings.ts'
import type { GridModel } from './gridModel.ts'
import { headerRow, isInSpan } from './selection.ts'

interface HeaderProps {
  readonly model: GridModel
  readonly strings: Strings
  readonly fit: (column: number) => void
}

/** Names and types; stays at the top. A click selects the column, its right edge changes the width. */
export function GridHeader({ model, strings, fit }: HeaderProps) {
  const { first, end } = model.columnSpan.value
  const { active } = model.selection.value
  const shown = model.rows.columns.map((column, index) => ({ column, index })).slice(first, end)
  const activeColumn = model.rows.columns[active.column]
  if (activeColumn && !isInSpan({ first, end }, active.column)) shown.push({ column: activeColumn, index: active.column })
  return (
    <div class="dfl-head" role="rowgroup" style={{ width: `${model.width.value}px` }}>
      <div class="dfl-headrow" role="row" aria-rowindex={1}>
        <div class="dfl-corner" role="columnheader" aria-colindex={1} style={{ width: `${model.gutter.value}px` }}>
          <span class="dfl-hidden">{strings.grid.rowNumber}</span>
        </div>
        {shown.map(({ column, index }) => (
          <HeaderCell key={index} column={column} index={index} model={model} strings={strings} fit={fit} />
        ))}
      </div>
    </div>
  )
}

function HeaderCell({ column, index, model, strings, fit }: HeaderProps & { readonly column: PageColumn; readonly index: number }) {
  const { active } = model.selection.value
  const { lefts, widths } = model.layout.value
  const block = model.block.value
  const isMarked = block !== undefined && isInSpan(block.columns, index)
  return (
    <div
      class={`dfl-headcell${column.numeric ? ' dfl-numeric' : ''}${isMarked ? ' dfl-marked' : ''}`}
      role="columnheader"
      aria-colindex={index + 2}
      aria-description={strings.grid.resizeHint}
      tabIndex={active.row === headerRow && active.column === index ? 0 : -1}
      style={{ left: `${model.gutter.value + (lefts[index] ?? 0)}px`, width: `${widths[index] ?? 0}px` }}
      data-column={index}
      title={`${column.name}\n${column.type}`}
    >
      <span class="dfl-name">{column.name}</span>
      <span class="dfl-type">{column.type}</span>
      <span class="dfl-handle" aria-hidden="true" onPointerDown={event => drag(event, index, model)} onDblClick={() => fit(index)} />
    </div>
  )
}

function drag(event: PointerEvent, column: number, model: GridModel): void {
  const handle = event.currentTarget
  if (!(handle instanceof HTMLElement) || event.button !== 0) return
  event.stopPropagation()
  event.preventDefault()
  const from = event.clientX
  const width = model.widths.value[column] ?? 0
  const onMove = (move: PointerEvent): void => model.setWidth(column, width + move.clientX - from)
  const onEnd = (): void => {
    handle.removeEventListener('pointermove', onMove)
    handle.removeEventListener('pointerup', onEnd)
    handle.removeEventListener('pointercancel', onEnd)
  }
  handle.setPointerCapture(event.pointerId)
  handle.addEventListener('pointermove', onMove)
  handle.addEventListener('pointerup', onEnd)
  handle.addEventListener('pointercancel', onEnd)
}
