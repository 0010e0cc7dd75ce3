import type { Page, PageColumn } from '#arrow/page.ts'
import type { Event } from '#base/event.ts'
import type { Span } from './viewport.ts'

export type RowState =
  | { readonly kind: 'ready'; readonly page: Page; readonly index: number }
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly error: Error }

export interface RowCount {
  readonly rows: number
  /** False while the end is not known: there are at least so many. */
  readonly exact: boolean
}

/** The rows of a grid, wherever they come from. */
export interface GridRows {
  readonly columns: readonly PageColumn[]
  readonly count: RowCount
  /** Why rows in view are missing. */
  readonly failure: Error | undefined
  readonly onDidChange: Event<void>
  at(row: number): RowState
  /** Tells which rows are in view: they are loaded, the next ones after them, and what is no longer wanted is given up. */
  want(rows: Span): void
  /** Asks again for rows that failed. */
  retry(): void
  /** Pages that hold the rows of a span, in order, each with the row number of its first; loads what is missing. */
  pages(rows: Span, signal: AbortSignal): AsyncIterable<{ readonly page: Page; readonly start: number }>
}

/** All rows at hand in one page. */
export function rowsOfPage(page: Page): GridRows {
  return {
    columns: page.columns,
    count: { rows: page.rows, exact: true },
    failure: undefined,
    onDidChange: () => ({ dispose: () => {} }),
    at: index => ({ kind: 'ready', page, index }),
    want: () => {},
    retry: () => {},
    pages: async function* () {
      yield await Promise.resolve({ page, start: 0 })
    },
  }
}
