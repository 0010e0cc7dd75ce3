import * as vscode from 'vscode'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { registerCommand } from '#host/command.ts'
import { commands, type CommandId } from '#host/ids.ts'
import type { Problems } from '#host/problems.ts'
import type { StackRequest } from '#stack/plan.ts'
import type { ServiceState, StackState } from '#stack/types.ts'
import type { ServiceAction } from './serviceActions.ts'
import { chooseServices, namedServices } from './serviceChoice.ts'
import { copyCredentials, copyUrl, openInEditor, openOutside } from './serviceLinks.ts'
import { openTerminal } from './serviceTerminal.ts'
import { serviceLabel } from './serviceText.ts'
import { changeStack, checkFolder } from './stackChange.ts'
import type { StackCommandDeps } from './stackCommands.ts'

/** Commands about services: those of the node they are called on, else the one that the user picks. */
export function registerServiceCommands(deps: StackCommandDeps, problems: Problems): Disposable {
  const store = new DisposableStore()
  const onAll = (id: CommandId, action: ServiceAction, title: () => string, run: Run): void => {
    const command = async (argument: unknown): Promise<unknown> => {
      const state = await deps.watch.look(AbortSignal.timeout(lookMs))
      const services = await chooseServices(argument, action, { state, title: title() })
      return services.length === 0 ? undefined : await run(services, state)
    }
    store.add(registerCommand(id, command, problems))
  }
  const onOne = (id: CommandId, action: ServiceAction, title: () => string, run: RunOne): void =>
    onAll(id, action, title, async ([service], state) => service && (await run(service, state)))
  const change = (id: CommandId, action: ServiceAction, kind: WholeRequest['kind'], title: () => string): void =>
    onAll(id, action, title, async services => await changeStack(deps, deps.watch, { kind, services: services.map(({ name }) => name) }))

  change(commands.startService, 'canStart', 'up', () => vscode.l10n.t('Start service'))
  change(commands.stopService, 'canStop', 'down', () => vscode.l10n.t('Stop service'))
  change(commands.restartService, 'canRestart', 'restart', () => vscode.l10n.t('Restart service'))
  change(commands.removeService, 'canRemove', 'remove', () => vscode.l10n.t('Remove service'))
  change(commands.resetService, 'canReset', 'reset', () => vscode.l10n.t('Reset service'))
  onOne(
    commands.scaleService,
    'canScale',
    () => vscode.l10n.t('Scale service'),
    async service => await scale(deps, service),
  )
  onOne(commands.openService, 'canOpen', () => vscode.l10n.t('Open service'), openOutside)
  onOne(commands.openServiceInEditor, 'canOpen', () => vscode.l10n.t('Open service in the editor'), openInEditor)
  onOne(commands.copyServiceUrl, 'canCopyUrl', () => vscode.l10n.t('Copy address of service'), copyUrl)
  onOne(
    commands.copyServiceCredentials,
    'canCopyCredentials',
    () => vscode.l10n.t('Copy credentials of service'),
    async (service, state) => await copyCredentials(service, state, deps),
  )
  onOne(
    commands.openServiceTerminal,
    'canOpenTerminal',
    () => vscode.l10n.t('Open terminal in service'),
    async service => await openShell(deps, service),
  )
  store.add(registerCommand(commands.showServiceLogs, async argument => await showLogs(deps, argument), problems))
  return store
}

type WholeRequest = Extract<StackRequest, { readonly services?: unknown }>
type Run = (services: readonly ServiceState[], state: StackState) => Promise<unknown>
type RunOne = (service: ServiceState, state: StackState) => Promise<unknown>

async function scale(deps: StackCommandDeps, service: ServiceState): Promise<unknown> {
  const { replicas, name } = service
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('How many of {0}?', serviceLabel(service)),
    value: String(replicas.wanted),
    validateInput: typed => (parseCount(typed) === undefined ? vscode.l10n.t('Write a number from 1 to {0}.', mostReplicas) : undefined),
  })
  const count = text === undefined ? undefined : parseCount(text)
  return count === undefined ? undefined : await changeStack(deps, deps.watch, { kind: 'scale', service: name, count })
}

function parseCount(text: string): number | undefined {
  const count = /^\s*\d+\s*$/.test(text) ? Number(text) : 0
  return count >= 1 && count <= mostReplicas ? count : undefined
}

async function openShell({ lakehouse }: StackCommandDeps, service: ServiceState): Promise<vscode.Terminal> {
  checkFolder()
  const { stack } = await lakehouse()
  return openTerminal(serviceLabel(service), await stack.shell(service.name, AbortSignal.timeout(lookMs)))
}

/** Of the services it is called on; of the one that the user picks where it is called on none. */
async function showLogs({ watch, logs }: StackCommandDeps, argument: unknown): Promise<void> {
  const { services } = watch.state ?? (await watch.look(AbortSignal.timeout(lookMs)))
  const named = namedServices(argument)
  const shown = services.filter(({ name }) => named?.includes(name))
  if (shown.length > 0) logs.show(shown)
  else await vscode.commands.executeCommand(commands.showStackLogs)
}

const lookMs = 15_000
const mostReplicas = 16
