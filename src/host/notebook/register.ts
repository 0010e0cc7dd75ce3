import * as vscode from 'vscode'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { asError } from '#base/errors.ts'
import { registerCommand } from '#host/command.ts'
import type { HostDeps } from '#host/deps.ts'
import { commands } from '#host/ids.ts'
import type { StackWatch } from '#host/stack/stackWatch.ts'
import { createCellStatus } from './cellStatus.ts'
import { createConnectionChoice } from './connectionChoice.ts'
import { createSparkController } from './controllers.ts'
import { openNotebook } from './newNotebook.ts'

export interface Notebooks extends Disposable {
  /** A new notebook with this SQL in its first cell. */
  open(sql: string, connection: string | undefined): Promise<void>
}

/** The kernel for SQL cells, and the commands of notebooks. */
export function registerNotebook(deps: HostDeps, watch: StackWatch): Notebooks {
  const store = new DisposableStore()
  const choice = createConnectionChoice(deps, watch)
  const status = store.add(createCellStatus(choice.current))
  store.add(createSparkController(deps, choice, status))
  const open = async (sql: string, connection: string | undefined): Promise<void> => await openNotebook(choice, sql, connection)
  store.add(registerCommand(commands.newNotebook, async () => await open('', undefined), deps.problems))
  store.add(
    registerCommand(
      commands.chooseNotebookConnection,
      async () => {
        const active = vscode.window.activeNotebookEditor?.notebook.uri
        if (active && (await choice.ask(active)) !== undefined) status.refresh()
      },
      deps.problems,
    ),
  )
  store.add(
    vscode.workspace.onDidCloseNotebookDocument(({ uri, isUntitled }) => {
      if (isUntitled) void choice.choose(uri, undefined).catch((error: unknown) => deps.log.error(asError(error)))
    }),
  )
  return { open, dispose: () => store.dispose() }
}
