import type { Settings } from '#app/settings.ts'
import type { StatementEvent, StatementResult, Statements } from '#app/statements.ts'

/** What happens while a cell runs: the events of its statements, with the rows of each gathered into one result. */
export type CellEvent =
  | Exclude<StatementEvent, { readonly kind: 'batch' | 'finished' }>
  /** The statement is done; its result is null when it gives no rows, as a DDL statement. */
  | { readonly kind: 'result'; readonly statementId: string; readonly result: StatementResult | null; readonly durationMs: number }

export interface CellRequest {
  readonly text: string
  readonly connection: string
  readonly notebookId: string
}

/** Runs the statements of a cell; of each result as much is kept as the settings allow. */
export async function* runStatements(
  statements: Statements,
  { text, connection, notebookId }: CellRequest,
  { resultRows, resultBytes }: Settings,
  signal: AbortSignal,
): AsyncGenerator<CellEvent> {
  const caps = { rows: resultRows, bytes: resultBytes }
  const options = { connection, notebookId, limitRows: resultRows, limitBytes: resultBytes }
  let collector = statements.collect(caps)
  for await (const event of statements.run(text, options, signal)) {
    switch (event.kind) {
      case 'batch':
        collector.add(event)
        break
      case 'finished': {
        const { statementId, durationMs } = event
        yield { kind: 'result', statementId, result: collector.result() ?? null, durationMs }
        collector = statements.collect(caps)
        break
      }
      case 'started':
      case 'progress':
      case 'reconnecting':
      case 'failed':
        yield event
    }
  }
}
