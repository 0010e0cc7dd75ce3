import * as vscode from 'vscode'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { statusBarItem, views } from '#host/ids.ts'
import type { StackState } from '#stack/types.ts'
import { describeStack, engineLabel } from './describe.ts'
import type { StackWatch } from './stackWatch.ts'

/** The stack in the status bar, from the first look on; a click opens its view. */
export function createStackStatus(watch: StackWatch): Disposable {
  const store = new DisposableStore()
  let shown: vscode.StatusBarItem | undefined
  const draw = (state: StackState): void => {
    shown ??= store.add(createItem())
    const { short, long, isFailure } = describeStack(state)
    shown.text = short
    shown.tooltip = `${long}\n${vscode.l10n.t('Engine: {0}', engineLabel(state.engine))}`
    shown.accessibilityInformation = { label: long }
    shown.backgroundColor = isFailure ? new vscode.ThemeColor('statusBarItem.errorBackground') : undefined
    shown.show()
  }
  store.add(watch.onDidChange(draw))
  return store
}

function createItem(): vscode.StatusBarItem {
  const item = vscode.window.createStatusBarItem(statusBarItem, vscode.StatusBarAlignment.Left)
  item.name = vscode.l10n.t('DataFlow Lab stack')
  item.command = `${views.stack}.focus`
  return item
}
