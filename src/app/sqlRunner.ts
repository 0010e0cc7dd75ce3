import { decodeArrow } from '#arrow/ipc.ts'
import { jsonRecords, type Json } from '#arrow/json.ts'
import { fromProblem } from '#base/errors.ts'
import type { Statements } from './statements.ts'

export type SqlRow = Readonly<Record<string, Json>>

/** Runs SQL and answers all rows of the last statement that has any; a failure is thrown as a LakehouseError. */
export type SqlRunner = (sql: string, signal: AbortSignal) => Promise<readonly SqlRow[]>

/** Runs statements one after another in the session of `notebookId`, for what is not shown to anybody. */
export function createSqlRunner(statements: Statements, connection: string, notebookId: string): SqlRunner {
  const options = { connection, notebookId, limitRows: Number.MAX_SAFE_INTEGER }
  return async (sql, signal) => {
    let rows: SqlRow[] = []
    for await (const event of statements.run(sql, options, signal)) {
      if (event.kind === 'failed') throw fromProblem(event.problem)
      if (event.kind !== 'batch') continue
      const batch = [...jsonRecords(decodeArrow(event.arrow))]
      rows = event.offset === 0 ? batch : [...rows, ...batch]
    }
    signal.throwIfAborted()
    return rows
  }
}
