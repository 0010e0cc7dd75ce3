import * as vscode from 'vscode'
import { toProblem } from '#base/errors.ts'
import { commands } from '#host/ids.ts'
import type { ProblemAction, Problems } from '#host/problems.ts'

/** Problems of the stack: they lead to the log of the service they are about, and to the doctor. */
export function createStackProblems(problems: Problems): Problems {
  const show = async (error: unknown, retry: (() => Promise<void>) | undefined): Promise<void> => {
    const service = toProblem(error)?.details?.['service']
    const showLogs = () => vscode.commands.executeCommand(commands.showServiceLogs, service)
    problems.show(error, retry, [{ label: vscode.l10n.t('Show logs'), run: showLogs }, ...(await doctorAction())])
  }
  return { show: (error, retry) => void show(error, retry).catch((failure: unknown) => problems.show(failure)) }
}

/** The doctor, where there is one. */
export async function doctorAction(): Promise<readonly ProblemAction[]> {
  const known = await vscode.commands.getCommands(true)
  if (!known.includes(doctorCommand)) return []
  return [{ label: vscode.l10n.t('Run doctor'), run: () => vscode.commands.executeCommand(doctorCommand) }]
}

const doctorCommand = 'dataflow.stack.doctor'
