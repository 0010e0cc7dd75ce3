import * as vscode from 'vscode'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { asError } from '#base/errors.ts'
import type { Logger } from '#base/log.ts'
import { readCell } from '#notebook/cellLanguage.ts'

/**
 * Makes `%%sql` cells of another language SQL cells in the notebooks that chose our kernel: VS Code does not hand cells of a
 * language that a kernel does not name to it, and says nothing. The magic line stays, so that Jupyter runs them as before.
 */
export function followMagicCells(controller: vscode.NotebookController, log: Logger): Disposable {
  const store = new DisposableStore()
  const ours = new Set<vscode.NotebookDocument>()
  const take = (cells: readonly vscode.NotebookCell[]): void => {
    for (const { document } of cells.filter(isMagicCell)) {
      vscode.languages.setTextDocumentLanguage(document, 'sql').then(undefined, (error: unknown) => log.error(asError(error)))
    }
  }
  store.add(
    controller.onDidChangeSelectedNotebooks(({ notebook, selected }) => {
      if (selected) ours.add(notebook)
      else ours.delete(notebook)
      if (selected) take(notebook.getCells())
    }),
  )
  store.add(
    vscode.workspace.onDidChangeNotebookDocument(({ notebook, cellChanges, contentChanges }) => {
      if (!ours.has(notebook)) return
      take(cellChanges.filter(change => change.document !== undefined).map(({ cell }) => cell))
      take(contentChanges.flatMap(({ addedCells }) => addedCells))
    }),
  )
  store.add(vscode.workspace.onDidCloseNotebookDocument(notebook => void ours.delete(notebook)))
  return store
}

function isMagicCell({ kind, document }: vscode.NotebookCell): boolean {
  if (kind !== vscode.NotebookCellKind.Code || document.languageId === 'sql') return false
  return readCell(document.getText(), document.languageId).kind === 'sql'
}
