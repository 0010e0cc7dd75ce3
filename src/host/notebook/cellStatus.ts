import * as vscode from 'vscode'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { commands, notebook } from '#host/ids.ts'
import type { Live } from '#notebook/cellRun.ts'
import { describeLive } from './outputs.ts'

/** The status bar of running cells, and on which connection a notebook's SQL cells run. */
export interface CellStatus extends Disposable {
  set(cell: vscode.Uri, live: Live | undefined): void
  /** Draws all cells anew, as after a connection was chosen. */
  refresh(): void
}

export function createCellStatus(connectionOf: (notebookUri: vscode.Uri) => string | undefined): CellStatus {
  const store = new DisposableStore()
  const changed = store.add(new vscode.EventEmitter<void>())
  const running = new Map<string, Live>()
  const provider: vscode.NotebookCellStatusBarItemProvider = {
    onDidChangeCellStatusBarItems: changed.event,
    provideCellStatusBarItems: cell => {
      if (cell.kind !== vscode.NotebookCellKind.Code) return []
      const live = running.get(cell.document.uri.toString())
      const connection = cell.document.languageId === 'sql' ? connectionOf(cell.notebook.uri) : undefined
      return [...(live ? [liveItem(live)] : []), ...(connection === undefined ? [] : [connectionItem(connection)])]
    },
  }
  store.add(vscode.notebooks.registerNotebookCellStatusBarItemProvider(notebook.type, provider))
  return {
    set: (cell, live) => {
      if (live) running.set(cell.toString(), live)
      else running.delete(cell.toString())
      changed.fire()
    },
    refresh: () => changed.fire(),
    dispose: () => store.dispose(),
  }
}

function liveItem(live: Live): vscode.NotebookCellStatusBarItem {
  const item = new vscode.NotebookCellStatusBarItem(`$(sync~spin) ${describeLive(live)}`, vscode.NotebookCellStatusBarAlignment.Left)
  item.accessibilityInformation = { label: describeLive(live) }
  return item
}

function connectionItem(connection: string): vscode.NotebookCellStatusBarItem {
  const item = new vscode.NotebookCellStatusBarItem(`$(server-environment) ${connection}`, vscode.NotebookCellStatusBarAlignment.Right)
  item.tooltip = vscode.l10n.t('SQL cells of this notebook run on {0}. Click to choose another connection.', connection)
  item.command = commands.chooseNotebookConnection
  item.priority = 1
  return item
}
