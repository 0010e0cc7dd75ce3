import * as vscode from 'vscode'
import type { Problem } from '#base/errors.ts'
import type { CommandId } from './ids.ts'

/** How a node of a tree looks; what is left out is not there. */
export interface Look {
  /** A codicon. */
  readonly icon?: string
  /** Of the icon, by the id of a theme's colour. */
  readonly color?: string
  /** How its children are at first; absent where there are none. */
  readonly children?: 'closed' | 'open'
  readonly description?: string
  /** Instead of the label. */
  readonly tooltip?: string
  /** What a screen reader says instead of label and description. */
  readonly says?: string
  /** Runs on a click, with `argument`. */
  readonly run?: CommandId
  readonly argument?: unknown
}

export function treeItem(label: string, look: Look): vscode.TreeItem {
  const drawn = new vscode.TreeItem(label, stateOf(look.children))
  if (look.icon !== undefined) {
    drawn.iconPath = new vscode.ThemeIcon(look.icon, look.color === undefined ? undefined : new vscode.ThemeColor(look.color))
  }
  if (look.description !== undefined) drawn.description = look.description
  drawn.tooltip = look.tooltip ?? label
  if (look.says !== undefined) drawn.accessibilityInformation = { label: look.says }
  if (look.run !== undefined) drawn.command = { command: look.run, title: label, arguments: [look.argument] }
  return drawn
}

function stateOf(children: Look['children']): vscode.TreeItemCollapsibleState {
  if (children === undefined) return vscode.TreeItemCollapsibleState.None
  return children === 'open' ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed
}

/** Stands where children could not be read; `contextValue` is `problem`, by which menus offer to try again. */
export function problemItem({ message, hint, code }: Problem, click: Pick<Look, 'run' | 'argument'> = {}): vscode.TreeItem {
  const drawn = treeItem(message, {
    icon: code === 'denied' ? 'lock' : 'error',
    color: 'list.errorForeground',
    ...(hint === undefined ? {} : { description: hint }),
    tooltip: hint === undefined ? message : `${message}\n${hint}`,
    says: hint === undefined ? message : `${message} ${hint}`,
    ...click,
  })
  drawn.contextValue = 'problem'
  return drawn
}

/** Stands where children would that the user has stopped reading; a click tries again. */
export function cancelledItem(run: CommandId, argument: unknown): vscode.TreeItem {
  const [label, description] = [vscode.l10n.t('Reading was cancelled.'), vscode.l10n.t('Try again')]
  const drawn = treeItem(label, { icon: 'circle-slash', description, says: `${label} ${description}`, run, argument })
  drawn.contextValue = 'problem'
  return drawn
}
