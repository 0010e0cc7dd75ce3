import * as vscode from 'vscode'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { views } from '#host/ids.ts'
import { mediaIcon } from '#host/webviewHtml.ts'
import type { StackWatch } from '#host/stack/stackWatch.ts'
import { registerConnectionCommands } from './connectionCommands.ts'
import { registerExplorerCommands, type ExplorerCommandDeps } from './explorerCommands.ts'
import { createExplorerTree, type ExplorerTree } from './explorerTree.ts'

export interface Explorer extends Disposable {
  readonly tree: ExplorerTree
}

/** The view *Lakehouse* and its commands. */
export function registerExplorer(deps: ExplorerCommandDeps, watch: StackWatch): Explorer {
  const store = new DisposableStore()
  const tree = store.add(
    createExplorerTree({
      catalog: async () => (await deps.lakehouse()).catalog,
      prepare: async signal => {
        if (!watch.state) await watch.look(signal)
      },
      problems: deps.problems,
      picture: name => mediaIcon(deps.extensionUri, name),
    }),
  )
  store.add(vscode.window.createTreeView(views.lakehouse, { treeDataProvider: tree, showCollapseAll: true }))
  store.add(registerExplorerCommands(deps))
  store.add(registerConnectionCommands(deps))
  return { tree, dispose: () => store.dispose() }
}
