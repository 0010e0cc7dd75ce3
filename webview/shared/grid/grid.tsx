import { useSignal, useSignalEffect } from '@preact/signals'
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import { countText, type Strings } from '../strings.ts'
import { fitColumn, fitColumns } from './columns.ts'
import { Copier } from './copier.ts'
import { GridDetail } from './gridDetail.tsx'
import { GridHeader } from './gridHeader.tsx'
import { GridModel, headerHeight, rowHeight, type GridView } from './gridModel.ts'
import { GridRow } from './gridRow.tsx'
import { commandOf } from './keys.ts'
import { pointerDown } from './pointer.ts'
import { rulerOf } from './ruler.ts'
import type { GridRows } from './rows.ts'
import { isInSpan } from './selection.ts'
import { bodyHeight } from './viewport.ts'

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

/** A table of any number of rows and columns, of which only the visible part is drawn. */
export function Grid(props: GridProps) {
  const { rows, label, strings, tallestRows } = props
  const root = useRef<HTMLDivElement>(null)
  const scroller = useRef<HTMLDivElement>(null)
  const message = useSignal('')
  const model = useMemo(() => new GridModel(rows, widthsOf(rows, scroller.current ?? document.body), props.view), [rows])
  useEffect(() => () => model.dispose(), [model])
  useScrolling(model, scroller)
  const focusActive = useFocus(model, scroller)
  useView(model, props.onDidChangeView)

  const announce = (text: string): void => {
    message.value = text
  }
  const copier = useMemo(() => new Copier(model, strings, props.copy, announce), [model])
  useCopyCommand(copier, scroller)
  const onKeyDown = (event: KeyboardEvent): void => {
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
  const fit = (column: number): void => {
    const state = rows.at(model.rowSpan.value.first)
    if (state.kind === 'ready' && scroller.current) model.setWidth(column, fitColumn(state.page, column, rulerOf(scroller.current)))
  }
  const closeDetail = (): void => {
    model.isDetailOpen.value = false
    focusActive()
  }

  void model.changes.value
  const { rows: count, columns } = model.extent.value
  const height = tallestRows === undefined ? undefined : heightFor(model, tallestRows)
  return (
    <div class="dfl-grid" ref={root} style={height === undefined ? {} : { height: `${height}px` }}>
      <div
        class="dfl-scroller"
        ref={scroller}
        role="grid"
        aria-label={label}
        aria-rowcount={rows.count.exact ? count + 1 : -1}
        aria-colcount={columns + 1}
        aria-multiselectable="true"
        onScroll={event => model.scrolled(event.currentTarget.scrollTop, event.currentTarget.scrollLeft)}
        onKeyDown={onKeyDown}
        onPointerDown={event => pointerDown(event, model, focusActive)}
        onDblClick={event => isCell(event.target) && model.run({ kind: 'toggleDetail' })}
      >
        <GridHeader model={model} strings={strings} fit={fit} />
        <GridBody model={model} strings={strings} />
      </div>
      {rows.failure ? (
        <div class="dfl-failure" role="alert">
          <span>{strings.grid.loadFailed(rows.failure.message)}</span>
          <button type="button" class="dfl-button" onClick={() => rows.retry()}>
            {strings.grid.retry}
          </button>
        </div>
      ) : null}
      {model.isDetailOpen.value ? (
        <GridDetail model={model} strings={strings} close={closeDetail} copy={text => copier.copyValue(text)} />
      ) : null}
      <div class="dfl-hidden" role="status">
        {message.value}
      </div>
    </div>
  )
}

function GridBody({ model, strings }: { readonly model: GridModel; readonly strings: Strings }) {
  void model.changes.value
  const span = model.rowSpan.value
  const { active } = model.selection.value
  const block = model.block.value
  const numbers = Array.from({ length: span.end - span.first }, (_, i) => span.first + i)
  if (active.row >= 0 && active.row < model.extent.value.rows && !isInSpan(span, active.row)) numbers.push(active.row)
  const width = Math.max(model.width.value, model.viewWidth.value + model.gutter.value)
  return (
    <div class="dfl-body" role="rowgroup" style={{ height: `${bodyHeight(model.body.value)}px`, width: `${model.width.value}px` }}>
      {numbers.map(row => (
        <GridRow
          key={row}
          row={row}
          state={model.rows.at(row)}
          top={isInSpan(span, row) ? row * rowHeight + model.shift.value : 0}
          width={width}
          gutter={model.gutter.value}
          layout={model.layout.value}
          columns={model.columnSpan.value}
          active={active.row === row ? active.column : undefined}
          selected={block && isInSpan(block.rows, row) ? block.columns : undefined}
          isInView={isInSpan(span, row)}
          strings={strings}
        />
      ))}
    </div>
  )
}

function widthsOf(rows: GridRows, element: Element): readonly number[] {
  const first = rows.at(0)
  if (first.kind === 'ready') return fitColumns(first.page, rulerOf(element))
  return fitColumns({ columns: rows.columns, rows: 0, cell: () => ({ kind: 'null', text: '', clipped: false }) }, rulerOf(element))
}

type ElementRef = { readonly current: HTMLDivElement | null }

/** Keeps the element's scroll and size and the model's in step, and loads what is in view. */
function useScrolling(model: GridModel, scroller: ElementRef): void {
  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return undefined
    const measure = (): void => model.resized(element.clientWidth, element.clientHeight)
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [model])
  const { dom, left } = model.target.value
  const height = bodyHeight(model.body.value)
  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return
    if (Math.abs(element.scrollTop - dom) >= 1) element.scrollTop = dom
    if (Math.abs(element.scrollLeft - left) >= 1) element.scrollLeft = left
  }, [model.target.value, height])
  useSignalEffect(() => {
    void model.rowSpan.value
    void model.scroll.value
    model.load()
  })
}

/** Moves the focus to the active cell once it is drawn: the cell that had it may be gone by then. */
function useFocus(model: GridModel, scroller: ElementRef): () => void {
  const isAsked = useRef(false)
  const focusNow = (): void => activeCell(scroller.current)?.focus({ preventScroll: true })
  const { active } = model.selection.value
  useLayoutEffect(() => {
    if (isAsked.current) focusNow()
    isAsked.current = false
  }, [active.row, active.column])
  return () => {
    isAsked.current = true
    focusNow()
  }
}

/**
 * Answers the copy command of VS Code's own key bindings and menus. The events go to the body, since nothing is selected in
 * the browser's sense, and Chromium takes the command only where `beforecopy` is answered.
 */
function useCopyCommand(copier: Copier, scroller: ElementRef): void {
  useEffect(() => {
    const isOurs = (): boolean => scroller.current?.contains(document.activeElement) === true
    const allow = (event: Event): void => {
      if (isOurs()) event.preventDefault()
    }
    const answer = (event: ClipboardEvent): void => {
      if (isOurs()) copier.answer(event)
    }
    document.addEventListener('beforecopy', allow)
    document.addEventListener('copy', answer)
    return () => {
      document.removeEventListener('beforecopy', allow)
      document.removeEventListener('copy', answer)
    }
  }, [copier])
}

function useView(model: GridModel, onDidChangeView: ((view: GridView) => void) | undefined): void {
  useSignalEffect(() => onDidChangeView?.(model.view))
}

function activeCell(element: HTMLElement | null): HTMLElement | undefined {
  const found = element?.querySelector('[role="gridcell"][tabindex="0"], [role="columnheader"][tabindex="0"]')
  return found instanceof HTMLElement ? found : undefined
}

function isCell(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[role="gridcell"]') !== null
}

/** Header, rows up to a number of them, and room for a horizontal scroll bar where there will be one. */
function heightFor(model: GridModel, tallestRows: number): number {
  const scrollBar = model.isWiderThanView.value ? 14 : 0
  const rows = Math.max(1, Math.min(model.extent.value.rows, tallestRows))
  return headerHeight + rows * rowHeight + scrollBar + (model.isDetailOpen.value ? Math.max(0, 8 - rows) * rowHeight : 0)
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
