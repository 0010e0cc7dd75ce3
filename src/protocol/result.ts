/**
 * The output of a statement with rows, between the notebook controller and webview/result. The item holds one Arrow IPC
 * stream as base64 text: the .ipynb format has no bytes, and VS Code's serializer would save raw ones as broken UTF-8.
 */

/** The output type of a statement's rows: one Arrow IPC stream in base64, drawn by webview/result. */
export const resultMime = 'application/vnd.apache.arrow.stream'

/** What the renderer must say beside the rows. */
export interface ResultMetadata {
  /** Rows in the output. */
  readonly rows: number
  /** Why there are no more rows than these; null when these are all. */
  readonly cut: 'rows' | 'bytes' | null
  readonly statementId: string
  readonly durationMs: number
}

/**
 * Metadata of a notebook output, in the form that VS Code's .ipynb serializer keeps: it saves `metadata.metadata` of an output
 * of type `display_data`, nothing beside it.
 */
export function outputMetadata(result: ResultMetadata): Readonly<Record<string, unknown>> {
  return { outputType: 'display_data', metadata: { dataflow: result } }
}

/** The reverse of {@link outputMetadata}, also on an output read from a file; undefined for what is not ours. */
export function readOutputMetadata(metadata: unknown): ResultMetadata | undefined {
  const result = member(member(metadata, 'metadata'), 'dataflow')
  const [rows, cut, statementId, durationMs] = ['rows', 'cut', 'statementId', 'durationMs'].map(name => member(result, name))
  if (typeof rows !== 'number' || typeof statementId !== 'string' || typeof durationMs !== 'number') return undefined
  return { rows, cut: cut === 'rows' || cut === 'bytes' ? cut : null, statementId, durationMs }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
}
