import { Component } from 'preact'
import { countText, type Strings } from '../strings.ts'
import { CellContent } from './cellContent.tsx'
import type { Layout } from './columns.ts'
import type { RowState } from './rows.ts'
import type { Span } from './viewport.ts'

/** Characters of a cell that are formatted at most: more than the widest column shows. */
const shownCharacters = 400

export interface GridRowProps {
  readonly row: number
  readonly state: RowState
  readonly top: number
  readonly width: number
  readonly gutter: number
  readonly layout: Layout
  readonly columns: Span
  /** The active column when the active cell is in this row. */
  readonly active: number | undefined
  readonly selected: Span | undefined
  readonly isInView: boolean
  readonly strings: Strings
}

/** One row; drawn anew only when something of it changed. */
export class GridRow extends Component<GridRowProps> {
  override shouldComponentUpdate(next: GridRowProps): boolean {
    const { props } = this
    return (
      next.top !== props.top ||
      next.active !== props.active ||
      next.layout !== props.layout ||
      next.columns !== props.columns ||
      next.selected !== props.selected ||
      next.gutter !== props.gutter ||
      next.width !== props.width ||
      next.isInView !== props.isInView ||
      !isSameState(next.state, props.state)
    )
  }

  override render({ row, top, width, gutter, selected, isInView, active, columns, strings }: GridRowProps) {
    const shown = columnsOf(columns, active)
    return (
      <div
        class={isInView ? 'dfl-row' : 'dfl-row dfl-away'}
        role="row"
        aria-rowindex={row + 2}
        style={{ transform: `translateY(${top}px)`, width: `${width}px` }}
        data-row={row}
      >
        <div
          class={selected ? 'dfl-number dfl-selected' : 'dfl-number'}
          role="rowheader"
          aria-colindex={1}
          style={{ width: `${gutter}px` }}
        >
          {countText(row + 1, strings)}
        </div>
        {shown.map(column => this.#cell(column))}
      </div>
    )
  }

  #cell(column: number) {
    const { state, layout, gutter, selected, active, strings } = this.props
    const cell = state.kind === 'ready' ? state.page.cell(state.index, column, { limit: shownCharacters }) : undefined
    const isNumeric = state.kind === 'ready' && state.page.columns[column]?.numeric === true
    const isSelected = selected !== undefined && column >= selected.first && column < selected.end
    const style = { left: `${gutter + (layout.lefts[column] ?? 0)}px`, width: `${layout.widths[column] ?? 0}px` }
    return (
      <div
        key={column}
        class={`dfl-cell${isNumeric ? ' dfl-numeric' : ''}${isSelected ? ' dfl-selected' : ''}`}
        role="gridcell"
        aria-colindex={column + 2}
        aria-selected={isSelected}
        tabIndex={active === column ? 0 : -1}
        style={style}
        data-column={column}
        data-kind={cell?.kind ?? state.kind}
      >
        {cell ? <CellContent cell={cell} strings={strings} /> : <Absent isLoading={state.kind === 'loading'} strings={strings} />}
      </div>
    )
  }
}

function Absent({ isLoading, strings }: { readonly isLoading: boolean; readonly strings: Strings }) {
  return isLoading ? <span class="dfl-waiting">{strings.grid.loading}</span> : <span class="dfl-missing">{strings.grid.notLoaded}</span>
}

function columnsOf({ first, end }: Span, active: number | undefined): readonly number[] {
  const shown = Array.from({ length: end - first }, (_, i) => first + i)
  return active === undefined || (active >= first && active < end) ? shown : [...shown, active].toSorted((a, b) => a - b)
}

function isSameState(a: RowState, b: RowState): boolean {
  if (a.kind === 'ready' && b.kind === 'ready') return a.page === b.page && a.index === b.index
  return a.kind === b.kind
}
