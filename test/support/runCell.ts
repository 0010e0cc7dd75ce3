import * as vscode from 'vscode'

/** Runs one cell of a shown notebook as its run button does; answers when its execution has ended. Only in the extension host. */
export async function runCell(notebook: vscode.NotebookDocument, index: number): Promise<vscode.NotebookCell> {
  const ended = Promise.withResolvers<void>()
  const subscription = vscode.workspace.onDidChangeNotebookDocument(change => {
    if (change.notebook !== notebook) return
    if (change.cellChanges.some(({ cell, executionSummary }) => cell.index === index && executionSummary?.success !== undefined))
      ended.resolve()
  })
  try {
    await vscode.commands.executeCommand('notebook.cell.execute', { ranges: [{ start: index, end: index + 1 }], document: notebook.uri })
    await ended.promise
    return notebook.cellAt(index)
  } finally {
    subscription.dispose()
  }
}

/** A shown, unsaved notebook of SQL cells with our kernel chosen: a kernel can only be chosen for a shown one. */
export async function showSqlNotebook(cells: readonly string[]): Promise<vscode.NotebookDocument> {
  const content = new vscode.NotebookData(cells.map(text => new vscode.NotebookCellData(vscode.NotebookCellKind.Code, text, 'sql')))
  const notebook = await vscode.workspace.openNotebookDocument('jupyter-notebook', content)
  await vscode.window.showNotebookDocument(notebook)
  await vscode.commands.executeCommand('notebook.selectKernel', { id: 'dataflow-spark', extension: 'dataflow-lab.dataflow-lab' })
  return notebook
}
