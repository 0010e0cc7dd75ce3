import type { Strings } from '../strings.ts'
import { rowHeight, type GridModel } from './gridModel.ts'
import { GridRow } from './gridRow.tsx'
import { isInSpan } from './selection.ts'
import { bodyHeight } from './viewport.ts'

/** The rows in view, and the active one wherever it is, so that it keeps the focus. */
export function GridBody({ model, strings }: { readonly model: GridModel; readonly strings: Strings }) {
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
