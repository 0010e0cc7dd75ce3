import type { CellText } from '#arrow/formatScalar.ts'
import type { Strings } from '../strings.ts'
import { Visible } from '../visible.tsx'

/** A value in its cell: always text nodes, on one line; NULL, empty text and what cannot be read say so in words. */
export function CellContent({ cell, strings }: { readonly cell: CellText; readonly strings: Strings }) {
  if (cell.kind === 'null') return <span class="dfl-null">NULL</span>
  if (cell.kind === 'broken') return <span class="dfl-missing">{cell.text}</span>
  if (cell.text === '') return <span class="dfl-empty">{strings.grid.empty}</span>
  return (
    <span class="dfl-value">
      <Visible text={cell.text} />
      {cell.clipped ? '…' : null}
    </span>
  )
}
