// Runs in a fresh extension host on the project of a running stack: the processor time of the host while nobody does anything.
import { writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import * as vscode from 'vscode'
import { activateSurfaces } from '../../support/surfaces.ts'
import { windowAtRest } from '../../support/windowAtRest.ts'

/** Milliseconds of processor time in {@link watchedMs}, all threads of the extension host together. */
export interface IdleReport {
  /** Before our extension was active. */
  readonly without: number
  /** Active, the state of the stack known, and the view *Stack* hidden. */
  readonly hidden: number
  readonly visible: number
}

const watchedMs = 60_000
const settleMs = 10_000

/** VS Code calls it inside the extension host. */
export async function run(): Promise<void> {
  const output = process.env['DATAFLOW_BENCH_RESULT']
  if (output === undefined) throw new Error('The bench has no result file.')
  await windowAtRest()
  await setTimeout(settleMs)
  const without = await processorTime()
  const { lakehouse } = await activateSurfaces()
  await vscode.commands.executeCommand('dataflow.stack.focus')
  await setTimeout(settleMs)
  const visible = await processorTime()
  const { kind, services } = (await lakehouse()).stack.state
  if (kind !== 'running') throw new Error(`The stack is ${kind}, so its view has nothing to follow.`)
  if (!services.some(({ state }) => state === 'running')) throw new Error('No service runs.')
  await vscode.commands.executeCommand('workbench.view.explorer')
  await setTimeout(settleMs)
  const hidden = await processorTime()
  const report: IdleReport = { without, hidden, visible }
  writeFileSync(output, JSON.stringify(report))
}

async function processorTime(): Promise<number> {
  const before = process.cpuUsage()
  await setTimeout(watchedMs)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
