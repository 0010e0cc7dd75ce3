import assert from 'node:assert/strict'
import * as vscode from 'vscode'

const id = 'dataflow-lab.dataflow-lab'

describe('extension', () => {
  it('is installed in a Node extension host and activates', async () => {
    const extension = vscode.extensions.getExtension(id)
    assert.equal(extension?.extensionKind, vscode.ExtensionKind.Workspace)
    await extension.activate()
    assert.equal(extension.isActive, true)
  })

  it('registers every command of its manifest', async () => {
    const manifest: unknown = vscode.extensions.getExtension(id)?.packageJSON
    const registered = new Set(await vscode.commands.getCommands(true))
    assert.deepEqual(
      contributedCommands(manifest).filter(command => !registered.has(command)),
      [],
    )
  })
})

function contributedCommands(manifest: unknown): string[] {
  const found = [...JSON.stringify(manifest).matchAll(/"command":"(dataflow\.[\w.]+)"/g)].map(match => match[1] ?? '')
  assert.notEqual(found.length, 0, 'the manifest contributes commands')
  return [...new Set(found)]
}
