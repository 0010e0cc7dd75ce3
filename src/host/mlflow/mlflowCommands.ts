import * as vscode from 'vscode'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { LakehouseError } from '#base/errors.ts'
import type { Lakehouse } from '#app/lakehouse.ts'
import { connectionOf, type TrackingNode } from '#app/trackingNode.ts'
import { registerCommand } from '#host/command.ts'
import type { HostDeps } from '#host/deps.ts'
import { commands, views, type CommandId } from '#host/ids.ts'
import type { MlflowServer } from '#mlflow/types.ts'
import { firstRunProgram } from './firstRun.ts'
import { saveFilters } from './savedFilters.ts'
import { asTrackingNode, runOf, uiAddress, type RunTarget } from './trackingTarget.ts'

export interface MlflowCommandDeps extends HostDeps {
  readonly openRun: (run: RunTarget, column: vscode.ViewColumn) => void
}

/** The commands of the MLflow view; each takes the node it was called on, or asks which server is meant. */
export function registerMlflowCommands(deps: MlflowCommandDeps): Disposable {
  const { lakehouse, problems } = deps
  const store = new DisposableStore()
  const on = (id: CommandId, run: (node: TrackingNode | undefined) => Promise<unknown>): void => {
    store.add(registerCommand(id, async argument => await run(asTrackingNode(argument)), problems))
  }
  on(commands.refreshMlflow, async () => (await lakehouse()).mlflowTree.refresh())
  on(commands.refreshTracking, async node => (await lakehouse()).mlflowTree.refresh(node?.kind === 'notice' ? node.parent : node))
  on(commands.loadMoreRuns, async node => {
    if (node?.kind === 'more') await loadMore(await lakehouse(), node)
  })
  on(commands.filterRuns, async node => {
    if (node?.kind === 'experiment') await filterRuns(deps, node)
  })
  on(commands.openRun, async node => {
    const run = runOf(node)
    if (run) deps.openRun(run, vscode.ViewColumn.Active)
  })
  on(commands.copyRunId, async node => {
    const run = runOf(node)
    if (run) await copy(run.runId)
  })
  on(commands.copyTrackingUri, async node => {
    const server = await serverOf(await lakehouse(), node)
    if (server) await copy(server.url)
  })
  on(commands.openMlflowUi, async node => {
    const server = await serverOf(await lakehouse(), node)
    if (server) await openAddress(uiAddress(server.url, placeOf(node)))
  })
  on(commands.logFirstRun, async node => {
    const server = await serverOf(await lakehouse(), node)
    if (server) await showFirstRun(server, node)
  })
  return store
}

/** Opens an address of this machine outside of VS Code, also from a remote window. */
export async function openAddress(address: string): Promise<void> {
  await vscode.env.openExternal(await vscode.env.asExternalUri(vscode.Uri.parse(address)))
}

async function loadMore({ mlflowTree }: Lakehouse, node: TrackingNode & { readonly kind: 'more' }): Promise<void> {
  const load = async (): Promise<void> => await mlflowTree.loadMore(node, new AbortController().signal)
  await vscode.window.withProgress({ location: { viewId: views.mlflow } }, load)
}

/** The words are MLflow's own, and it is the server that reads them: a mistake stands in place of the runs. */
async function filterRuns(deps: MlflowCommandDeps, node: TrackingNode & { readonly kind: 'experiment' }): Promise<void> {
  const { connection, experiment } = node
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Filter runs of {0}', experiment.name),
    value: node.filter,
    placeHolder: `metrics.loss < 0.1 and params.model = 'tree' and attributes.status = 'FINISHED'`,
    prompt: vscode.l10n.t('In the words of MLflow. Leave it empty for all runs.'),
    ignoreFocusOut: true,
  })
  if (text === undefined) return
  const { mlflowTree } = await deps.lakehouse()
  mlflowTree.filterRuns({ connection, experimentId: experiment.id, filter: text.trim() })
  await saveFilters(deps.workspaceState, mlflowTree.filters)
}

/** The server that a node is of, else the only one, else one that the user picks. */
async function serverOf({ mlflow }: Lakehouse, node: TrackingNode | undefined): Promise<MlflowServer | undefined> {
  const servers = mlflow.servers()
  if (node) return servers.find(({ connection }) => connection === connectionOf(node))
  if (servers.length === 0) {
    throw new LakehouseError('notFound', vscode.l10n.t('No connection has an MLflow server.'), {
      hint: vscode.l10n.t('Start the stack, or add the address of a server to a connection.'),
    })
  }
  if (servers.length === 1) return servers[0]
  const items = servers.map(server => ({ label: server.connection, description: server.url, server }))
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('MLflow server') }))?.server
}

function placeOf(node: TrackingNode | undefined): Parameters<typeof uiAddress>[1] {
  if (node?.kind === 'experiment') return { experimentId: node.experiment.id }
  return node?.kind === 'run' ? { experimentId: node.run.experimentId, runId: node.run.id } : {}
}

async function showFirstRun({ url }: MlflowServer, node: TrackingNode | undefined): Promise<void> {
  const experiment = node?.kind === 'experiment' ? node.experiment.name : 'first experiment'
  const document = await vscode.workspace.openTextDocument({ language: 'python', content: firstRunProgram(url, experiment) })
  await vscode.window.showTextDocument(document)
}

async function copy(text: string): Promise<void> {
  await vscode.env.clipboard.writeText(text)
  vscode.window.setStatusBarMessage(vscode.l10n.t('$(check) Copied {0}', text), copiedMs)
}

const copiedMs = 3000
