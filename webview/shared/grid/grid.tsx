import { useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { countText, type Strings } from '../strings.ts'
import { fitColumn, fitColumns } from './columns.ts'
import { Copier } from './copier.ts'
import { GridBody } from './gridBody.tsx'
import { GridDetail } from './gridDetail.tsx'
import { GridHeader } from './gridHeader.tsx'
import { useCopyCommand, useFocus, useScrolling, useView } from './gridHooks.ts'
import { GridModel, headerHeight, rowHeight, type GridView } from './gridModel.ts'
import { commandOf } from './keys.ts'
import { pointerDown } from './pointer.ts'
import { rulerOf } from './ruler.ts'
import type { GridRows } from './rows.ts'

export interface GridProps {
  readonly rows: GridRows
  readonly label: string
  readonly strings: Strings
  readonly view?: GridView
  readonly onDidChangeView?: (view: GridView) => void
  /** Rows that the element grows to show; fills its parent when absent. */
  readonly tallestRows?: number
  /** Puts text on the clipboard where the browser's own way is not open. */
  readonly copy: (text: string) => Promise<void>
}

/** Rows that an open value takes at least. */
const detailRows = 8

/** A grid's parts that its events reach. */
interface Parts {
  readonly model: GridModel
  readonly copier: Copier
  readonly strings: Strings
  readonly focusActive: () => void
  readonly announce: (text: string) => void
}

/**
 * A table of any number of rows and columns, of which only the visible part is drawn. Tests and the start check read it by
 * `.dfl-row[data-row]`, `[data-column]`, `[data-kind]` and the exact text of `.dfl-value`.
 */
export function Grid(props: GridProps) {
  const { rows, strings } = props
  const scroller = useRef<HTMLDivElement>(null)
  const message = useSignal('')
  const model = useMemo(() => new GridModel(rows, widthsOf(rows), props.view), [rows])
  useEffect(() => () => model.dispose(), [model])
  useScrolling(model, scroller)
  useView(model, props.onDidChangeView)
  const announce = (text: string): void => {
    message.value = text
  }
  const copier = useMemo(() => new Copier(model, strings, props.copy, announce), [model])
  useCopyCommand(copier, scroller)
  const parts: Parts = { model, copier, strings, announce, focusActive: useFocus(model, scroller) }
  return (
    <div class="dfl-grid" style={styleOf(model, props.tallestRows)}>
      <div
        class="dfl-scroller"
        ref={scroller}
        role="grid"
        aria-label={props.label}
        aria-rowcount={rows.count.exact ? model.extent.value.rows + 1 : -1}
        aria-colcount={model.extent.value.columns + 1}
        aria-multiselectable="true"
        onScroll={event => model.scrolled(event.currentTarget.scrollTop, event.currentTarget.scrollLeft)}
        onFocusIn={() => {
          model.isUsed.value = true
        }}
        onKeyDown={event => keyDown(event, parts)}
        onPointerDown={event => pointerDown(event, model, parts.focusActive)}
        onDblClick={event => isCell(event.target) && model.run({ kind: 'toggleDetail' })}
      >
        <GridHeader model={model} strings={strings} fit={column => fit(model, column)} />
        <GridBody model={model} strings={strings} />
      </div>
      <Failure {...parts} />
      {model.isDetailOpen.value ? (
        <GridDetail model={model} strings={strings} close={() => closeDetail(parts)} copy={text => copier.copyValue(text)} />
      ) : null}
      <div class="dfl-hidden" role="status">
        {message.value}
      </div>
    </div>
  )
}

function Failure({ model: { rows, changes }, strings }: Parts) {
  void changes.value
  return rows.failure ? (
    <div class="dfl-failure" role="alert">
      <span>{strings.grid.loadFailed(rows.failure.message)}</span>
      <button type="button" class="dfl-button" onClick={() => rows.retry()}>
        {strings.grid.retry}
      </button>
    </div>
  ) : null
}

/** Takes the grid's own keys, from the notebook or workbench too; leaves all others to them. */
function keyDown(event: KeyboardEvent, { model, copier, strings, focusActive, announce }: Parts): void {
  const command = commandOf(event)
  if (!command) return
  if (command.kind === 'copy') copier.copySelection()
  else if (model.run(command)) focusActive()
  else return
  event.preventDefault()
  event.stopPropagation()
  if (command.kind === 'resize') announce(widthMessage(model, strings))
  else if (command.kind !== 'copy') announce(selectionMessage(model, strings))
}

function closeDetail({ model, focusActive }: Parts): void {
  model.isDetailOpen.value = false
  focusActive()
}

function fit(model: GridModel, column: number): void {
  const state = model.rows.at(model.rowSpan.value.first)
  if (state.kind === 'ready') model.setWidth(column, fitColumn(state.page, column, rulerOf(document.body)))
}

function widthsOf(rows: GridRows): readonly number[] {
  const first = rows.at(0)
  if (first.kind === 'ready') return fitColumns(first.page, rulerOf(document.body))
  return fitColumns({ columns: rows.columns, rows: 0, cell: () => ({ kind: 'null', text: '', clipped: false }) }, rulerOf(document.body))
}

function isCell(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[role="gridcell"]') !== null
}

/** Header, rows up to a number of them, and room for a horizontal scroll bar where there will be one. */
function styleOf(model: GridModel, tallestRows: number | undefined): { readonly height?: string } {
  if (tallestRows === undefined) return {}
  const scrollBar = model.isWiderThanView.value ? 14 : 0
  const rows = Math.max(1, Math.min(model.extent.value.rows, tallestRows))
  const forDetail = model.isDetailOpen.value ? Math.max(0, detailRows - rows) * rowHeight : 0
  return { height: `${headerHeight + rows * rowHeight + scrollBar + forDetail}px` }
}

function selectionMessage(model: GridModel, strings: Strings): string {
  const block = model.block.value
  if (!block) return ''
  const rows = block.rows.end - block.rows.first
  const columns = block.columns.end - block.columns.first
  return rows * columns > 1 ? strings.grid.selected(countText(rows, strings), countText(columns, strings)) : ''
}

function widthMessage(model: GridModel, strings: Strings): string {
  const { column } = model.selection.value.active
  return strings.grid.width(model.rows.columns[column]?.name ?? '', String(model.widths.value[column] ?? 0))
}
