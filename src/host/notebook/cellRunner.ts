import * as vscode from 'vscode'
import type { Clock } from '#base/clock.ts'
import { DisposableStore } from '#base/disposable.ts'
import { asError, toProblem, type Problem } from '#base/errors.ts'
import { unreachable } from '#base/unreachable.ts'
import type { StatementResult } from '#app/statements.ts'
import { newRun, step, type Live, type Outcome, type RunEffect, type RunEvent, type RunState } from '#notebook/cellRun.ts'
import type { CellEvent } from './cellEvents.ts'
import { cellOutput, liveOutput } from './outputs.ts'

/** Everything a run touches besides its cell. */
export interface CellRunDeps {
  /**
   * The events of the cell. `wait` shows what the run waits for before Spark has it.
   * @throws LakehouseError when it cannot begin
   */
  readonly events: (wait: (text: string) => void, signal: AbortSignal) => AsyncIterable<CellEvent>
  /** Told what the cell shows while it runs; undefined at the end. */
  readonly onLive: (live: Live | undefined) => void
  readonly onProblem: (problem: Problem) => void
  readonly onBug: (error: Error) => void
  readonly clock: Clock
}

/** A statement that is done sooner shows its result only. */
const progressAfterMs = 400

/** How long a stopped cell waits for the server to say so. */
const stopDeadlineMs = 2000

/** The run of one cell: the only owner of its execution, which it ends exactly once. */
export class CellRunner {
  readonly #execution: vscode.NotebookCellExecution
  readonly #deps: CellRunDeps
  readonly #store = new DisposableStore()
  readonly #aborting = new AbortController()
  readonly #ended = Promise.withResolvers<Outcome>()
  readonly #outputs: vscode.NotebookCellOutput[] = []
  #live: vscode.NotebookCellOutput | undefined
  #state: RunState = newRun
  #startedAt = 0
  #edits: Promise<void> = Promise.resolve()

  constructor(execution: vscode.NotebookCellExecution, deps: CellRunDeps) {
    this.#execution = execution
    this.#deps = deps
    this.#store.add(execution.token.onCancellationRequested(() => this.stop()))
  }

  /** Resolves at the end of the execution, which may be before the server has stopped. */
  get ended(): Promise<Outcome> {
    return this.#ended.promise
  }

  get hasEnded(): boolean {
    return this.#state.phase === 'ended'
  }

  run(executionOrder: number): Promise<Outcome> {
    this.#execution.executionOrder = executionOrder
    this.#take({ kind: 'begin', at: this.#deps.clock.now() })
    if (this.#state.phase === 'running') void this.#follow()
    return this.ended
  }

  /** Asks Spark to stop; the cell ends when it has, or after {@link stopDeadlineMs}. */
  stop(): void {
    this.#take({ kind: 'stop' })
    if (this.#state.phase !== 'stopping') return
    const { clock } = this.#deps
    clock.sleep(stopDeadlineMs).then(
      () => this.#take({ kind: 'stopOverdue', at: clock.now() }),
      () => {},
    )
  }

  dispose(): void {
    this.#take({ kind: 'dispose' })
  }

  async #follow(): Promise<void> {
    const { clock, events, onBug } = this.#deps
    try {
      for await (const event of events(text => this.#take({ kind: 'waiting', text }), this.#aborting.signal)) {
        this.#take(event.kind === 'failed' ? { ...event, at: clock.now() } : event)
      }
      this.#take({ kind: 'finished', at: clock.now() })
    } catch (error) {
      const problem = toProblem(error)
      if (!problem && !this.#aborting.signal.aborted) onBug(asError(error))
      this.#take({ kind: 'failed', problem: problem ?? this.#unexpected(), at: clock.now() })
    }
  }

  #unexpected(): Problem {
    if (this.#aborting.signal.aborted) return { code: 'cancelled', message: vscode.l10n.t('Stopped.') }
    return { code: 'failed', message: vscode.l10n.t('Something went wrong in DataFlow Lab. The log has the details.') }
  }

  #take(event: RunEvent<StatementResult>): void {
    const { state, effects } = step(this.#state, event)
    this.#state = state
    for (const effect of effects) this.#apply(effect)
  }

  #apply(effect: RunEffect<StatementResult>): void {
    switch (effect.kind) {
      case 'start':
        this.#startedAt = effect.at
        this.#edit(() => this.#execution.start(effect.at))
        return this.#edit(() => this.#execution.clearOutput())
      case 'live':
        return this.#showLive(effect.live)
      case 'output':
        if (effect.output.kind === 'problem') this.#deps.onProblem(effect.output.problem)
        return this.#edit(() => this.#add(cellOutput(effect.output)))
      case 'abort':
        return this.#aborting.abort()
      case 'end':
        return this.#end(effect.outcome, effect.at)
      default:
        return unreachable(effect)
    }
  }

  #showLive(live: Live): void {
    if (live.kind === 'progress' && this.#deps.clock.now() - this.#startedAt < progressAfterMs) return
    this.#deps.onLive(live)
    this.#edit(() => {
      const next = liveOutput(live)
      if (this.#live) return this.#execution.replaceOutputItems(next.items, this.#live)
      this.#live = next
      return this.#execution.appendOutput(next)
    })
  }

  #add(output: vscode.NotebookCellOutput): Thenable<void> {
    this.#outputs.push(output)
    if (!this.#live) return this.#execution.appendOutput(output)
    this.#live = undefined
    return this.#execution.replaceOutput(this.#outputs)
  }

  #end(outcome: Outcome, at: number | undefined): void {
    this.#store.dispose()
    this.#deps.onLive(undefined)
    this.#edit(() => (this.#live ? this.#execution.replaceOutput(this.#outputs) : undefined))
    this.#edit(() => {
      try {
        this.#execution.end(outcome === 'stopped' ? undefined : outcome === 'succeeded', at)
      } finally {
        this.#ended.resolve(outcome)
      }
    })
  }

  /**
   * Each edit waits for the one before: VS Code draws nothing when an output comes and is replaced in one message. A cell that is
   * gone refuses edits.
   */
  #edit(edit: () => Thenable<void> | void): void {
    this.#edits = this.#edits.then(edit).catch((error: unknown) => this.#deps.onBug(asError(error)))
  }
}
