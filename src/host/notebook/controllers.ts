import * as vscode from 'vscode'
import { systemClock } from '#base/clock.ts'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { asError, LakehouseError } from '#base/errors.ts'
import type { HostDeps } from '#host/deps.ts'
import { notebook as ids } from '#host/ids.ts'
import { readCell } from '#notebook/cellLanguage.ts'
import { runStatements, type CellEvent } from './cellEvents.ts'
import { createCellProblems } from './cellProblems.ts'
import { CellRunner } from './cellRunner.ts'
import { followMagicCells } from './magicCells.ts'
import { NotebookQueue } from './notebookQueue.ts'
import type { CellStatus } from './cellStatus.ts'
import type { ConnectionChoice } from './connectionChoice.ts'

/** The kernel: runs SQL cells of .ipynb notebooks on Spark, the cells of a notebook one after another. */
export function createSparkController(deps: HostDeps, choice: ConnectionChoice, status: CellStatus): Disposable {
  const store = new DisposableStore()
  const problems = store.add(createCellProblems())
  const queues = new Map<string, NotebookQueue>()
  const controller = store.add(vscode.notebooks.createNotebookController(ids.controller, ids.type, 'DataFlow Lab: Spark'))
  controller.supportedLanguages = ['sql']
  controller.supportsExecutionOrder = true
  controller.description = vscode.l10n.t('SQL on Spark Connect')
  controller.detail = vscode.l10n.t('Runs on the local stack or a connection')

  const queueOf = (notebook: vscode.NotebookDocument): NotebookQueue => {
    const key = notebook.uri.toString()
    const queue = queues.get(key) ?? new NotebookQueue()
    queues.set(key, queue)
    return queue
  }
  const runnerOf = (cell: vscode.NotebookCell): CellRunner => {
    const { document } = cell
    const content = readCell(document.getText(), document.languageId)
    return new CellRunner(controller.createNotebookCellExecution(cell), {
      events: (wait, signal) => {
        problems.clear(document.uri)
        return eventsOf(cell, wait, signal)
      },
      onLive: live => status.set(document.uri, live),
      onProblem: problem => problems.mark(document, problem, content.kind === 'sql' ? content.offset : 0),
      onBug: error => deps.log.error(error),
      clock: systemClock,
    })
  }

  async function* eventsOf(cell: vscode.NotebookCell, wait: (text: string) => void, signal: AbortSignal): AsyncIterable<CellEvent> {
    const content = readCell(cell.document.getText(), cell.document.languageId)
    if (content.kind === 'empty') return
    if (content.kind === 'other') throw unsupportedLanguage(content.languageId)
    const { uri } = cell.notebook
    const connection = await choice.resolve(uri, wait, signal)
    const { statements } = await deps.lakehouse()
    const request = { text: content.text, connection, notebookId: uri.toString() }
    yield* runStatements(statements, request, deps.settings.current, signal)
  }

  /** Ends what runs, then the notebook's sessions; a notebook that ran nothing has none. */
  async function close(key: string): Promise<void> {
    const queue = queues.get(key)
    if (!queue) return
    queues.delete(key)
    queue.dispose()
    await (await deps.lakehouse()).statements.release(key)
  }

  const prefer = (notebook: vscode.NotebookDocument): void => {
    if (notebook.notebookType === ids.type && isSqlNotebook(notebook)) {
      controller.updateNotebookAffinity(notebook, vscode.NotebookControllerAffinity.Preferred)
    }
  }
  vscode.workspace.notebookDocuments.forEach(prefer)
  store.add(vscode.workspace.onDidOpenNotebookDocument(prefer))
  controller.executeHandler = async (cells, notebook) => await queueOf(notebook).run(cells.map(runnerOf))
  controller.interruptHandler = notebook => queueOf(notebook).stop()
  store.add(
    vscode.workspace.onDidCloseNotebookDocument(notebook => {
      for (const cell of notebook.getCells()) problems.clear(cell.document.uri)
      void close(notebook.uri.toString()).catch((error: unknown) => deps.log.error(asError(error)))
    }),
  )
  store.add(followMagicCells(controller, deps.log))
  store.add({ dispose: () => queues.forEach(queue => queue.dispose()) })
  return store
}

/** A notebook of SQL cells takes this kernel by itself where there are several. */
function isSqlNotebook(notebook: vscode.NotebookDocument): boolean {
  const code = notebook.getCells().filter(({ kind }) => kind === vscode.NotebookCellKind.Code)
  return code.some(({ document }) => readCell(document.getText(), document.languageId).kind === 'sql')
}

function unsupportedLanguage(languageId: string): LakehouseError {
  return new LakehouseError('unsupported', vscode.l10n.t('This kernel runs SQL; the language of this cell is {0}.', languageId), {
    hint: vscode.l10n.t('Choose SQL at the lower right of the cell, or begin it with %%sql.'),
  })
}
