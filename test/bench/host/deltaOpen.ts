// Runs in a fresh extension host whose lake is one table of a million files: opens it in the Lakehouse view by the keys that a
// person would press, then its preview, and measures how long the event loop of the host stands still meanwhile.
import { writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import * as vscode from 'vscode'
import { nodeId, type CatalogNode } from '#app/catalogNode.ts'
import type { ExplorerTree } from '#host/explorer/explorerTree.ts'
import type { Place } from '#app/place.ts'
import { activateSurfaces } from '../../support/surfaces.ts'
import { windowAtRest } from '../../support/windowAtRest.ts'

/** What deltaOpen.ts of the bench reads back. */
export interface OpenReport {
  /** The longest time for which the event loop stood still, by what was done. */
  readonly pauses: Readonly<Record<string, number>>
  /** From the expansion of the table to what is in it. */
  readonly tableMs: number
  /** From the expansion of *Files* to its first page. */
  readonly firstFilesMs: number
  /** From the command to the panel that names the version. */
  readonly previewMs: number
}

/** VS Code calls it inside the extension host. */
export async function run(): Promise<void> {
  const [output, folder, key] = ['RESULT', 'FOLDER', 'TABLE'].map(name => process.env[`DATAFLOW_BENCH_${name}`])
  if (output === undefined || folder === undefined || key === undefined) throw new Error('The bench names no table or no result file.')
  const place: Place = { store: { kind: 'local', folder }, key }
  const { explorer } = await activateSurfaces()
  await vscode.commands.executeCommand('dataflow.lakehouse.focus')
  await shown(explorer, { kind: 'connection', name: 'bench' })
  await expandRow(0)
  const table: CatalogNode = { kind: 'table', name: key, place }
  await until(() => explorer.find(nodeId(table))?.kind === 'table')
  await windowAtRest()
  const pauses: Record<string, number> = {}
  const files: CatalogNode = { kind: 'files', table: place }
  const tableMs = await watched(pauses, 'table', async () => {
    await expandRow(1)
    await shown(explorer, files)
  })
  const firstFilesMs = await watched(pauses, 'files', async () => {
    await expandRow(4)
    await shown(explorer, { kind: 'more', parent: files, from: '' })
  })
  const previewMs = await watched(pauses, 'preview', async () => {
    await vscode.commands.executeCommand('dataflow.lakehouse.openPreview', table)
    await until(() => vscode.window.tabGroups.activeTabGroup.activeTab?.label === `${key} · version 10`)
  })
  const report: OpenReport = { pauses, tableMs, firstFilesMs, previewMs }
  writeFileSync(output, JSON.stringify(report))
}

/** In which the view draws what it got, and the page of the preview gets its rows and their count. */
const afterMs = 3000
const deadlineMs = 60_000
const pollMs = 5

/** Expands a row of the Lakehouse view, counted from 0. */
async function expandRow(row: number): Promise<void> {
  await vscode.commands.executeCommand('dataflow.lakehouse.focus')
  const keys = ['focusFirst', ...Array.from({ length: row }, () => 'focusDown'), 'expand']
  for (const key of keys) await vscode.commands.executeCommand(`list.${key}`)
}

async function shown(tree: ExplorerTree, node: CatalogNode): Promise<void> {
  await until(() => tree.find(nodeId(node)) !== undefined)
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + deadlineMs
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`It did not come true within ${deadlineMs / 1000} s: ${holds.toString()}`)
    await setTimeout(pollMs)
  }
}

/** How long a task takes; the longest pause of the event loop until its result is drawn goes to `pauses`. */
async function watched(pauses: Record<string, number>, name: string, task: () => Promise<void>): Promise<number> {
  const delays = monitorEventLoopDelay({ resolution: 1 })
  delays.enable()
  const started = performance.now()
  await task()
  const ms = performance.now() - started
  await setTimeout(afterMs)
  delays.disable()
  pauses[name] = delays.max / 1e6
  return ms
}
