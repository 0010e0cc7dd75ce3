import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import type { CatalogNode } from '#app/catalogNode.ts'
import { activateSurfaces } from '../support/surfaces.ts'
import { requireStack } from '../support/testStack.ts'

type Tree = Awaited<ReturnType<typeof activateSurfaces>>['explorer']

describe('lakehouse view on the demo lake', () => {
  let tree: Tree

  before(async function () {
    requireStack(this)
    tree = (await activateSurfaces()).explorer
  })

  it('shows the connection of the running stack with its buckets', async () => {
    assert.deepEqual(await labels(tree), ['Local stack'])
    assert.deepEqual(await labels(tree, await find(tree, 'Local stack')), ['bronze', 'gold', 'mlflow', 'silver'])
  })

  it('recognises a table after the page of its folder, and announces it', async () => {
    const bucket = await find(tree, 'Local stack', 'bronze')
    const announced = new Promise<unknown>(resolve => tree.onDidChangeTreeData?.(resolve))
    const { catalog } = await (await activateSurfaces()).lakehouse()
    catalog.refresh(bucket)
    await announced
    await until(async () => (await tables(tree, bucket)).length === 2)
    assert.deepEqual(await tables(tree, bucket), ['sp500_raw', 'stocks_raw'])
  })

  it('shows versions newest first, with operation and row changes', async () => {
    const versions = await tree.getChildren(await find(tree, 'Local stack', 'bronze', 'stocks_raw', 'Versions'))
    const items = (versions ?? []).map(node => itemOf(tree, node))
    const oldest = items.at(-1)
    assert.equal(oldest?.label, 'Version 0')
    assert.match(String(oldest?.description), /\+560/)
    assert.equal(items[0]?.label, `Version ${items.length - 1}`)
  })

  it('shows the columns with their types', async () => {
    const columns = await tree.getChildren(await find(tree, 'Local stack', 'silver', 'stocks_cleaned', 'Schema'))
    const shown = (columns ?? []).map(node => itemOf(tree, node)).map(({ label, description }) => [label, description])
    assert.deepEqual(shown.slice(0, 2), [
      ['symbol', 'string, not null'],
      ['date', 'date, not null'],
    ])
  })

  it('copies the statement that reads a version', async () => {
    const version = await find(tree, 'Local stack', 'bronze', 'stocks_raw', 'Versions', 'Version 0')
    await vscode.commands.executeCommand('dataflow.lakehouse.copySelect', version)
    assert.equal(await vscode.env.clipboard.readText(), 'SELECT * FROM delta.`s3a://bronze/stocks_raw` VERSION AS OF 0')
  })

  it('opens one preview a table, at the version that was asked for', async () => {
    await preview(tree, 'Version 0')
    await until(async () => previewTabs().join() === 'stocks_raw · version 0')
    await preview(tree, 'Version 1')
    await until(async () => previewTabs().join() === 'stocks_raw · version 1')
    await vscode.commands.executeCommand('workbench.action.closeAllEditors')
  })
})

async function preview(tree: Tree, label: string): Promise<void> {
  const version = await find(tree, 'Local stack', 'bronze', 'stocks_raw', 'Versions', label)
  await vscode.commands.executeCommand('dataflow.lakehouse.openPreview', version)
}

function previewTabs(): readonly string[] {
  return vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith('dataflow.preview'))
    .map(({ label }) => label)
}

/** The node at the end of a path of labels; waits for tables to be recognised. */
async function find(tree: Tree, ...path: readonly string[]): Promise<CatalogNode> {
  let node: CatalogNode | undefined
  for (const label of path) {
    const parent = node
    await until(async () => {
      const children = (await tree.getChildren(parent)) ?? []
      node = children.find(child => itemOf(tree, child).label === label)
      return node !== undefined && node.kind !== 'folder'
    })
  }
  assert.ok(node)
  return node
}

async function labels(tree: Tree, node?: CatalogNode): Promise<readonly unknown[]> {
  return ((await tree.getChildren(node)) ?? []).map(child => itemOf(tree, child).label)
}

async function tables(tree: Tree, node: CatalogNode): Promise<readonly unknown[]> {
  const children = (await tree.getChildren(node)) ?? []
  return children.filter(({ kind }) => kind === 'table').map(child => itemOf(tree, child).label)
}

function itemOf(tree: Tree, node: CatalogNode): vscode.TreeItem {
  const item = tree.getTreeItem(node)
  assert.ok(item instanceof vscode.TreeItem)
  return item
}

/** Polls what VS Code has no event for. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!(await holds())) {
    if (Date.now() > deadline) assert.fail('It did not come true within 30 s.')
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}
