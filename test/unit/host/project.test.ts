import assert from 'node:assert/strict'
import type { Lakehouse } from '#app/lakehouse.ts'
import { LakehouseError } from '#base/errors.ts'
import type { HostDeps } from '#host/deps.ts'
import { commands as ids } from '#host/ids.ts'
import { registerProject } from '#host/project/register.ts'
import { answers, commands, reset, seen, Uri, workspace } from '../../fakes/vscode.ts'
import { pretend } from '../../support/pretend.ts'

describe('New lakehouse project', () => {
  const written: string[] = []
  const problems: string[] = []
  const done: string[] = []
  let failure: LakehouseError | undefined

  beforeEach(() => {
    reset()
    failure = undefined
    for (const list of [written, problems, done]) list.splice(0)
    const createProject = async (folder: string): Promise<readonly string[]> => {
      if (failure) throw failure
      written.push(folder)
      return []
    }
    const deps = {
      lakehouse: async () => pretend<Lakehouse>({ createProject }),
      problems: { show: (error: unknown) => problems.push(String(error)) },
    }
    registerProject(pretend<HostDeps>(deps))
    for (const id of [ids.startStack, 'vscode.openFolder', 'markdown.showPreview']) {
      commands.registerCommand(id, (...args) => done.push([id, ...args.map(part => JSON.stringify(part))].join(' ')))
    }
  })

  it('asks for a folder where none is open, and opens the project there', async () => {
    answers.folder = '/lakes/one'
    answers.message = 'Open in new window'
    assert.equal(await commands.executeCommand(ids.newProject), '/lakes/one')
    assert.deepEqual(seen.messages, ['dialog: New lakehouse project', 'The lakehouse project is in /lakes/one.'])
    assert.deepEqual(written, ['/lakes/one'])
    assert.match(done.join(), /^vscode\.openFolder .*\/lakes\/one.* \{"forceNewWindow":true\}$/)
  })

  it('offers to start the stack of a project in the open folder', async () => {
    workspace.workspaceFolders = [{ uri: Uri.file('/lakes/open') }]
    answers.pick = 'In this folder'
    answers.message = 'Start stack'
    assert.equal(await commands.executeCommand(ids.newProject), '/lakes/open')
    assert.deepEqual([seen.messages[0], written, done], ['pick: In this folder, In another folder…', ['/lakes/open'], [ids.startStack]])
  })

  it('writes nothing when the user leaves', async () => {
    workspace.workspaceFolders = [{ uri: Uri.file('/lakes/open') }]
    assert.equal(await commands.executeCommand(ids.newProject), undefined)
    answers.pick = 'In another folder…'
    assert.equal(await commands.executeCommand(ids.newProject), undefined)
    assert.deepEqual([written, done, problems], [[], [], []])
  })

  it('shows what stands in the way', async () => {
    failure = new LakehouseError('conflict', '/lakes/one has these already: app.')
    answers.folder = '/lakes/one'
    await commands.executeCommand(ids.newProject)
    assert.deepEqual([problems, seen.messages.length], [['LakehouseError: /lakes/one has these already: app.'], 1])
  })
})
