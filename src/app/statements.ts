import type { Problem } from '#base/errors.ts'

/** What happens while the statements of one cell run, in order; ends with `finished` of the last one, or with `failed`. */
export type StatementEvent =
  | { readonly kind: 'started'; readonly statementId: string; readonly index: number; readonly of: number }
  | { readonly kind: 'progress'; readonly statementId: string; readonly progress: StatementProgress }
  /** The connection was lost and is being taken up again; the statement goes on at the server. */
  | { readonly kind: 'reconnecting'; readonly statementId: string }
  /** A complete Arrow IPC stream with rows [offset, offset + rows). */
  | { readonly kind: 'batch'; readonly statementId: string; readonly arrow: Uint8Array; readonly offset: number; readonly rows: number }
  | { readonly kind: 'finished'; readonly statementId: string; readonly rows: number; readonly durationMs: number }
  | { readonly kind: 'failed'; readonly statementId: string; readonly problem: Problem }

export interface StatementProgress {
  readonly tasks: number
  readonly tasksDone: number
  readonly tasksRunning: number
  readonly stages: number
  readonly stagesDone: number
  readonly bytesRead: number
}
