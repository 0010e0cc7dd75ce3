import * as vscode from 'vscode'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { createReading } from '#base/reading.ts'
import { trackingId, trackingLabel, type TrackingNode } from '#app/trackingNode.ts'
import type { TrackingTree } from '#app/trackingTree.ts'
import type { HostDeps } from '#host/deps.ts'
import { contextKeys, views } from '#host/ids.ts'
import { createNodeTree, type NodeSource, type NodeTree } from '#host/nodeTree.ts'
import { progressText } from '#host/progressText.ts'
import type { StackWatch } from '#host/stack/stackWatch.ts'
import { registerMlflowCommands } from './mlflowCommands.ts'
import { renderTracking } from './renderTracking.ts'
import { registerRunPanels } from './runPanels.ts'
import { savedFilters } from './savedFilters.ts'

export interface MlflowView extends Disposable {
  readonly tree: NodeTree<TrackingNode>
}

/** The view *MLflow*, its commands and the panels of runs. No server is asked before the view is visible. */
export function registerMlflow(deps: HostDeps, watch: StackWatch): MlflowView {
  const store = new DisposableStore()
  const reading = store.add(
    createReading(longest => {
      view.message = longest ? progressText(longest.name, longest.progress) : ''
    }),
  )
  const tree = store.add(
    createNodeTree<TrackingNode>({
      kind: {
        idOf: trackingId,
        labelOf: node => (node ? trackingLabel(node) : vscode.l10n.t('MLflow')),
        draw: renderTracking,
        cancelled: parent => ({ kind: 'notice', parent, notice: { kind: 'cancelled' } }),
      },
      view: views.mlflow,
      source: async () => sourceOf((await deps.lakehouse()).mlflowTree, deps.workspaceState),
      prepare: async signal => {
        if (!watch.state) await watch.look(signal)
      },
      problems: deps.problems,
      reading,
    }),
  )
  const view = store.add(vscode.window.createTreeView(views.mlflow, { treeDataProvider: tree, showCollapseAll: true }))
  const panels = store.add(registerRunPanels(deps, watch))
  store.add(registerMlflowCommands({ ...deps, openRun: (run, column) => panels.openRun(run, column) }))
  return { tree, dispose: () => store.dispose() }
}

/** The tree with the filters of an earlier window; says by a context key whether it has roots. */
function sourceOf(tree: TrackingTree, state: vscode.Memento): NodeSource<TrackingNode> {
  for (const filter of savedFilters(state)) tree.filterRuns(filter)
  return {
    onDidChange: tree.onDidChange,
    children: async (node, signal, report) => {
      const nodes = await tree.children(node, signal, report)
      if (!node) {
        await vscode.commands.executeCommand('setContext', contextKeys.mlflowState, nodes.length === 0 ? 'none' : 'ready')
      }
      return nodes
    },
  }
}
