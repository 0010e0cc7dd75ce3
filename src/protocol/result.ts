/** The output type of a statement's rows: one Arrow IPC stream, drawn by webview/result. */
export const resultMime = 'application/vnd.apache.arrow.stream'

/** What the renderer must say beside the rows; the metadata of the output that holds them. */
export interface ResultMetadata {
  /** Rows in the output. */
  readonly rows: number
  /** Why there are no more rows than these; null when these are all. */
  readonly cut: 'rows' | 'bytes' | null
  readonly statementId: string
  readonly durationMs: number
}
