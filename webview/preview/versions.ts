import { signal } from '@preact/signals'
import { asError } from '#base/errors.ts'
import type { PreviewVersion, PreviewVersions } from '#protocol/preview.ts'

const versionsPerPage = 50

export type ListVersions = (
  page: { readonly before: number | null; readonly limit: number },
  signal: AbortSignal,
) => Promise<PreviewVersions>

export interface VersionList {
  readonly versions: readonly PreviewVersion[]
  readonly more: boolean
  readonly isLoading: boolean
  readonly error: Error | undefined
}

const unread: VersionList = { versions: [], more: true, isLoading: false, error: undefined }

/** The versions of a table, newest first, read as far as somebody scrolled. */
export class Versions {
  readonly #list: ListVersions
  readonly list = signal(unread)

  constructor(list: ListVersions) {
    this.#list = list
  }

  /** Reads the first page again: a table gets new versions while its list is closed. What is known stays until then. */
  async refresh(): Promise<void> {
    await this.#read(null, [])
  }

  /** Reads the next page; a call while one is read does nothing. */
  async loadMore(): Promise<void> {
    const { more, versions } = this.list.value
    if (more) await this.#read(versions.at(-1)?.version ?? null, versions)
  }

  async #read(before: number | null, known: readonly PreviewVersion[]): Promise<void> {
    const last = this.list.value
    if (last.isLoading) return
    this.list.value = { ...last, isLoading: true, error: undefined }
    try {
      const page = await this.#list({ before, limit: versionsPerPage }, new AbortController().signal)
      this.list.value = { versions: [...known, ...page.versions], more: page.more, isLoading: false, error: undefined }
    } catch (error) {
      this.list.value = { ...last, isLoading: false, error: asError(error) }
    }
  }
}
