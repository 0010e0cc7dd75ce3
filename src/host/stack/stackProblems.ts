import * as vscode from 'vscode'
import { toProblem } from '#base/errors.ts'
import { commands } from '#host/ids.ts'
import type { ProblemAction, Problems } from '#host/problems.ts'

/** Problems of the stack: they lead to the log of the service they are about, and to the doctor. */
export function createStackProblems(problems: Problems): Problems {
  return { show: (error, retry) => problems.show(error, retry, stackActions(toProblem(error)?.details?.['service'])) }
}

/** What helps where something of the stack is not as it was asked for. */
export function stackActions(service?: unknown): readonly ProblemAction[] {
  return [
    { label: vscode.l10n.t('Show logs'), run: () => vscode.commands.executeCommand(commands.showServiceLogs, service) },
    { label: vscode.l10n.t('Run doctor'), run: () => vscode.commands.executeCommand(commands.runDoctor) },
  ]
}
