import { DataType } from 'apache-arrow/type'
import { resolveCell, type Cell } from './cell.ts'
import { isNested, nestedText } from './formatNested.ts'
import { scalarText, type CellText } from './formatScalar.ts'
import { isVariant } from './typeName.ts'

export interface FormatOptions {
  /** UTF-16 units at most; no limit when absent. */
  readonly limit?: number
  /** Nested values over several lines. */
  readonly pretty?: boolean
}

const nullCell: CellText = { kind: 'null', text: 'NULL', clipped: false }

/**
 * The text of one cell, read straight from the column's buffers and exact: integers keep 64 bits, decimals their scale,
 * timestamps their unit and zone (formatTime.ts), bytes are hex, lists, structs and maps JSON-like (formatNested.ts).
 */
export function formatCell(cell: Cell, options: FormatOptions = {}): CellText {
  if (!cell.data.getValid(cell.index)) return nullCell
  const value = resolveCell(cell)
  if (DataType.isNull(value.data.type) || !value.data.getValid(value.index)) return nullCell
  const limit = options.limit ?? Infinity
  if (!isVariant(value.field) && !isNested(value.data.type)) return scalarText(value, limit)
  return { kind: 'nested', ...nestedText(value, { limit, pretty: options.pretty ?? false }) }
}
