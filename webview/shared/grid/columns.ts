import type { CellText } from '#arrow/formatScalar.ts'
import type { Page } from '#arrow/page.ts'
import type { Span } from './viewport.ts'

const narrowest = 48
const widest = 1200
/** Content makes a column at most this wide; the user may go on. */
const widestMeasured = 380
const sampledRows = 80
const measuredCells = 3
const sampledCharacters = 120

/** Where columns lie beside each other, in pixels from the first one. */
export interface Layout {
  readonly widths: readonly number[]
  /** One more than columns: the last is the width of all. */
  readonly lefts: readonly number[]
}

export function layoutOf(widths: readonly number[]): Layout {
  const lefts = [0]
  for (const width of widths) lefts.push((lefts.at(-1) ?? 0) + width)
  return { widths, lefts }
}

/** Width of all columns. */
export function totalWidth({ lefts }: Layout): number {
  return lefts.at(-1) ?? 0
}

/** Columns at least partly within `width` pixels from `left`. */
export function columnsInView({ widths, lefts }: Layout, left: number, width: number): Span {
  const first = Math.max(0, lastAtOrBefore(lefts, left))
  const end = Math.min(widths.length, lastAtOrBefore(lefts, left + width - 1) + 1)
  return { first: Math.min(first, widths.length), end: Math.max(end, Math.min(first, widths.length)) }
}

/** The column at a pixel; the nearest one beyond the ends. */
export function columnAt({ widths, lefts }: Layout, x: number): number {
  return Math.max(0, Math.min(widths.length - 1, lastAtOrBefore(lefts, x)))
}

/** The least horizontal scroll that shows all of a column, or its start when it is wider than the view. */
export function revealColumn({ widths, lefts }: Layout, column: number, left: number, width: number): number {
  const start = lefts[column] ?? 0
  const end = start + (widths[column] ?? 0)
  if (start < left || end - start > width) return start
  return end > left + width ? end - width : left
}

/** The same widths but for one, kept within the bounds. */
export function withWidth(widths: readonly number[], column: number, width: number): readonly number[] {
  return widths.with(column, Math.round(Math.max(narrowest, Math.min(width, widest))))
}

/** Measures text in pixels. */
export interface Ruler {
  /** Padding and border of a cell. */
  readonly padding: number
  cell(cell: CellText): number
  name(text: string): number
  type(text: string): number
}

/** Widths that fit names, types and the longest texts among rows from all over the page. */
export function fitColumns(page: Omit<Page, 'bytes'>, ruler: Ruler): readonly number[] {
  return page.columns.map((_, column) => fitColumn(page, column, ruler))
}

/** The width that fits one column. */
export function fitColumn(page: Omit<Page, 'bytes'>, column: number, ruler: Ruler): number {
  const { name, type } = page.columns[column] ?? { name: '', type: '' }
  const sample = Math.min(page.rows, sampledRows)
  const cells = Array.from({ length: sample }, (_, i) =>
    page.cell(Math.floor((i * page.rows) / sample), column, { limit: sampledCharacters }),
  )
  const longest = cells.toSorted((a, b) => b.text.length - a.text.length).slice(0, measuredCells)
  const content = Math.max(ruler.name(name), ruler.type(type.slice(0, sampledCharacters)), ...longest.map(cell => ruler.cell(cell)))
  return Math.round(Math.max(narrowest, Math.min(content + ruler.padding, widestMeasured)))
}

function lastAtOrBefore(sorted: readonly number[], value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) <= value) low = middle + 1
    else high = middle
  }
  return low - 1
}
