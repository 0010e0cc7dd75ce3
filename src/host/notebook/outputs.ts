import * as vscode from 'vscode'
import { unreachable } from '#base/unreachable.ts'
import type { Problem } from '#base/errors.ts'
import type { StatementResult } from '#app/statements.ts'
import { formatBytes, formatCount, formatDuration } from '#host/format.ts'
import type { Live, RunOutput, ServerWord } from '#notebook/cellRun.ts'
import { outputMetadata, resultMime } from '#protocol/result.ts'

/** An output as VS Code keeps it, in the form that an .ipynb file gives back. */
export function cellOutput(output: RunOutput<StatementResult>): vscode.NotebookCellOutput {
  switch (output.kind) {
    case 'result':
      return resultOutput(output)
    case 'done':
      return textOutput(vscode.l10n.t('OK · {0}', formatDuration(output.durationMs)))
    case 'problem':
      return new vscode.NotebookCellOutput([vscode.NotebookCellOutputItem.error(problemError(output.problem))])
    case 'stopped':
      return textOutput(describeStop(output.server))
    default:
      return unreachable(output)
  }
}

function describeStop(server: ServerWord): string {
  switch (server) {
    case 'notAsked':
      return vscode.l10n.t('Stopped before it began.')
    case 'confirmed':
      return vscode.l10n.t('Stopped. Spark has ended the statement.')
    case 'silent':
      return vscode.l10n.t('Stopped here. Spark was asked to end the statement and has not confirmed it yet.')
    default:
      return unreachable(server)
  }
}

/** The rows for the renderer, and the first of them as text for everybody else; both say when rows are missing. */
function resultOutput({
  statementId,
  result,
  durationMs,
}: RunOutput<StatementResult> & { readonly kind: 'result' }): vscode.NotebookCellOutput {
  const { arrow, rows, cut, text } = result
  const base64 = Buffer.from(arrow.buffer, arrow.byteOffset, arrow.byteLength).toString('base64')
  const plain = cut === null ? text : `${text}\n${describeCut(rows, cut)}`
  return new vscode.NotebookCellOutput(
    [vscode.NotebookCellOutputItem.text(base64, resultMime), vscode.NotebookCellOutputItem.text(plain)],
    outputMetadata({ rows, cut, statementId, durationMs }),
  )
}

function describeCut(rows: number, cut: 'rows' | 'bytes'): string {
  return cut === 'rows'
    ? vscode.l10n.t('These are the first {0} rows; there are more (setting dataflow.results.maxRows).', formatCount(rows))
    : vscode.l10n.t('These are the first {0} rows; there is more than fits (setting dataflow.results.maxBytes).', formatCount(rows))
}

function textOutput(text: string): vscode.NotebookCellOutput {
  return new vscode.NotebookCellOutput([vscode.NotebookCellOutputItem.text(text)], { outputType: 'display_data' })
}

export function liveOutput(live: Live): vscode.NotebookCellOutput {
  return textOutput(describeLive(live))
}

/** `Stage 2/5 · 34/200 tasks · 1.2 GB read`. */
export function describeLive(live: Live): string {
  switch (live.kind) {
    case 'waiting':
      return live.text
    case 'reconnecting':
      return vscode.l10n.t('The connection was lost. Spark goes on; taking the statement up again…')
    case 'stopping':
      return vscode.l10n.t('Stopping…')
    case 'progress':
      return describeProgress(live)
    default:
      return unreachable(live)
  }
}

function describeProgress({ index, of, progress }: Live & { readonly kind: 'progress' }): string {
  const { stages, stagesDone, tasks, tasksDone, bytesRead } = progress
  const facts: string[] = []
  if (of > 1) facts.push(vscode.l10n.t('Statement {0}/{1}', index + 1, of))
  if (stages > 0) facts.push(vscode.l10n.t('Stage {0}/{1}', Math.min(stagesDone + 1, stages), stages))
  if (tasks > 0) facts.push(vscode.l10n.t('{0}/{1} tasks', formatCount(tasksDone), formatCount(tasks)))
  if (bytesRead > 0) facts.push(vscode.l10n.t('{0} read', formatBytes(bytesRead)))
  return facts.length === 0 ? vscode.l10n.t('Running…') : facts.join(' · ')
}

/** Spark's class and SQLSTATE as the error's name, so that both stand before the message, which repeats the class. */
function problemError({ message, hint, details }: Problem): Error {
  const [sparkClass, sqlState] = [details?.['sparkClass'], details?.['sqlState']]
  const name = sparkClass === undefined ? vscode.l10n.t('Error') : String(sparkClass)
  const own = message.startsWith(`[${name}] `) ? message.slice(name.length + 3) : message
  const error = new Error(hint === undefined ? own : `${own}\n${hint}`)
  error.name = sqlState === undefined ? name : vscode.l10n.t('{0} (SQLSTATE {1})', name, String(sqlState))
  // The stack of our own code says nothing about the statement.
  error.stack = ''
  return error
}
