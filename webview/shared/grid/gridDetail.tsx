import type { CellText } from '#arrow/formatScalar.ts'
import { countText, type Strings } from '../strings.ts'
import type { GridModel } from './gridModel.ts'

/** Characters that the pane lays out; a megabyte in one text box would hold up the page. */
const shownCharacters = 100_000

interface DetailProps {
  readonly model: GridModel
  readonly strings: Strings
  readonly copy: (text: string) => void
  readonly close: () => void
}

/** The whole value of the active cell, nested ones over several lines. */
export function GridDetail({ model, strings, copy, close }: DetailProps) {
  void model.changes.value
  const { row, column } = model.selection.value.active
  const state = row >= 0 && row < model.extent.value.rows ? model.rows.at(row) : undefined
  const { name, type } = model.rows.columns[column] ?? { name: '', type: '' }
  const cell = state?.kind === 'ready' ? state.page.cell(state.index, column, { pretty: true }) : undefined
  const exact = (): string => (state?.kind === 'ready' ? state.page.cell(state.index, column).text : '')
  return (
    <aside
      class="dfl-detail"
      aria-label={strings.detail.label(name)}
      onKeyDown={event => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        close()
      }}
    >
      <header class="dfl-detailhead">
        <span class="dfl-detailtitle">
          <strong>{name}</strong>
          <span class="dfl-type">{`${type} · ${strings.detail.place(countText(row + 1, strings))}`}</span>
        </span>
        <button
          type="button"
          class="dfl-button"
          disabled={!cell || cell.kind === 'null' || cell.kind === 'broken'}
          onClick={() => copy(exact())}
        >
          {strings.detail.copy}
        </button>
        <button type="button" class="dfl-iconbutton" aria-label={strings.detail.close} title={strings.detail.close} onClick={close}>
          <span aria-hidden="true">×</span>
        </button>
      </header>
      {cell ? <DetailValue cell={cell} strings={strings} /> : <p class="dfl-note">{strings.grid.loading}</p>}
    </aside>
  )
}

function DetailValue({ cell, strings }: { readonly cell: CellText; readonly strings: Strings }) {
  if (cell.kind === 'null') return <p class="dfl-note dfl-null">NULL</p>
  if (cell.kind === 'broken') return <p class="dfl-note dfl-missing">{cell.text}</p>
  if (cell.text === '') return <p class="dfl-note dfl-empty">{strings.grid.empty}</p>
  const shown = cell.text.slice(0, shownCharacters)
  const count = countText(cell.kind === 'binary' ? cell.text.length / 2 - 1 : cell.text.length, strings)
  return (
    <>
      <pre class={cell.kind === 'text' ? 'dfl-fulltext' : 'dfl-fulltext dfl-code'} tabIndex={0}>
        {shown}
      </pre>
      <footer class="dfl-detailfoot">
        {shown.length < cell.text.length
          ? strings.detail.cut(countText(shown.length, strings), countText(cell.text.length, strings))
          : null}
        {shown.length === cell.text.length && cell.kind === 'binary' ? strings.detail.bytes(count) : null}
        {shown.length === cell.text.length && (cell.kind === 'text' || cell.kind === 'nested') ? strings.detail.characters(count) : null}
      </footer>
    </>
  )
}
