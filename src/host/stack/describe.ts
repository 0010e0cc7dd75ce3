import * as vscode from 'vscode'
import { unreachable } from '#base/unreachable.ts'
import type { EngineKind, ServiceState, StackProgress, StackState } from '#stack/types.ts'

/** What the stack's surfaces say of it. Pure: the same state gives the same text. */
export interface StackText {
  /** With a codicon, for the status bar. */
  readonly short: string
  readonly long: string
  readonly isFailure: boolean
}

export function describeStack(state: StackState): StackText {
  switch (state.kind) {
    case 'stopped':
      return text('circle-outline', vscode.l10n.t('Lakehouse stopped'), vscode.l10n.t('The stack is stopped.'))
    case 'starting':
      return text('loading~spin', vscode.l10n.t('Lakehouse starting'), vscode.l10n.t('The stack is starting: {0}', state.step))
    case 'running':
      return describeRunning(state.services)
    case 'stopping':
      return text('loading~spin', vscode.l10n.t('Lakehouse stopping'), vscode.l10n.t('The stack is stopping.'))
    case 'failed':
      return text('error', vscode.l10n.t('Lakehouse failed'), sentences(state.problem.message, state.problem.hint), true)
    default:
      return unreachable(state)
  }
}

function describeRunning(services: readonly ServiceState[]): StackText {
  const { running, wanted } = countRunning(services)
  const healthy = vscode.l10n.t('All services that run are healthy.')
  if (running >= wanted) return text('pass-filled', vscode.l10n.t('Lakehouse running'), healthy)
  const some = vscode.l10n.t('Lakehouse: {0} of {1} running', running, wanted)
  return text('pass-filled', some, sentences(vscode.l10n.t('{0} of {1} services of the stack are running.', running, wanted), healthy))
}

/** How many services run, and how many would if all were as the stack is started as a whole. */
export function countRunning(services: readonly ServiceState[]): { readonly running: number; readonly wanted: number } {
  const running = services.filter(({ state }) => state === 'running')
  const waiting = services.filter(({ state, isActive, unavailable }) => state !== 'running' && isActive && unavailable === null)
  return { running: running.length, wanted: running.length + waiting.length }
}

export function engineLabel(engine: EngineKind): string {
  return engine === 'docker' ? 'Docker' : vscode.l10n.t('local processes')
}

function text(icon: string, short: string, long: string, isFailure = false): StackText {
  return { short: `$(${icon}) ${short}`, long, isFailure }
}

function sentences(...parts: readonly (string | undefined)[]): string {
  return parts.filter(Boolean).join(' ')
}

/** `Downloading Spark (42 %)`. */
export function describeProgress({ step, done, total }: StackProgress): string {
  if (done === undefined || total === undefined || total <= 0) return step
  return vscode.l10n.t('{0} ({1} %)', step, Math.min(100, Math.floor((100 * done) / total)))
}
