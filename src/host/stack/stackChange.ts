import * as vscode from 'vscode'
import { LakehouseError } from '#base/errors.ts'
import { withSignal } from '#host/cancel.ts'
import type { HostDeps } from '#host/deps.ts'
import type { StackPlan, StackRequest } from '#stack/plan.ts'
import type { StackProgress, StackState } from '#stack/types.ts'
import { describeProgress } from './describe.ts'
import { leftOut, questionOf, titleOf } from './planText.ts'
import { stackActions } from './stackProblems.ts'
import type { StackWatch } from './stackWatch.ts'

type ChangeDeps = Pick<HostDeps, 'lakehouse' | 'problems'>

/** Starts the stack with a notification that can cancel it; a start under way is joined. `tell` gets each step. */
export async function startStack(deps: ChangeDeps, watch: StackWatch, tell: (step: string) => void = () => {}): Promise<StackState> {
  return await changeStack(deps, watch, { kind: 'up' }, tell)
}

/**
 * Plans a change, asks before one that ends or deletes something, and carries it out with a notification that can cancel it.
 *
 * @throws LakehouseError `denied` in a folder that is not trusted, `unsupported` in one that is not on a disk, `cancelled` when the
 *   user says no
 */
export async function changeStack(
  { lakehouse, problems }: ChangeDeps,
  watch: StackWatch,
  request: StackRequest,
  tell: (step: string) => void = () => {},
): Promise<StackState> {
  checkFolder()
  const { stack } = await lakehouse()
  const { services } = await watch.look(AbortSignal.timeout(lookMs))
  const plan = await stack.plan(request, AbortSignal.timeout(planMs))
  if (plan.isDestructive && !(await isConfirmed(plan, services))) throw new LakehouseError('cancelled', 'The change was not confirmed.')
  const location = vscode.ProgressLocation.Notification
  const state = await vscode.window.withProgress(
    { location, title: titleOf(request, services), cancellable: true },
    async (progress, token) => {
      const report = (step: StackProgress): void => {
        const message = describeProgress(step)
        progress.report({ message })
        tell(message)
      }
      return await withSignal(token, async signal => await stack.change(request, report, signal))
    },
  )
  void tellLeftOut(leftOut(plan, services)).catch((error: unknown) => problems.show(error))
  return state
}

/** @throws LakehouseError where nothing may be started */
export function checkFolder(): void {
  if (!vscode.workspace.isTrusted) {
    throw new LakehouseError('denied', vscode.l10n.t('The stack starts only in a trusted folder.'), {
      hint: vscode.l10n.t('Trust this folder and try again.'),
    })
  }
  if (vscode.workspace.workspaceFolders?.[0]?.uri.scheme === 'file' || !vscode.workspace.workspaceFolders?.[0]) return
  throw new LakehouseError('unsupported', vscode.l10n.t('The stack needs a folder on a disk, and this one is virtual.'), {
    hint: vscode.l10n.t('Open a folder of this machine, or add a connection to a lake elsewhere.'),
  })
}

async function isConfirmed(plan: StackPlan, services: StackState['services']): Promise<boolean> {
  const { message, detail, button } = questionOf(plan, services)
  return (await vscode.window.showWarningMessage(message, { modal: true, detail }, button)) === button
}

/** Says nothing where all is as it was asked for. */
async function tellLeftOut(sentences: readonly string[]): Promise<void> {
  if (sentences.length === 0) return
  const actions = stackActions()
  const chosen = await vscode.window.showWarningMessage(sentences.join(' '), ...actions.map(({ label }) => label))
  await actions.find(({ label }) => label === chosen)?.run()
}

const lookMs = 15_000
const planMs = 60_000
