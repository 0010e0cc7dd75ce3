import * as vscode from 'vscode'
import type { Problem } from '#base/errors.ts'
import { unreachable } from '#base/unreachable.ts'
import { commands } from '#host/ids.ts'
import type { ServiceName, ServiceState, ServiceUsage, StackState } from '#stack/types.ts'
import { countRunning } from './describe.ts'
import { actionsOf } from './serviceActions.ts'
import { describeService, groupLabel, serviceLabel, serviceTooltip } from './serviceText.ts'
import { nodeId, type GroupNode, type ServiceNode, type StackNode } from './stackNode.ts'

export interface StackDrawing {
  readonly state: StackState
  readonly usage: ReadonlyMap<ServiceName, ServiceUsage>
  /** Epoch ms. */
  readonly now: number
}

/** A node as VS Code draws it; `contextValue` is the kind, for a service its role and state, then what can be done with it. */
export function renderStackNode(node: StackNode, drawing: StackDrawing): vscode.TreeItem {
  const drawn = draw(node, drawing)
  drawn.id = nodeId(node)
  return drawn
}

function draw(node: StackNode, drawing: StackDrawing): vscode.TreeItem {
  switch (node.kind) {
    case 'group':
      return drawGroup(node, drawing)
    case 'service':
      return drawService(node, drawing)
    case 'problem':
      return drawProblem(node.problem)
    default:
      return unreachable(node)
  }
}

function drawGroup({ name, services }: GroupNode, { state }: StackDrawing): vscode.TreeItem {
  const label = name === null ? vscode.l10n.t('Without a profile') : groupLabel(name)
  const drawn = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Expanded)
  const { running } = countRunning(services)
  const description = vscode.l10n.t('{0} of {1} running', running, services.length)
  drawn.description = description
  drawn.accessibilityInformation = { label: `${label}, ${description}` }
  const actions = services.flatMap(service => actionsOf(service, state))
  const offered = (['canStart', 'canStop', 'canRestart', 'canRemove', 'canReset'] as const).filter(action => actions.includes(action))
  drawn.contextValue = ['group', ...offered].join(' ')
  return drawn
}

function drawService({ service }: ServiceNode, { state, usage, now }: StackDrawing): vscode.TreeItem {
  const label = serviceLabel(service)
  const drawn = new vscode.TreeItem(label)
  const used = usage.get(service.name)
  const description = describeService(service, used, now)
  drawn.description = description
  drawn.contextValue = ['service', service.role ?? 'other', service.state, ...actionsOf(service, state)].join(' ')
  drawn.iconPath = serviceIcon(service)
  drawn.accessibilityInformation = { label: `${label}, ${description}` }
  drawn.tooltip = serviceTooltip(service, used, now)
  return drawn
}

/** A click leads to the place in the file, where the problem has one, else looks again. */
function drawProblem({ message, hint, details }: Problem): vscode.TreeItem {
  const drawn = new vscode.TreeItem(message)
  const text = [message, hint].filter(Boolean).join(' ')
  drawn.contextValue = 'problem'
  drawn.iconPath = icon('error', 'list.errorForeground')
  drawn.tooltip = text
  drawn.accessibilityInformation = { label: text }
  const [, file, line] = /^(.+?):(\d+):\d+ /.exec(String(details?.['diagnostics'] ?? '')) ?? []
  drawn.command =
    file === undefined
      ? { command: commands.refreshStack, title: vscode.l10n.t('Try again') }
      : { command: 'vscode.open', title: vscode.l10n.t('Open'), arguments: [vscode.Uri.file(file), { selection: startOf(Number(line)) }] }
  return drawn
}

function startOf(line: number): vscode.Range {
  return new vscode.Range(line - 1, 0, line - 1, 0)
}

function icon(id: string, color?: string): vscode.ThemeIcon {
  return new vscode.ThemeIcon(id, color === undefined ? undefined : new vscode.ThemeColor(color))
}

function serviceIcon({ state, health, unavailable }: ServiceState): vscode.ThemeIcon {
  switch (state) {
    case 'stopped':
      return icon(unavailable === null ? 'circle-outline' : 'circle-slash')
    case 'starting':
      return icon('loading~spin')
    case 'running':
      return health === 'unhealthy' ? icon('warning', 'list.warningForeground') : icon('pass-filled', 'testing.iconPassed')
    case 'failed':
      return icon('error', 'list.errorForeground')
    default:
      return unreachable(state)
  }
}
