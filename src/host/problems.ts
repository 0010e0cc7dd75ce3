import * as vscode from 'vscode'
import { asError, isProblem, toProblem } from '#base/errors.ts'
import type { LogChannel } from './log.ts'

/** The one place that shows failures to the user. */
export interface Problems {
  /**
   * An expected failure as its sentence and hint, a bug as an apology; a cancellation is not shown. Also goes to the log, which
   * *Show logs* opens unless there are `actions` that know better.
   */
  show(error: unknown, retry?: () => Promise<void>, actions?: readonly ProblemAction[]): void
}

/** A button of a message. */
export interface ProblemAction {
  readonly label: string
  readonly run: () => unknown
}

export function createProblems(log: LogChannel): Problems {
  const show: Problems['show'] = (error, retry, actions = [{ label: vscode.l10n.t('Show logs'), run: () => log.show() }]) => {
    if (isCancellation(error)) return
    log.error(asError(error))
    const again = retry ? [{ label: vscode.l10n.t('Retry'), run: retry }] : []
    void offer(error, [...again, ...actions]).catch((next: unknown) => show(next, retry, actions))
  }
  return { show }
}

async function offer(error: unknown, actions: readonly ProblemAction[]): Promise<void> {
  const chosen = await vscode.window.showErrorMessage(sentence(error), ...actions.map(({ label }) => label))
  await actions.find(({ label }) => label === chosen)?.run()
}

/** True for what ends quietly: the user, or a newer request, stopped it. */
export function isCancellation(error: unknown): boolean {
  return isProblem(error, 'cancelled') || (error instanceof Error && (error.name === 'AbortError' || error.name === 'Canceled'))
}

/** Message and hint of an expected failure; never the text of a bug. */
function sentence(error: unknown): string {
  const problem = toProblem(error)
  if (!problem) return vscode.l10n.t('Something went wrong in DataFlow Lab. The log has the details.')
  return problem.hint === undefined ? problem.message : `${problem.message} ${problem.hint}`
}
