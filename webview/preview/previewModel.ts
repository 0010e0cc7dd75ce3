import { signal } from '@preact/signals'
import { readPage } from '#arrow/page.ts'
import type { Clock } from '#base/clock.ts'
import { asError } from '#base/errors.ts'
import type { ReadProgress } from '#base/progress.ts'
import { createReading, readingCancelled, type Reading } from '#base/reading.ts'
import type { PreviewHost, PreviewTable } from '#protocol/preview.ts'
import { PageCache, type PageSource } from '../shared/grid/pageCache.ts'
import { Versions } from './versions.ts'

const pageRows = 500
const keptPages = 40
const settleMs = 60
/** How long rows that are there wait for their count, so that the number beside them does not jump where it is quick. */
const countMs = 150

/** A table at a version with its rows. */
export interface Shown {
  readonly table: PreviewTable
  readonly rows: PageCache
}

export type Phase =
  | { readonly kind: 'opening' }
  | { readonly kind: 'shown' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly error: Error }

/** What is being read for over a second; `progress` is absent while it has told nothing. */
export interface Waiting {
  readonly progress?: ReadProgress
}

/** The extension's side as plain functions. */
export type PreviewCalls = Omit<PreviewHost, 'copy'>

/** What the page shows: one version of one table. Opening another version keeps the last one on show until it is there. */
export class PreviewModel {
  readonly #calls: PreviewCalls
  readonly #clock: Clock
  readonly #reading: Reading
  #opening = new AbortController()
  #asked: number | null = null
  readonly versions: Versions
  readonly phase = signal<Phase>({ kind: 'opening' })
  /** The table of the last version that opened, also when its rows did not come. */
  readonly table = signal<PreviewTable | undefined>(undefined)
  readonly shown = signal<Shown | undefined>(undefined)
  /** True while anything in view is on its way. */
  readonly isBusy = signal(true)
  /** Counts up with every change of the rows on show. */
  readonly changes = signal(0)
  /** Set while what is on its way takes long. */
  readonly waiting = signal<Waiting | undefined>(undefined)

  constructor(calls: PreviewCalls, clock: Clock) {
    this.#calls = calls
    this.#clock = clock
    this.#reading = createReading(longest => {
      this.waiting.value = longest && (longest.progress ? { progress: longest.progress } : {})
    }, clock)
    this.versions = new Versions((page, abort) => calls.listVersions(page, abort))
  }

  /**
   * Shows a version, the one that the extension has in mind for null. The newer call ends the older. Rows beyond the first page
   * that are to be on show from the start need the count first.
   */
  async open(version: number | null, firstRow = 0): Promise<void> {
    this.#opening.abort()
    this.#opening = new AbortController()
    const { signal: abort } = this.#opening
    this.#asked = version
    this.phase.value = { kind: 'opening' }
    this.isBusy.value = true
    try {
      this.#show(await this.#read(version, firstRow, abort))
    } catch (error) {
      if (abort.aborted) return
      if (error === readingCancelled) this.#stay()
      else this.phase.value = { kind: 'failed', error: asError(error) }
      this.isBusy.value = false
    }
  }

  /** Opens again what failed. */
  async retry(): Promise<void> {
    await this.open(this.#asked)
  }

  /** Ends what is on its way. */
  cancel(): void {
    this.#reading.cancel()
  }

  async #read(version: number | null, firstRow: number, abort: AbortSignal): Promise<Shown> {
    const table = await this.#reading.follow('', abort, (ending, report) => this.#calls.open({ version }, ending, report))
    this.table.value = table
    const rows = new PageCache(this.#source(table), { pageRows, keptPages, settleMs, clock: this.#clock })
    try {
      await rows.first(abort)
      const counting = this.#count(table, rows, abort)
      await (firstRow < pageRows ? Promise.race([counting, this.#clock.sleep(countMs, abort)]) : counting)
      abort.throwIfAborted()
      return { table, rows }
    } catch (error) {
      rows.dispose()
      throw error
    }
  }

  /** A count that fails leaves the rows as they are: they say how many there are as they come. */
  async #count({ version }: PreviewTable, rows: PageCache, abort: AbortSignal): Promise<void> {
    if (rows.count.exact) return
    const counted = await this.#calls.countRows({ version }, abort).catch(() => ({ rows: null }))
    if (counted.rows !== null && !abort.aborted) rows.counted(counted.rows)
  }

  /** The version before stays on show where there is one. */
  #stay(): void {
    const shown = this.shown.value
    if (shown) this.table.value = shown.table
    this.phase.value = { kind: shown ? 'shown' : 'cancelled' }
  }

  #show({ table, rows }: Shown): void {
    const before = this.shown.value
    rows.onDidChange(() => {
      this.isBusy.value = rows.isLoading
      this.changes.value += 1
    })
    this.shown.value = { table, rows }
    this.phase.value = { kind: 'shown' }
    this.isBusy.value = false
    before?.rows.dispose()
  }

  #source({ version }: PreviewTable): PageSource {
    return {
      read: async (offset, limit, abort) => {
        const range = { version, offset, limit }
        const read = this.#reading.follow('', abort, (ending, report) => this.#calls.readPage(range, ending, report))
        return readPage((await read).arrow)
      },
    }
  }
}
