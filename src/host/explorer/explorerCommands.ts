import * as vscode from 'vscode'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import type { Reading } from '#base/reading.ts'
import { labelOf, type CatalogNode } from '#app/catalogNode.ts'
import { locationOf, selectStatement } from '#app/place.ts'
import { registerCommand } from '#host/command.ts'
import type { HostDeps } from '#host/deps.ts'
import { commands, views } from '#host/ids.ts'
import { asNode, placeOf, tableOf, type TableTarget } from './target.ts'

export interface ExplorerCommandDeps extends HostDeps {
  readonly openPreview: (target: TableTarget, column: vscode.ViewColumn) => void
  readonly reading: Reading
  readonly openNotebook: (sql: string, connection: string | undefined) => Promise<void>
}

/** The commands of the Lakehouse tree; each takes the node it was called on. */
export function registerExplorerCommands(deps: ExplorerCommandDeps): Disposable {
  const { lakehouse, openPreview, problems } = deps
  const store = new DisposableStore()
  const on = (id: Parameters<typeof registerCommand>[0], run: (node: CatalogNode | undefined) => Promise<unknown>): void => {
    store.add(registerCommand(id, async argument => await run(asNode(argument)), problems))
  }
  const preview = (node: CatalogNode | undefined, column: vscode.ViewColumn): void => {
    const target = tableOf(node)
    if (target) openPreview(target, column)
  }
  on(commands.openPreview, async node => preview(node, vscode.ViewColumn.Active))
  on(commands.openPreviewBeside, async node => preview(node, vscode.ViewColumn.Beside))
  on(commands.refreshLakehouse, async () => (await lakehouse()).catalog.refresh())
  on(commands.refreshNode, async node => (await lakehouse()).catalog.refresh(node))
  on(commands.retryNode, async node => (await lakehouse()).catalog.refresh(node?.kind === 'notice' ? node.parent : node))
  on(commands.loadMore, async node => {
    if (node?.kind === 'more') await loadMore(deps, node)
  })
  on(commands.cancelReading, async () => deps.reading.cancel())
  on(commands.copyPath, async node => {
    const location = locationOfNode(node)
    if (location !== undefined) await copy(location)
  })
  on(commands.copySelect, async node => {
    const sql = await selectOf(deps, node)
    if (sql !== undefined) await copy(sql)
  })
  on(commands.queryInNotebook, async node => {
    const sql = await selectOf(deps, node)
    if (sql !== undefined) await deps.openNotebook(`${sql}\nLIMIT 100`, connectionOf(node))
  })
  return store
}

function locationOfNode(node: CatalogNode | undefined): string | undefined {
  const place = placeOf(node)
  if (!place || node?.kind !== 'file') return place && locationOf(place)
  const isAbsolute = /^[a-z][a-z0-9+.-]*:|^\//i.test(node.path)
  return isAbsolute ? node.path : `${locationOf(place)}/${node.path}`
}

function connectionOf(node: CatalogNode | undefined): string | undefined {
  const store = placeOf(node)?.store
  return store?.kind === 's3' ? store.connection : undefined
}

/** A read of the node's version; of the newest one, whose number is looked up, for a table. */
async function selectOf({ lakehouse }: HostDeps, node: CatalogNode | undefined): Promise<string | undefined> {
  const target = tableOf(node)
  if (!target) return undefined
  if (target.version !== undefined) return selectStatement(target.table, target.version)
  const { reads } = await lakehouse()
  const { version } = await reads.header({ place: target.table, at: {} }, AbortSignal.timeout(lookupMs))
  return selectStatement(target.table, version)
}

async function loadMore({ lakehouse, reading }: ExplorerCommandDeps, node: CatalogNode & { readonly kind: 'more' }): Promise<void> {
  const { catalog } = await lakehouse()
  const never = new AbortController().signal
  const follow = async (): Promise<void> =>
    await reading.follow(labelOf(node), never, (signal, report) => catalog.loadMore(node, signal, report))
  await vscode.window.withProgress({ location: { viewId: views.lakehouse } }, follow)
}

async function copy(text: string): Promise<void> {
  await vscode.env.clipboard.writeText(text)
  vscode.window.setStatusBarMessage(vscode.l10n.t('$(check) Copied {0}', text), copiedMs)
}

const lookupMs = 30_000
const copiedMs = 3000
