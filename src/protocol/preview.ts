import type { Report } from '#base/progress.ts'

/** What the preview page may ask of the extension. Every answer is plain data; absence is null. */
export interface PreviewHost {
  /** The table at a version, the newest one for null. */
  open(at: { readonly version: number | null }, signal: AbortSignal, report?: Report): Promise<PreviewTable>
  /** Versions below `before` (null: from the newest), newest first. */
  listVersions(page: { readonly before: number | null; readonly limit: number }, signal: AbortSignal): Promise<PreviewVersions>
  /**
   * Rows [offset, offset + limit) of a version, or of those that meet a filter, as one Arrow IPC stream; fewer only at the end.
   * @throws LakehouseError `invalid` with the `position` of a mistake in the filter
   */
  readPage(range: PreviewRange, signal: AbortSignal, report?: Report): Promise<PreviewRows>
  /** Rows of a version in all, from the statistics, which may take longer than its first rows; null when a file has none. */
  countRows(of: { readonly version: number }, signal: AbortSignal): Promise<{ readonly rows: number | null }>
  /** Puts text on the clipboard. */
  copy(content: { readonly text: string }, signal: AbortSignal): Promise<void>
}

/** What the extension may tell the page. */
export interface PreviewPage {
  show(at: { readonly version: number }, signal: AbortSignal): Promise<void>
  /** Which table the panel is for; the page keeps it in its saved state as {@link SavedPreview}. */
  keep(saved: { readonly place: string }, signal: AbortSignal): Promise<void>
}

/** The part of the page's saved state (`setState`) by which the extension restores the panel after a reload. */
export interface SavedPreview {
  /** As {@link PreviewPage.keep} gave it; opaque to the page. */
  readonly place: string
  /** The version on show; null before the first. */
  readonly version: number | null
}

export interface PreviewTable {
  readonly name: string
  /** `s3://bucket/key` or a path. */
  readonly location: string
  readonly version: number
  readonly latestVersion: number
  readonly partitionColumns: readonly string[]
}

export interface PreviewVersion {
  readonly version: number
  /** ISO-8601 UTC. */
  readonly timestamp: string
  readonly operation: string | null
  /** False when the log no longer allows it to be rebuilt. */
  readonly readable: boolean
}

export interface PreviewVersions {
  readonly versions: readonly PreviewVersion[]
  readonly more: boolean
}

export interface PreviewRange {
  readonly version: number
  readonly offset: number
  readonly limit: number
  /** A condition in the words of Spark SQL that the rows meet; null for all. */
  readonly filter: string | null
}

export interface PreviewRows {
  readonly arrow: Uint8Array
  readonly rows: number
  /** Sentences on what is odd in the log of the version. */
  readonly warnings: readonly string[]
}
