import * as vscode from 'vscode'
import { extensionId, notebook as ids } from '#host/ids.ts'
import type { ConnectionChoice } from './connectionChoice.ts'

/** An untitled notebook with one SQL cell, shown with our kernel; on that connection where one is named. */
export async function openNotebook(choice: ConnectionChoice, sql: string, connection: string | undefined): Promise<void> {
  const cell = new vscode.NotebookCellData(vscode.NotebookCellKind.Code, sql, 'sql')
  const data = new vscode.NotebookData([cell])
  // What makes SQL the language of new cells, also for other readers of the file.
  data.metadata = { metadata: { language_info: { name: 'sql' } } }
  const document = await vscode.workspace.openNotebookDocument(ids.type, data)
  await choice.choose(document.uri, connection)
  await vscode.window.showNotebookDocument(document)
  await vscode.commands.executeCommand('notebook.selectKernel', { id: ids.controller, extension: extensionId })
  // Keys would be commands of the notebook until its cell is edited.
  await vscode.commands.executeCommand('notebook.cell.edit')
}
