import type { Page } from '#arrow/page.ts'
import type { GridRows } from './rows.ts'
import type { Block } from './selection.ts'
import type { Span } from './viewport.ts'

export interface Copied {
  readonly text: string
  /** Rows in `text`; fewer than asked for when it would have become too long. */
  readonly rows: number
}

/** UTF-16 units after which no further row is added. */
const longestCopy = 32 * 1024 * 1024
/** Rows that one copy takes: what a clipboard and a spreadsheet bear. */
const mostRows = 100_000

/**
 * The cells of a block as tab-separated lines: exact text, NULL as nothing. A text with a tab or
 * a line end is quoted, as spreadsheets do, unless it is alone.
 */
export async function blockText(rows: GridRows, block: Block, signal: AbortSignal): Promise<Copied> {
  const { rows: span } = block
  const lines: string[] = []
  let length = 0
  for await (const { page, start } of rows.pages(span, signal)) {
    const end = Math.min(lastOf(span), start + page.rows)
    for (let row = Math.max(span.first, start); row < end && length < longestCopy; row += 1) {
      const line = rowText(page, row - start, block)
      lines.push(line)
      length += line.length + 1
    }
    if (length >= longestCopy || end >= lastOf(span)) break
  }
  return { text: lines.join('\n'), rows: lines.length }
}

/** The same at once, where all rows of the block are at hand; undefined where not. */
export function blockTextNow(rows: GridRows, block: Block): Copied | undefined {
  const { rows: span } = block
  const lines: string[] = []
  let length = 0
  for (let row = span.first; row < lastOf(span) && length < longestCopy; row += 1) {
    const state = rows.at(row)
    if (state.kind !== 'ready') return undefined
    const line = rowText(state.page, state.index, block)
    lines.push(line)
    length += line.length + 1
  }
  return { text: lines.join('\n'), rows: lines.length }
}

function lastOf({ first, end }: Span): number {
  return Math.min(end, first + mostRows)
}

function rowText(page: Page, row: number, { rows, columns }: Block): string {
  const isOneCell = rows.end - rows.first === 1 && columns.end - columns.first === 1
  return Array.from({ length: columns.end - columns.first }, (_, i) => {
    const { kind, text } = page.cell(row, columns.first + i)
    if (kind === 'null' || kind === 'broken') return ''
    return isOneCell ? text : quoted(text)
  }).join('\t')
}

function quoted(text: string): string {
  return /[\t\n\r]|^"/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
