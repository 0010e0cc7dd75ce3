import * as vscode from 'vscode'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { registerCommand } from '#host/command.ts'
import type { HostDeps } from '#host/deps.ts'
import { commands, type CommandId } from '#host/ids.ts'
import type { Problems } from '#host/problems.ts'
import type { StackRequest } from '#stack/plan.ts'
import { chooseEngine } from './chooseEngine.ts'
import { serviceLabel } from './serviceText.ts'
import { changeStack } from './stackChange.ts'
import type { ServiceLogs } from './serviceLogs.ts'
import type { StackWatch } from './stackWatch.ts'

export interface StackCommandDeps extends HostDeps {
  readonly watch: StackWatch
  readonly logs: ServiceLogs
}

/** Commands about the stack as a whole. */
export function registerStackCommands(deps: StackCommandDeps, problems: Problems): Disposable {
  const { watch, log } = deps
  const store = new DisposableStore()
  const on = (id: CommandId, run: (argument: unknown) => Promise<unknown>): void => void store.add(registerCommand(id, run, problems))
  const change = (id: CommandId, request: StackRequest): void => on(id, async () => (await changeStack(deps, watch, request)).kind)
  on(commands.startStack, async () => (await changeStack(deps, watch, { kind: 'up' })).kind === 'running')
  change(commands.stopStack, { kind: 'down' })
  change(commands.restartStack, { kind: 'restart' })
  change(commands.removeStack, { kind: 'remove' })
  change(commands.resetStack, { kind: 'reset' })
  on(commands.refreshStack, async () => await watch.look(AbortSignal.timeout(lookMs)))
  on(commands.showStackLogs, async () => await showLogs(deps))
  on(commands.chooseEngine, async () => await chooseEngine(deps.settings.current.stackEngine))
  on(commands.showLog, async () => log.show())
  return store
}

/** The log of a service or of all that the user picks, or the extension's own. */
async function showLogs({ watch, logs, log }: StackCommandDeps): Promise<void> {
  const { services } = watch.state ?? (await watch.look(AbortSignal.timeout(lookMs)))
  const all = { label: vscode.l10n.t('All services'), services }
  const own = { label: vscode.l10n.t('DataFlow Lab extension'), services: [] }
  const each = services.map(service => ({ label: serviceLabel(service), services: [service] }))
  const picked = await vscode.window.showQuickPick([...(services.length > 1 ? [all] : []), ...each, own], {
    title: vscode.l10n.t('Show logs'),
  })
  if (picked === own) log.show()
  else if (picked) logs.show(picked.services, picked.label)
}

const lookMs = 15_000
