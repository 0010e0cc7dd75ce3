import type { Problem } from '#base/errors.ts'
import { unreachable } from '#base/unreachable.ts'

/** One run of a cell as a state machine: `step` answers an event with what is to be done. Times are epoch ms. */

export type RunEvent<Result> =
  | { readonly kind: 'begin'; readonly at: number }
  /** The run waits for something outside Spark, which `text` names. */
  | { readonly kind: 'waiting'; readonly text: string }
  | { readonly kind: 'started'; readonly statementId: string; readonly index: number; readonly of: number }
  | { readonly kind: 'progress'; readonly progress: RunProgress }
  | { readonly kind: 'reconnecting' }
  | { readonly kind: 'result'; readonly statementId: string; readonly result: Result | null; readonly durationMs: number }
  | { readonly kind: 'failed'; readonly problem: Problem; readonly at: number }
  /** All statements are done. */
  | { readonly kind: 'finished'; readonly at: number }
  /** The user wants it to end. */
  | { readonly kind: 'stop' }
  /** The server has not said in time that it stopped. */
  | { readonly kind: 'stopOverdue'; readonly at: number }
  /** The notebook or the window goes away. */
  | { readonly kind: 'dispose' }

export type RunEffect<Result> =
  | { readonly kind: 'start'; readonly at: number }
  /** Shows what is going on, in place of what was shown so. */
  | { readonly kind: 'live'; readonly live: Live }
  /** Adds an output for good; what was live goes. */
  | { readonly kind: 'output'; readonly output: RunOutput<Result> }
  | { readonly kind: 'abort' }
  /** The last effect of a run that was created; without `at` it never began. */
  | { readonly kind: 'end'; readonly outcome: Outcome; readonly at?: number }

export type Outcome = 'succeeded' | 'failed' | 'stopped'

export type Live =
  | { readonly kind: 'waiting'; readonly text: string }
  | { readonly kind: 'progress'; readonly index: number; readonly of: number; readonly progress: RunProgress }
  | { readonly kind: 'reconnecting' }
  | { readonly kind: 'stopping' }

/** What the server said of a stop; `notAsked` when the statement had not begun. */
export type ServerWord = 'notAsked' | 'confirmed' | 'silent'

export type RunOutput<Result> =
  | { readonly kind: 'result'; readonly statementId: string; readonly result: Result; readonly durationMs: number }
  /** A statement without rows. */
  | { readonly kind: 'done'; readonly durationMs: number }
  | { readonly kind: 'problem'; readonly problem: Problem }
  | { readonly kind: 'stopped'; readonly server: ServerWord }

export interface RunProgress {
  readonly tasks: number
  readonly tasksDone: number
  readonly stages: number
  readonly stagesDone: number
  readonly bytesRead: number
}

export interface RunState {
  readonly phase: 'waiting' | 'running' | 'stopping' | 'ended'
  readonly index: number
  readonly of: number
  /** A statement has begun. */
  readonly begun: boolean
}

export interface Step<Result> {
  readonly state: RunState
  readonly effects: readonly RunEffect<Result>[]
}

export const newRun: RunState = { phase: 'waiting', index: 0, of: 1, begun: false }

/** The state after an event, and the effects in order. A run ends exactly once; after that nothing has an effect. */
export function step<Result>(state: RunState, event: RunEvent<Result>): Step<Result> {
  switch (state.phase) {
    case 'waiting':
      return stepWaiting(state, event)
    case 'running':
      return stepRunning(state, event)
    case 'stopping':
      return stepStopping(state, event)
    case 'ended':
      return { state, effects: [] }
    default:
      return unreachable(state.phase)
  }
}

function stepWaiting<Result>(state: RunState, event: RunEvent<Result>): Step<Result> {
  if (event.kind === 'begin') return { state: { ...state, phase: 'running' }, effects: [{ kind: 'start', at: event.at }] }
  if (event.kind === 'stop' || event.kind === 'dispose') return end(state, 'stopped', undefined)
  return { state, effects: [] }
}

function stepRunning<Result>(state: RunState, event: RunEvent<Result>): Step<Result> {
  const { index, of } = state
  switch (event.kind) {
    case 'waiting':
      return { state, effects: [{ kind: 'live', live: { kind: 'waiting', text: event.text } }] }
    case 'started':
      return { state: { ...state, index: event.index, of: event.of, begun: true }, effects: [] }
    case 'progress':
      return { state, effects: [{ kind: 'live', live: { kind: 'progress', index, of, progress: event.progress } }] }
    case 'reconnecting':
      return { state, effects: [{ kind: 'live', live: { kind: 'reconnecting' } }] }
    case 'result':
      return { state, effects: [output(event)] }
    case 'failed':
      return failed(state, event.problem, event.at)
    case 'finished':
      return end(state, 'succeeded', event.at)
    case 'stop':
      return {
        state: { ...state, phase: 'stopping' },
        effects: [{ kind: 'abort' }, { kind: 'live', live: { kind: 'stopping' } }],
      }
    case 'dispose':
      return end(state, 'stopped', undefined, { kind: 'abort' })
    case 'begin':
    case 'stopOverdue':
      return { state, effects: [] }
    default:
      return unreachable(event)
  }
}

function stepStopping<Result>(state: RunState, event: RunEvent<Result>): Step<Result> {
  switch (event.kind) {
    case 'result':
      return { state, effects: [output(event)] }
    case 'failed':
      return failed(state, event.problem, event.at)
    case 'finished':
      return end(state, 'succeeded', event.at)
    case 'stopOverdue':
      return end(state, 'stopped', event.at, stoppedOutput(state, 'silent'))
    case 'dispose':
      return end(state, 'stopped', undefined)
    case 'begin':
    case 'waiting':
    case 'started':
    case 'progress':
    case 'reconnecting':
    case 'stop':
      return { state, effects: [] }
    default:
      return unreachable(event)
  }
}

function output<Result>({ statementId, result, durationMs }: RunEvent<Result> & { readonly kind: 'result' }): RunEffect<Result> {
  return result === null
    ? { kind: 'output', output: { kind: 'done', durationMs } }
    : { kind: 'output', output: { kind: 'result', statementId, result, durationMs } }
}

function failed<Result>(state: RunState, problem: Problem, at: number): Step<Result> {
  if (problem.code !== 'cancelled') return end(state, 'failed', at, { kind: 'output', output: { kind: 'problem', problem } })
  return end(state, 'stopped', at, stoppedOutput(state, 'confirmed'))
}

function stoppedOutput<Result>({ begun }: RunState, server: ServerWord): RunEffect<Result> {
  return { kind: 'output', output: { kind: 'stopped', server: begun ? server : 'notAsked' } }
}

function end<Result>(state: RunState, outcome: Outcome, at: number | undefined, before?: RunEffect<Result>): Step<Result> {
  const last: RunEffect<Result> = { kind: 'end', outcome, ...(at === undefined ? {} : { at }) }
  return { state: { ...state, phase: 'ended' }, effects: before ? [before, last] : [last] }
}
