import type { FormatOptions } from './format.ts'
import { readPage } from './page.ts'

const cellOptions: FormatOptions = { limit: 60 }

/** The first rows of an Arrow IPC stream as an aligned table in plain text, with a closing line where rows are left out. */
export function textTable(arrow: Uint8Array, mostRows = 20): string {
  const page = readPage(arrow)
  const shown = Math.min(page.rows, mostRows)
  const text = (row: number, column: number): string => {
    const cell = page.cell(row, column, cellOptions)
    return cell.clipped ? `${cell.text}…` : cell.text
  }
  const columns = page.columns.map(({ name, numeric }, column) => {
    const cells = [name, ...Array.from({ length: shown }, (_, row) => text(row, column))].map(oneLine)
    const width = Math.max(...cells.map(lengthOf))
    const padded = cells.map(cell => (numeric ? padding(cell, width) + cell : cell + padding(cell, width)))
    return [padded[0], '-'.repeat(width), ...padded.slice(1)]
  })
  const lines = Array.from({ length: shown + 2 }, (_, line) =>
    columns
      .map(column => column[line])
      .join(line === 1 ? '-+-' : ' | ')
      .trimEnd(),
  )
  return [...lines, ...(shown < page.rows ? [`… ${page.rows - shown} more rows`] : [])].join('\n')
}

function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ')
}

function padding(text: string, width: number): string {
  return ' '.repeat(width - lengthOf(text))
}

/** In code points. */
function lengthOf(text: string): number {
  return Array.from(text).length
}
