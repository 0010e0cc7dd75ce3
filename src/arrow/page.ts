import type { Field } from 'apache-arrow/schema'
import { DataType } from 'apache-arrow/type'
import { asError } from '#base/errors.ts'
import type { Cell } from './cell.ts'
import { formatCell, type FormatOptions } from './format.ts'
import type { CellText } from './formatScalar.ts'
import { readStream } from './ipc.ts'
import { typeName } from './typeName.ts'

export interface PageColumn {
  readonly name: string
  /** In Spark SQL's words. */
  readonly type: string
  /** Numbers are set flush right. */
  readonly numeric: boolean
}

/** Rows of one Arrow IPC stream, ready to be shown cell by cell; nothing is formatted before it is asked for. */
export interface Page {
  readonly columns: readonly PageColumn[]
  readonly rows: number
  /** Of the stream: what it holds in memory. */
  readonly bytes: number
  /** `row` in [0, rows), `column` in [0, columns.length). */
  cell(row: number, column: number, options?: FormatOptions): CellText
}

/**
 * The rows of an Arrow IPC stream.
 * @throws LakehouseError `corrupt` when the bytes are no such stream.
 */
export function readPage(arrow: Uint8Array): Page {
  const { schema, batches } = readStream(arrow)
  const { fields } = schema
  const starts: number[] = []
  let rows = 0
  for (const batch of batches) {
    starts.push(rows)
    rows += batch.numRows
  }
  return {
    columns: fields.map(columnOf),
    rows,
    bytes: arrow.byteLength,
    cell: (row, column, options) => {
      const at = starts.findLastIndex(start => start <= row)
      const data = batches[at]?.data.children[column]
      const field = fields[column]
      const index = row - (starts[at] ?? 0)
      if (!data || !field || index < 0 || row >= rows) throw new RangeError(`No cell at row ${row}, column ${column}`)
      return shown({ data, index, field }, options)
    },
  }
}

/** One value that cannot be read does not hide the others. */
function shown(cell: Cell, options: FormatOptions | undefined): CellText {
  try {
    return formatCell(cell, options)
  } catch (error) {
    return { kind: 'broken', text: asError(error).message, clipped: false }
  }
}

function columnOf(field: Field): PageColumn {
  const { type } = field
  return {
    name: field.name,
    type: typeName(field),
    numeric: DataType.isInt(type) || DataType.isFloat(type) || DataType.isDecimal(type),
  }
}
