import { signal } from '@preact/signals'
import { readPage } from '#arrow/page.ts'
import type { Clock } from '#base/clock.ts'
import { asError } from '#base/errors.ts'
import type { PreviewHost, PreviewTable } from '#protocol/preview.ts'
import { PageCache, type PageSource } from '../shared/grid/pageCache.ts'
import { Versions } from './versions.ts'

const pageRows = 500
const keptPages = 40
const settleMs = 60

/** A table at a version with its rows. */
export interface Shown {
  readonly table: PreviewTable
  readonly rows: PageCache
}

export type Phase = { readonly kind: 'opening' } | { readonly kind: 'shown' } | { readonly kind: 'failed'; readonly error: Error }

/** The extension's side as plain functions. */
export type PreviewCalls = Pick<PreviewHost, 'open' | 'listVersions' | 'readPage'>

/** What the page shows: one version of one table. Opening another version keeps the last one on show until it is there. */
export class PreviewModel {
  readonly #calls: PreviewCalls
  readonly #clock: Clock
  #opening = new AbortController()
  #asked: number | null = null
  readonly versions: Versions
  readonly phase = signal<Phase>({ kind: 'opening' })
  /** The table of the last version that opened, also when its rows did not come. */
  readonly table = signal<PreviewTable | undefined>(undefined)
  readonly shown = signal<Shown | undefined>(undefined)
  /** True while anything in view is on its way. */
  readonly isBusy = signal(true)

  constructor(calls: PreviewCalls, clock: Clock) {
    this.#calls = calls
    this.#clock = clock
    this.versions = new Versions((page, abort) => calls.listVersions(page, abort))
  }

  /** Shows a version, the one that the extension has in mind for null. The newer call ends the older. */
  async open(version: number | null): Promise<void> {
    this.#opening.abort()
    this.#opening = new AbortController()
    const { signal: abort } = this.#opening
    this.#asked = version
    this.phase.value = { kind: 'opening' }
    this.isBusy.value = true
    let rows: PageCache | undefined
    try {
      const table = await this.#calls.open({ version }, abort)
      this.table.value = table
      rows = new PageCache(this.#source(table), { pageRows, keptPages, settleMs, clock: this.#clock })
      await rows.first(abort)
      abort.throwIfAborted()
      this.#show({ table, rows })
    } catch (error) {
      rows?.dispose()
      if (abort.aborted) return
      this.phase.value = { kind: 'failed', error: asError(error) }
      this.isBusy.value = false
    }
  }

  /** Opens again what failed. */
  async retry(): Promise<void> {
    await this.open(this.#asked)
  }

  #show({ table, rows }: Shown): void {
    const before = this.shown.value
    rows.onDidChange(() => {
      this.isBusy.value = rows.isLoading
    })
    this.shown.value = { table, rows }
    this.phase.value = { kind: 'shown' }
    this.isBusy.value = false
    before?.rows.dispose()
  }

  #source({ version, totalRows }: PreviewTable): PageSource {
    return {
      totalRows,
      read: async (offset, limit, abort) => readPage((await this.#calls.readPage({ version, offset, limit }, abort)).arrow),
    }
  }
}
