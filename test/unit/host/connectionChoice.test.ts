import assert from 'node:assert/strict'
import type { Memento, Uri } from 'vscode'
import { isProblem } from '#base/errors.ts'
import { localStackName, type Connection } from '#app/connection.ts'
import type { Connections } from '#app/connections.ts'
import type { Lakehouse } from '#app/lakehouse.ts'
import type { StackControl } from '#app/stackControl.ts'
import type { HostDeps } from '#host/deps.ts'
import { createConnectionChoice } from '#host/notebook/connectionChoice.ts'
import type { StackWatch } from '#host/stack/stackWatch.ts'
import { planChange } from '#stack/plan.ts'
import type { StackState } from '#stack/types.ts'
import { stoppedStack } from '../../fakes/stackEngine.ts'
import { pretend } from '../../support/pretend.ts'
import { answers, reset, seen, Uri as FakeUri } from '../../fakes/vscode.ts'

const local: Connection = { name: localStackName, spark: 'sc://127.0.0.1:15002' }
const minio: Connection = { name: 'minio', spark: 'sc://minio:15002' }
const lab: Connection = { name: 'lab', spark: 'sc://lab:15002' }
const folder: Connection = { name: 'disk', folder: '/lake' }
const notebook = pretend<Uri>(FakeUri.file('/a.ipynb'))
const running = pretend<StackState>({ kind: 'running', services: [] })
const stopped = stoppedStack

const plan: StackControl['plan'] = async request => planChange(request, [])

/** The choice among these connections; `up` makes the local stack one of them. */
function choose(state: StackState, others: readonly Connection[]) {
  let now = state
  const kept = new Map<string, unknown>()
  const list = (): readonly Connection[] => [...(now.kind === 'running' ? [local] : []), ...others]
  const change: StackControl['change'] = async (_request, report) => {
    report({ step: 'Starting Spark' })
    now = running
    return running
  }
  const stack = pretend<StackControl>({ plan, change })
  const lakehouse = pretend<Lakehouse>({ connections: pretend<Connections>({ list }), stack })
  const watch = pretend<StackWatch>({ state: undefined, look: async () => now })
  Object.defineProperty(watch, 'state', { get: () => now })
  const workspaceState = pretend<Memento>({
    get: (key: string) => kept.get(key),
    update: async (key: string, value: unknown) => void kept.set(key, value),
  })
  const choice = createConnectionChoice(pretend<HostDeps>({ lakehouse: async () => lakehouse, workspaceState }), watch)
  const waited: string[] = []
  const resolve = async (signal = new AbortController().signal): Promise<string> =>
    await choice.resolve(notebook, text => void waited.push(text), signal)
  const start = (): void => {
    now = running
  }
  return { choice, resolve, waited, start }
}

describe('connection of a notebook', () => {
  beforeEach(reset)

  it('is the running stack, else the only one that has Spark, without a question', async () => {
    assert.equal(await choose(running, [minio, lab]).resolve(), localStackName)
    const { choice, resolve } = choose(stopped, [folder, minio])
    assert.deepEqual([await resolve(), choice.current(notebook), seen.messages], ['minio', 'minio', []])
  })

  it('is asked for among several, once', async () => {
    const { resolve } = choose(stopped, [minio, lab])
    answers.pick = 'lab'
    assert.deepEqual([await resolve(), await resolve()], ['lab', 'lab'])
    assert.deepEqual(seen.messages, ['pick: Local stack, minio, lab'])
  })

  it('is the chosen one, even when the stack runs', async () => {
    const { choice, resolve } = choose(running, [minio])
    await choice.choose(notebook, 'minio')
    assert.equal(await resolve(), 'minio')
  })

  it('stays with the one whose session it has when the stack starts', async () => {
    const { resolve, start } = choose(stopped, [minio])
    const before = await resolve()
    start()
    assert.deepEqual([before, await resolve()], ['minio', 'minio'])
  })

  it('is forgotten when nothing is chosen for the notebook', async () => {
    const { choice, resolve } = choose(running, [minio])
    await choice.choose(notebook, 'minio')
    await choice.choose(notebook, undefined)
    assert.deepEqual([choice.current(notebook), await resolve()], [undefined, localStackName])
  })

  it('is the local stack after its start was offered and taken', async () => {
    const { resolve, waited } = choose(stopped, [folder])
    answers.message = 'Start stack'
    assert.equal(await resolve(), localStackName)
    assert.deepEqual(seen.messages, ['SQL cells run on Spark, and the local stack is not running. Start it?'])
    assert.deepEqual(waited.slice(1), ['Starting the local stack…', 'Starting the local stack: Starting Spark'])
  })

  it('is none when the offer is left, and the cell says what to do', async () => {
    await assert.rejects(choose(stopped, []).resolve(), (error: unknown) => isProblem(error, 'unreachable') && error.hint !== undefined)
  })

  it('is waited for no longer than the cell', async () => {
    const controller = new AbortController()
    controller.abort()
    await assert.rejects(choose(stopped, []).resolve(controller.signal), { name: 'AbortError' })
  })
})
