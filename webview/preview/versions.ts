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

  /** Reads the next page; a call while one is read joins it. */
  async loadMore(): Promise<void> {
    const before = this.list.value
    if (before.isLoading || !before.more) return
    this.list.value = { ...before, isLoading: true, error: undefined }
    try {
      const last = before.versions.at(-1)?.version ?? null
      const page = await this.#list({ before: last, limit: versionsPerPage }, new AbortController().signal)
      this.list.value = { versions: [...before.versions, ...page.versions], more: page.more, isLoading: false, error: undefined }
    } catch (error) {
      this.list.value = { ...before, isLoading: false, error: asError(error) }
    }
  }

  /** Forgets all, for a table that got new versions. */
  reset(): void {
    if (!this.list.value.isLoading) this.list.value = unread
  }
}
