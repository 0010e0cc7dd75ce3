import { randomUUID } from 'node:crypto'
import { createCollector, type CollectCaps, type Collected } from '#arrow/collect.ts'
import { countRows } from '#arrow/ipc.ts'
import { textTable } from '#arrow/text.ts'
import { exactBytes } from '#base/bytes.ts'
import type { Clock } from '#base/clock.ts'
import { every as everyUnref } from '#base/every.ts'
import type { Disposable } from '#base/disposable.ts'
import { isProblem, LakehouseError, toProblem, type Problem } from '#base/errors.ts'
import { execute, type ExecuteEvent } from '#spark/execute.ts'
import { commandPlan, queryPlan, resultPlan } from '#spark/plan.ts'
import { explain, isSessionLost } from '#spark/problem.ts'
import type { Plan, Relation } from '#spark/proto/plan_pb.ts'
import type { SparkSession } from '#spark/session.ts'
import { splitStatements, type SqlStatement } from '#spark/sqlText.ts'
import { progressOf, type StatementProgress } from './statementProgress.ts'
import { createSparkSessions, type SessionPorts, type SparkSessions } from './sparkSessions.ts'

/** What happens while the statements of one cell run, in order; ends with `finished` of the last one, or with `failed`. */
export type StatementEvent =
  | { readonly kind: 'started'; readonly statementId: string; readonly index: number; readonly of: number }
  | { readonly kind: 'progress'; readonly statementId: string; readonly progress: StatementProgress }
  /** The connection was lost and is being taken up again; the statement goes on at the server. */
  | { readonly kind: 'reconnecting'; readonly statementId: string }
  /** A complete Arrow IPC stream with rows [offset, offset + rows); the first one brings the columns, also without rows. */
  | { readonly kind: 'batch'; readonly statementId: string; readonly arrow: Uint8Array; readonly offset: number; readonly rows: number }
  /** `rows` came in batches: one more than `limitRows` when there are more than that. */
  | { readonly kind: 'finished'; readonly statementId: string; readonly rows: number; readonly durationMs: number }
  /** The statement failed, or was stopped (code `cancelled`); those after it do not run. */
  | { readonly kind: 'failed'; readonly statementId: string; readonly problem: Problem }

export interface StatementOptions {
  /** Name of the connection whose Spark runs it. */
  readonly connection: string
  /** Statements of one notebook share a session: temporary views, settings, current database. */
  readonly notebookId: string
  /** A query is asked for one row more than this, so that a cut is known. */
  readonly limitRows: number
  /** A result is read no further than the batch that passes this many bytes. */
  readonly limitBytes?: number
}

/** Runs SQL on Spark. */
export interface Statements extends Disposable {
  /**
   * The statements of `text`, one after another, up to the first that fails; none of them is ever run twice. Aborting stops the
   * running one at the server.
   */
  run(text: string, options: StatementOptions, signal: AbortSignal): AsyncIterable<StatementEvent>
  /** Gathers the batches of one statement into what is shown. */
  collect(caps: CollectCaps): ResultCollector
  /** Ends a notebook's sessions at their servers; waits until these have answered. */
  release(notebookId: string): Promise<void>
}

export interface ResultCollector {
  add(batch: { readonly arrow: Uint8Array }): void
  /** Undefined when the statement has no result, not even columns. */
  result(): StatementResult | undefined
}

/** The kept rows of one statement, with their first 20 as plain text. */
export interface StatementResult extends Collected {
  readonly text: string
}

/** `every` gives idle sessions a sign of life. */
export function createStatements({ every = everyUnref, ...ports }: Partial<SessionPorts> & Omit<SessionPorts, 'every'>): Statements {
  const sessions = createSparkSessions({ ...ports, every })
  const { clock } = ports
  return {
    dispose: () => sessions.dispose(),
    release: notebookId => sessions.release(notebookId),
    collect: caps => {
      const collector = createCollector(caps)
      return {
        add: ({ arrow }) => collector.add(arrow),
        result: () => {
          const collected = collector.collected()
          return collected && { ...collected, text: textTable(collected.arrow) }
        },
      }
    },
    run: async function* (text, options, signal) {
      const statements = splitStatements(text)
      for (const [index, statement] of statements.entries()) {
        const statementId = randomUUID()
        yield { kind: 'started', statementId, index, of: statements.length }
        const run = new StatementRun({ statement, statementId, sessions, clock, options })
        let failed = false
        for await (const event of run.events(signal)) {
          failed = event.kind === 'failed'
          yield event
        }
        if (failed) return
      }
    },
  }
}

interface RunParts {
  readonly statement: SqlStatement
  readonly statementId: string
  readonly sessions: SparkSessions
  readonly clock: Clock
  readonly options: StatementOptions
}

class StatementRun {
  readonly #parts: RunParts
  #rows = 0
  #bytes = 0

  constructor(parts: RunParts) {
    this.#parts = parts
  }

  async *events(signal: AbortSignal): AsyncGenerator<StatementEvent> {
    const { statementId, clock, sessions, options } = this.#parts
    const startedAt = clock.now()
    let session: SparkSession | undefined
    try {
      signal.throwIfAborted()
      session = await sessions.open(options.connection, options.notebookId, signal)
      yield* this.#statement(session, signal)
      yield { kind: 'finished', statementId, rows: this.#rows, durationMs: clock.now() - startedAt }
    } catch (error) {
      const explained = await this.#explain(error, session, signal)
      if (isSessionLost(explained)) sessions.forget(options.connection, options.notebookId)
      const problem = toProblem(explained)
      if (!problem) throw explained
      yield { kind: 'failed', statementId, problem }
    }
  }

  async *#statement(session: SparkSession, signal: AbortSignal): AsyncGenerator<StatementEvent> {
    const { statement, statementId, options } = this.#parts
    const limit = options.limitRows + 1
    if (statement.kind === 'query') yield* this.#query(session, queryPlan(statement.sql, limit), statementId, signal)
    else yield* this.#command(session, limit, signal)
  }

  async *#command(session: SparkSession, limit: number, signal: AbortSignal): AsyncGenerator<StatementEvent> {
    const { statement, statementId } = this.#parts
    let answer: Relation | undefined
    for await (const event of this.#execute(session, commandPlan(statement.sql), statementId, signal)) {
      if (event.kind === 'relation') answer = event.relation
      else yield* this.#deliver(event)
    }
    if (answer?.relType.case === 'localRelation') yield* this.#local(answer.relType.value.data)
    else if (answer) yield* this.#query(session, resultPlan(answer, limit), randomUUID(), signal)
  }

  async *#query(session: SparkSession, plan: Plan, operationId: string, signal: AbortSignal): AsyncGenerator<StatementEvent> {
    const limitBytes = this.#parts.options.limitBytes ?? Number.POSITIVE_INFINITY
    for await (const event of this.#execute(session, plan, operationId, signal)) {
      yield* this.#deliver(event)
      if (this.#bytes > limitBytes) return
    }
  }

  #execute(session: SparkSession, plan: Plan, id: string, signal: AbortSignal): AsyncIterable<ExecuteEvent> {
    return execute(session, { plan, id, tags: [`dataflow-${this.#parts.statementId}`] }, this.#parts.clock, signal)
  }

  *#deliver(event: ExecuteEvent): Generator<StatementEvent> {
    const { statementId } = this.#parts
    switch (event.kind) {
      case 'batch':
        yield* this.#batch(event.batch.arrow, event.batch.rows)
        break
      case 'progress':
        yield { kind: 'progress', statementId, progress: progressOf(event.progress) }
        break
      case 'reconnecting':
        yield { kind: 'reconnecting', statementId }
        break
      case 'relation':
        break
    }
  }

  /** The rows of a command's answer, which came with it. A command without a result has no columns. */
  *#local(arrow: Uint8Array | undefined): Generator<StatementEvent> {
    if (arrow === undefined) return
    const { rows, columns } = countRows(arrow)
    if (columns > 0) yield* this.#batch(arrow, rows)
  }

  *#batch(arrow: Uint8Array, rows: number): Generator<StatementEvent> {
    const came = countRows(arrow).rows
    if (came !== rows) throw new LakehouseError('corrupt', `Spark announced ${rows} rows and sent ${came}. The rows are not shown.`)
    yield { kind: 'batch', statementId: this.#parts.statementId, arrow: exactBytes(arrow), offset: this.#rows, rows }
    this.#rows += rows
    this.#bytes += arrow.byteLength
  }

  async #explain(error: unknown, session: SparkSession | undefined, signal: AbortSignal): Promise<unknown> {
    const explained = session ? await explain(error, session, this.#parts.statement) : error
    if (!signal.aborted || isProblem(explained, 'cancelled') || isSessionLost(explained)) return explained
    return new LakehouseError('cancelled', 'Stopped.', { cause: explained })
  }
}
