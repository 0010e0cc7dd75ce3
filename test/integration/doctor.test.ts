import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import * as vscode from 'vscode'
import { activateSurfaces } from '../support/surfaces.ts'
import { requireStack } from '../support/testStack.ts'

describe('doctor', function () {
  this.timeout(60_000)

  before(function () {
    requireStack(this)
  })
  after(async () => void (await vscode.commands.executeCommand('workbench.action.closeAllEditors')))

  it('finds nothing that keeps the running stack from working', async () => {
    const { doctor } = await (await activateSurfaces()).lakehouse()
    const { findings } = await doctor.examine(() => {}, new AbortController().signal)
    assert.deepEqual(
      findings.filter(({ severity }) => severity === 'error'),
      [],
    )
  })

  it('has one panel, which a second call brings back', async () => {
    await vscode.commands.executeCommand('dataflow.stack.doctor')
    await vscode.commands.executeCommand('dataflow.stack.doctor')
    for (let tries = 0; tries < 50 && doctorTabs().length === 0; tries += 1) await setTimeout(100)
    assert.deepEqual(doctorTabs(), ['Stack doctor'])
  })
})

function doctorTabs(): readonly string[] {
  const tabs = vscode.window.tabGroups.all.flatMap(group => group.tabs)
  return tabs.flatMap(({ input, label }) =>
    input instanceof vscode.TabInputWebview && input.viewType.endsWith('dataflow.doctor') ? [label] : [],
  )
}
