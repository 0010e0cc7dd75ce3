import * as vscode from 'vscode'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { createReading, type LongRead } from '#base/reading.ts'
import { contextKeys, views } from '#host/ids.ts'
import { progressText } from '#host/progressText.ts'
import { mediaIcon } from '#host/webviewHtml.ts'
import type { StackWatch } from '#host/stack/stackWatch.ts'
import { registerConnectionCommands } from './connectionCommands.ts'
import { registerExplorerCommands, type ExplorerCommandDeps } from './explorerCommands.ts'
import { createExplorerTree, type ExplorerTree } from './explorerTree.ts'

export interface Explorer extends Disposable {
  readonly tree: ExplorerTree
}

/** The view *Lakehouse* and its commands. */
export function registerExplorer(deps: Omit<ExplorerCommandDeps, 'reading'>, watch: StackWatch): Explorer {
  const store = new DisposableStore()
  const say = (longest: LongRead | undefined): void => {
    view.message = longest ? progressText(longest.name, longest.progress) : ''
    void vscode.commands.executeCommand('setContext', contextKeys.lakehouseReading, longest !== undefined)
  }
  const reading = store.add(createReading(say))
  const tree = store.add(
    createExplorerTree({
      catalog: async () => (await deps.lakehouse()).catalog,
      prepare: async signal => {
        if (!watch.state) await watch.look(signal)
      },
      problems: deps.problems,
      reading,
      picture: name => mediaIcon(deps.extensionUri, name),
    }),
  )
  const view = store.add(vscode.window.createTreeView(views.lakehouse, { treeDataProvider: tree, showCollapseAll: true }))
  store.add(registerExplorerCommands({ ...deps, reading }))
  store.add(registerConnectionCommands(deps))
  return { tree, dispose: () => store.dispose() }
}
