import * as vscode from 'vscode'

/** Shows a notebook with our kernel; only a shown one can have a kernel chosen. */
export async function showWithKernel(notebook: vscode.NotebookDocument): Promise<void> {
  await vscode.window.showNotebookDocument(notebook)
  await vscode.commands.executeCommand('notebook.selectKernel', { id: 'dataflow-spark', extension: 'dataflow-lab.dataflow-lab' })
}

/** Runs one cell and resolves when its execution has ended, with how it ended. */
export async function runCell(notebook: vscode.NotebookDocument, index: number): Promise<boolean | undefined> {
  const ended = whenEnded(notebook, index)
  await startCell(notebook, index)
  return await ended
}

/** Resolves, as the command does, when the cell has ended. */
export async function startCell(notebook: vscode.NotebookDocument, index: number): Promise<void> {
  await vscode.commands.executeCommand('notebook.cell.execute', {
    ranges: [{ start: index, end: index + 1 }],
    document: notebook.uri,
  })
}

/** The end of the cell's next execution; VS Code gives its time only then. */
export function whenEnded(notebook: vscode.NotebookDocument, index: number): Promise<boolean | undefined> {
  return new Promise(resolve => {
    const subscription = vscode.workspace.onDidChangeNotebookDocument(event => {
      if (event.notebook !== notebook) return
      for (const { cell, executionSummary } of event.cellChanges) {
        if (cell.index !== index || executionSummary?.timing === undefined) continue
        subscription.dispose()
        resolve(executionSummary.success)
      }
    })
  })
}

/** Resolves as soon as the condition holds after a change of the notebook. */
export function whenChanged(notebook: vscode.NotebookDocument, holds: () => boolean): Promise<void> {
  return new Promise(resolve => {
    const subscription = vscode.workspace.onDidChangeNotebookDocument(event => {
      if (event.notebook !== notebook || !holds()) return
      subscription.dispose()
      resolve()
    })
  })
}

/** The texts of a cell's outputs: each output as `mime: text` of its items. */
export function outputsOf(notebook: vscode.NotebookDocument, index: number): readonly (readonly string[])[] {
  return notebook.cellAt(index).outputs.map(({ items }) => items.map(({ mime, data }) => `${mime}: ${new TextDecoder().decode(data)}`))
}
