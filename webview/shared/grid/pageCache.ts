import type { Page, PageColumn } from '#arrow/page.ts'
import type { Clock } from '#base/clock.ts'
import { asError } from '#base/errors.ts'
import { Emitter } from '#base/event.ts'
import { Lru } from '#base/lru.ts'
import type { Disposable } from '#base/disposable.ts'
import type { GridRows, RowCount, RowState } from './rows.ts'
import type { Span } from './viewport.ts'

/** Where pages of rows come from; nobody knows how many before the last page, or before a count has come. */
export interface PageSource {
  /** Rows [offset, offset + limit); fewer only at the end. */
  read(offset: number, limit: number, signal: AbortSignal): Promise<Page>
}

export interface PageCacheOptions {
  readonly pageRows: number
  /** Pages are kept up to this many bytes, and at least four of them: those in view must stay. */
  readonly keptBytes: number
  /** How long a far jump must rest before its rows are asked for, in ms: a dragged scroll bar asks for nothing. */
  readonly settleMs: number
  readonly clock: Clock
}

/** Both in view, the one after them, and one for the way back. */
const fewestPages = 4

/**
 * Rows loaded page by page as they come into view. An answer that arrives after its page was scrolled away is dropped; its
 * request is aborted. The next page is fetched once those in view are there.
 */
export class PageCache implements GridRows, Disposable {
  readonly #source: PageSource
  readonly #options: PageCacheOptions
  readonly #changed = new Emitter<void>()
  readonly onDidChange = this.#changed.event
  readonly #pages: Lru<number, Page>
  readonly #loading = new Map<number, AbortController>()
  readonly #failed = new Map<number, Error>()
  #columns: readonly PageColumn[] = []
  #count: RowCount
  /** The end of the last row that came. */
  #seen = 0
  #wanted: Span = { first: 0, end: 0 }

  constructor(source: PageSource, options: PageCacheOptions) {
    this.#source = source
    this.#options = options
    this.#pages = new Lru(options.keptBytes, ({ bytes }) => Math.min(bytes, options.keptBytes / fewestPages))
    this.#count = { rows: options.pageRows, exact: false }
  }

  get columns(): readonly PageColumn[] {
    return this.#columns
  }

  get count(): RowCount {
    return this.#count
  }

  /** Rows that are there for certain: the end of the last one that came. */
  get seen(): number {
    return this.#seen
  }

  /** True while rows in view are on their way. */
  get isLoading(): boolean {
    return this.#wantedPages().some(page => this.#loading.has(page))
  }

  /** The failure of rows in view. */
  get failure(): Error | undefined {
    return this.#wantedPages()
      .map(page => this.#failed.get(page))
      .find(error => error !== undefined)
  }

  at(row: number): RowState {
    const number = Math.floor(row / this.#options.pageRows)
    const page = this.#pages.get(number)
    const index = row - number * this.#options.pageRows
    if (page && index < page.rows) return { kind: 'ready', page, index }
    const error = this.#failed.get(number)
    return error ? { kind: 'failed', error } : { kind: 'loading' }
  }

  /** Loads the first page, whose columns and rows a grid starts with; throws its failure. */
  async first(signal: AbortSignal): Promise<void> {
    this.#keep(0, await this.#source.read(0, this.#options.pageRows, signal))
  }

  /** Takes a count of all rows; the rows themselves are believed rather than a count. */
  counted(rows: number): void {
    if (this.#count.exact || rows < this.#seen) return
    this.#count = { rows, exact: true }
    this.#prefetch()
    this.#changed.fire()
  }

  want(rows: Span): void {
    const before = this.#wantedPages()
    this.#wanted = rows
    const now = this.#wantedPages()
    const isFar = before.length > 0 && !now.some(page => page >= (before[0] ?? 0) - 1 && page <= (before.at(-1) ?? 0) + 1)
    for (const [page, controller] of Array.from(this.#loading)) if (!now.includes(page) && page !== this.#nextPage()) controller.abort()
    for (const page of now) this.#load(page, isFar ? this.#options.settleMs : 0)
    this.#prefetch()
  }

  retry(): void {
    this.#failed.clear()
    for (const page of this.#wantedPages()) this.#load(page, 0)
    this.#changed.fire()
  }

  async *pages(rows: Span, signal: AbortSignal): AsyncGenerator<{ readonly page: Page; readonly start: number }> {
    const { pageRows } = this.#options
    for (let number = Math.floor(rows.first / pageRows); number * pageRows < rows.end; number += 1) {
      const page = this.#pages.get(number) ?? (await this.#source.read(number * pageRows, pageRows, signal))
      yield { page, start: number * pageRows }
      if (page.rows < pageRows) return
    }
  }

  dispose(): void {
    for (const controller of this.#loading.values()) controller.abort()
    this.#loading.clear()
    this.#changed.dispose()
  }

  #wantedPages(): readonly number[] {
    const { first, end } = this.#wanted
    const { pageRows } = this.#options
    const start = Math.floor(first / pageRows)
    return Array.from({ length: Math.max(0, Math.ceil(end / pageRows) - start) }, (_, i) => start + i)
  }

  #load(number: number, afterMs: number): void {
    if (this.#pages.get(number) || this.#loading.has(number) || this.#failed.has(number)) return
    const controller = new AbortController()
    this.#loading.set(number, controller)
    void this.#fetch(number, afterMs, controller.signal)
    this.#changed.fire()
  }

  async #fetch(number: number, afterMs: number, signal: AbortSignal): Promise<void> {
    const { pageRows, clock } = this.#options
    try {
      if (afterMs > 0) await clock.sleep(afterMs, signal)
      const page = await this.#source.read(number * pageRows, pageRows, signal)
      if (!signal.aborted) this.#keep(number, page)
    } catch (error) {
      if (!signal.aborted) this.#failed.set(number, asError(error))
    }
    this.#ended(number, signal)
  }

  #ended(number: number, signal: AbortSignal): void {
    if (this.#loading.get(number)?.signal === signal) this.#loading.delete(number)
    if (signal.aborted) {
      if (this.#wantedPages().includes(number)) this.#load(number, 0)
      return
    }
    this.#prefetch()
    this.#changed.fire()
  }

  #prefetch(): void {
    const wanted = this.#wantedPages()
    const next = this.#nextPage()
    if (wanted.length > 0 && wanted.every(page => this.#pages.get(page)) && next * this.#options.pageRows < this.#count.rows)
      this.#load(next, 0)
  }

  /** The one after those in view. */
  #nextPage(): number {
    return (this.#wantedPages().at(-1) ?? -1) + 1
  }

  #keep(number: number, page: Page): void {
    const { pageRows } = this.#options
    this.#pages.set(number, page)
    if (this.#columns.length === 0) this.#columns = page.columns
    const end = number * pageRows + page.rows
    this.#seen = Math.max(this.#seen, end)
    if (page.rows < pageRows) this.#count = { rows: end, exact: true }
    else if (!this.#count.exact) this.#count = { rows: Math.max(this.#count.rows, end + pageRows), exact: false }
  }
}
