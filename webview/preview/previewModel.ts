import { signal } from '@preact/signals'
import { readPage } from '#arrow/page.ts'
import type { Clock } from '#base/clock.ts'
import { asError, isProblem } from '#base/errors.ts'
import type { ReadProgress } from '#base/progress.ts'
import { createReading, readingCancelled, type Reading } from '#base/reading.ts'
import type { PreviewHost, PreviewTable } from '#protocol/preview.ts'
import { PageCache, type PageSource } from '../shared/grid/pageCache.ts'
import { Versions } from './versions.ts'

const pageRows = 500
const keptBytes = 64 * 1024 * 1024
const settleMs = 60
/** How long rows that are there wait for their count, so that the number beside them does not jump where it is quick. */
const countMs = 150

/** A table at a version with its rows. */
export interface Shown {
  readonly table: PreviewTable
  /** What the rows are filtered by; empty for nothing. */
  readonly filter: string
  readonly rows: PageCache
}

/** What to begin with, instead of the first of the rows that the filter on show lets through. */
export interface OpenAt {
  readonly firstRow?: number
  readonly filter?: string
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
  #asked: { readonly version: number | null; readonly filter: string } = { version: null, filter: '' }
  readonly versions: Versions
  readonly phase = signal<Phase>({ kind: 'opening' })
  /** The table of the last version that opened, also when its rows did not come. */
  readonly table = signal<PreviewTable | undefined>(undefined)
  readonly shown = signal<Shown | undefined>(undefined)
  /** True while anything in view is on its way. */
  readonly isBusy = signal(true)
  /** Counts up with every change of the rows on show. */
  readonly changes = signal(0)
  /** The mistake in the filter that was asked for last; the rows on show are not those of it. */
  readonly filterProblem = signal<Error | undefined>(undefined)
  /** What is odd in the log of the version that was read last. */
  readonly warnings = signal<{ readonly version: number; readonly texts: readonly string[] } | undefined>(undefined)
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
  async open(version: number | null, { firstRow = 0, filter = this.shown.value?.filter ?? '' }: OpenAt = {}): Promise<void> {
    this.#opening.abort()
    this.#opening = new AbortController()
    const { signal: abort } = this.#opening
    this.#asked = { version, filter }
    this.filterProblem.value = undefined
    this.phase.value = { kind: 'opening' }
    this.isBusy.value = true
    try {
      this.#show(await this.#read({ version, filter }, firstRow, abort))
    } catch (error) {
      if (abort.aborted) return
      if (error === readingCancelled) this.#stay()
      else if (filter !== '' && isMistake(error)) await this.#refuse(error, { version, firstRow })
      else this.phase.value = { kind: 'failed', error: asError(error) }
      this.isBusy.value = false
    }
  }

  /** Shows only the rows that meet a condition, all of them for an empty one. */
  async filterBy(filter: string): Promise<void> {
    await this.open(this.shown.value?.table.version ?? this.#asked.version, { filter: filter.trim() })
  }

  /** Opens again what failed. */
  async retry(): Promise<void> {
    const { version, filter } = this.#asked
    await this.open(version, { filter })
  }

  /** Ends what is on its way. */
  cancel(): void {
    this.#reading.cancel()
  }

  async #read(
    { version, filter }: { readonly version: number | null; readonly filter: string },
    firstRow: number,
    abort: AbortSignal,
  ): Promise<Shown> {
    const table = await this.#reading.follow('', abort, (ending, report) => this.#calls.open({ version }, ending, report))
    this.table.value = table
    const rows = new PageCache(this.#source(table, filter), { pageRows, keptBytes, settleMs, clock: this.#clock })
    try {
      await rows.first(abort)
      if (filter === '') {
        const counting = this.#count(table, rows, abort)
        await (firstRow < pageRows ? Promise.race([counting, this.#clock.sleep(countMs, abort)]) : counting)
      }
      abort.throwIfAborted()
      return { table, filter, rows }
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

  /** With a mistake in the filter the rows on show stay; of another version all are shown. */
  async #refuse(mistake: Error, { version, firstRow }: { readonly version: number | null; readonly firstRow: number }): Promise<void> {
    if (this.shown.value && this.shown.value.table.version === this.table.value?.version) this.#stay()
    else await this.open(version, { firstRow, filter: '' })
    this.filterProblem.value = mistake
  }

  /** The version before stays on show where there is one. */
  #stay(): void {
    const shown = this.shown.value
    if (shown) this.table.value = shown.table
    this.phase.value = { kind: shown ? 'shown' : 'cancelled' }
  }

  #show({ table, filter, rows }: Shown): void {
    const before = this.shown.value
    rows.onDidChange(() => {
      this.isBusy.value = rows.isLoading
      this.changes.value += 1
    })
    this.shown.value = { table, filter, rows }
    this.phase.value = { kind: 'shown' }
    this.isBusy.value = false
    before?.rows.dispose()
  }

  #source({ version }: PreviewTable, filter: string): PageSource {
    return {
      read: async (offset, limit, abort) => {
        const range = { version, offset, limit, filter: filter === '' ? null : filter }
        const read = await this.#reading.follow('', abort, (ending, report) => this.#calls.readPage(range, ending, report))
        this.warnings.value = { version, texts: read.warnings }
        return readPage(read.arrow)
      },
    }
  }
}

/** True for a failure that points at a place in the text of the filter. */
function isMistake(error: unknown): error is Error {
  return isProblem(error, 'invalid') && typeof error.details?.['position'] === 'number'
}
