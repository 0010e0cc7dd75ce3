import { computed, signal, type ReadonlySignal } from '@preact/signals'
import type { Disposable } from '#base/disposable.ts'
import { unreachable } from '#base/unreachable.ts'
import { columnAt, columnsInView, layoutOf, revealColumn, totalWidth, withWidth } from './columns.ts'
import type { GridCommand } from './keys.ts'
import type { GridRows } from './rows.ts'
import {
  extendTo,
  fitSelection,
  headerRow,
  isInSpan,
  selectAll,
  selectCell,
  selectColumn,
  selectedBlock,
  selectRow,
  spotAfter,
  type Extent,
  type Selection,
  type Spot,
} from './selection.ts'
import { afterScroll, revealRow, rowsInView, rowsPerView, scrollTo, unscrolled, type Body, type Scroll, type Span } from './viewport.ts'

export const rowHeight = 24
export const headerHeight = 44
const spareRows = 8
const sparePixels = 200
const digitWidth = 8
const gutterPadding = 22

/** What survives while the page is hidden. */
export interface GridView {
  /** First row in view. */
  readonly row: number
  readonly left: number
  /** Pixels by column, 0 for what fits the rows; ignored when the columns are others. */
  readonly widths: readonly number[]
  readonly active: Spot
}

/** The state of a grid and what commands do to it; knows no DOM. Ends its subscription when disposed. */
export class GridModel implements Disposable {
  readonly rows: GridRows
  readonly #listener: Disposable
  readonly #tick = signal(0)
  readonly #size = signal({ width: 0, height: 0 })
  readonly scroll = signal(unscrolled)
  readonly left = signal(0)
  /** Where the element has to be scrolled to; set by what moves the view other than the element itself. */
  readonly target = signal({ dom: 0, left: 0 })
  readonly #fitted: readonly number[]
  /** Those that were set by hand; 0 for the others. */
  readonly #chosen = signal<readonly number[]>([])
  readonly widths = computed(() => this.#fitted.map((fitted, column) => this.#chosen.value[column] || fitted))
  readonly selection = signal<Selection>(selectCell({ row: 0, column: 0 }))
  /** False until the grid is used for the first time: nothing is marked before. */
  readonly isUsed = signal(false)
  readonly isDetailOpen = signal(false)

  /** Changes with every change of the rows. */
  readonly changes = computed(() => this.#tick.value)
  readonly extent = computed((): Extent => {
    void this.#tick.value
    return { rows: this.rows.count.rows, columns: this.rows.columns.length }
  })
  readonly layout = computed(() => layoutOf(this.widths.value))
  /** Width of the row numbers. */
  readonly gutter = computed(() => Math.max(2, this.extent.value.rows.toLocaleString('en').length) * digitWidth + gutterPadding)
  readonly body = computed((): Body => ({
    rows: this.extent.value.rows,
    rowHeight,
    viewHeight: Math.max(0, this.#size.value.height - headerHeight),
  }))
  readonly viewWidth = computed(() => Math.max(0, this.#size.value.width - this.gutter.value))
  readonly width = computed(() => this.gutter.value + totalWidth(this.layout.value))
  readonly isWiderThanView = computed(() => this.width.value > this.#size.value.width)
  /** Body pixels that the drawing runs ahead of the element; see viewport.ts. */
  readonly shift = computed(() => this.scroll.value.dom - this.scroll.value.top)
  readonly rowSpan = steady(() => rowsInView(this.scroll.value, this.body.value, spareRows))
  readonly columnSpan = steady(() =>
    columnsInView(this.layout.value, this.left.value - sparePixels, this.viewWidth.value + 2 * sparePixels),
  )
  readonly block = computed(() => (this.isUsed.value ? selectedBlock(this.selection.value, this.extent.value) : undefined))

  constructor(rows: GridRows, widths: readonly number[], view?: GridView) {
    this.rows = rows
    this.#fitted = widths
    this.#chosen.value = view?.widths.length === widths.length ? view.widths : widths.map(() => 0)
    const active = view?.active ?? { row: 0, column: 0 }
    this.selection.value = fitSelection(selectCell(active), this.extent.value)
    if (view) {
      this.left.value = view.left
      this.#scrollTo(scrollTo(view.row * rowHeight, { ...this.body.value, viewHeight: rowHeight }))
    }
    this.#listener = rows.onDidChange(() => this.#rowsChanged())
  }

  dispose(): void {
    this.#listener.dispose()
  }

  get view(): GridView {
    return {
      row: Math.floor(this.scroll.value.top / rowHeight),
      left: this.left.value,
      widths: this.#chosen.value,
      active: this.selection.value.active,
    }
  }

  /** The element was scrolled, to these pixels. */
  scrolled(dom: number, left: number): void {
    this.scroll.value = afterScroll(this.scroll.value, dom, this.body.value)
    this.left.value = left
  }

  /** The element has this size; an active cell in view stays in view. */
  resized(width: number, height: number): void {
    const { active } = this.selection.value
    const isVisible = isInSpan(rowsInView(this.scroll.value, this.body.value, 0), active.row)
    const { top } = this.scroll.value
    this.#size.value = { width, height }
    if (top > 0) this.#scrollTo(scrollTo(top, this.body.value))
    if (isVisible) this.reveal()
  }

  /** Asks for the rows in view. */
  load(): void {
    this.rows.want(rowsInView(this.scroll.value, this.body.value, 0))
  }

  /** The cell under a point of the view, in pixels from its corner below the header and right of the row numbers. */
  spotAt(x: number, y: number): Spot {
    const { rows } = this.extent.value
    const row = Math.floor((this.scroll.value.top + y) / rowHeight)
    return { row: Math.max(0, Math.min(rows - 1, row)), column: columnAt(this.layout.value, this.left.value + x) }
  }

  select(spot: Spot, how: 'extend' | 'replace'): void {
    this.selection.value = how === 'extend' ? extendTo(this.selection.value, spot) : selectCell(spot)
    this.reveal()
  }

  selectColumn(column: number, how: 'extend' | 'replace'): void {
    this.selection.value = selectColumn(this.selection.value, column, this.extent.value, how)
  }

  selectRow(row: number, how: 'extend' | 'replace'): void {
    this.selection.value = selectRow(this.selection.value, row, this.extent.value, how)
  }

  setWidth(column: number, width: number): void {
    this.#chosen.value = withWidth(this.#chosen.value, column, width)
  }

  /** Does what a key asks; false for what the page has to do itself. */
  run(command: GridCommand): boolean {
    const { active } = this.selection.value
    switch (command.kind) {
      case 'move':
        this.#move(spotAfter(active, command.direction, this.extent.value, rowsPerView(this.body.value)), command.extend)
        return true
      case 'selectAll':
        this.selection.value = selectAll(this.selection.value, this.extent.value)
        return true
      case 'selectRow':
        if (active.row > headerRow) this.selectRow(active.row, 'replace')
        return true
      case 'selectColumn':
        this.selectColumn(active.column, 'replace')
        return true
      case 'resize':
        this.setWidth(active.column, (this.widths.value[active.column] ?? 0) + command.by)
        this.reveal()
        return true
      case 'toggleDetail':
        if (active.row > headerRow) this.isDetailOpen.value = !this.isDetailOpen.value
        return active.row > headerRow
      case 'closeDetail':
        if (!this.isDetailOpen.value) return false
        this.isDetailOpen.value = false
        return true
      case 'copy':
        return false
      default:
        return unreachable(command)
    }
  }

  /** Scrolls the least that shows the active cell. */
  reveal(): void {
    const { row, column } = this.selection.value.active
    this.left.value = revealColumn(this.layout.value, column, this.left.value, this.viewWidth.value)
    this.#scrollTo(row > headerRow ? revealRow(this.scroll.value, row, this.body.value) : this.scroll.value)
  }

  #scrollTo(scroll: Scroll): void {
    this.scroll.value = scroll
    this.target.value = { dom: scroll.dom, left: this.left.value }
  }

  #move(spot: Spot, extend: boolean): void {
    this.select(spot, extend && spot.row > headerRow ? 'extend' : 'replace')
  }

  #rowsChanged(): void {
    this.#tick.value += 1
    const fitted = fitSelection(this.selection.value, this.extent.value)
    if (fitted.active.row !== this.selection.value.active.row) this.selection.value = fitted
  }
}

/** A span that stays the same object while its ends do, so that scrolling within a row draws nothing. */
function steady(compute: () => Span): ReadonlySignal<Span> {
  let last: Span | undefined
  return computed(() => {
    const next = compute()
    if (!last || last.first !== next.first || last.end !== next.end) last = next
    return last
  })
}
