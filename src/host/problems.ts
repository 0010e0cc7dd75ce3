import * as vscode from 'vscode'
import { asError, isProblem, toProblem } from '#base/errors.ts'
import type { LogChannel } from './log.ts'

/** The one place that shows failures to the user. */
export interface Problems {
  /**
   * An expected failure as its sentence and hint, a bug as an apology; a cancellation is not shown. Also goes to the log, which
   * *Show logs* opens unless `showLogs` knows a better one.
   */
  show(error: unknown, retry?: () => Promise<void>, showLogs?: () => void): void
}

export function createProblems(log: LogChannel): Problems {
  const show: Problems['show'] = (error, retry, showLogs = () => log.show()) => {
    if (isCancellation(error)) return
    log.error(asError(error))
    void offer(error, retry, showLogs).catch((next: unknown) => show(next, retry, showLogs))
  }
  return { show }
}

async function offer(error: unknown, retry: (() => Promise<void>) | undefined, showLogs: () => void): Promise<void> {
  const [retryLabel, logLabel] = [vscode.l10n.t('Retry'), vscode.l10n.t('Show logs')]
  const actions = retry ? [retryLabel, logLabel] : [logLabel]
  const chosen = await vscode.window.showErrorMessage(sentence(error), ...actions)
  if (chosen === logLabel) showLogs()
  if (chosen === retryLabel) await retry?.()
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
