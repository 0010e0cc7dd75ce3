import assert from 'node:assert/strict'
import type { Lakehouse } from '#app/lakehouse.ts'
import type { StackControl } from '#app/stackControl.ts'
import { isProblem } from '#base/errors.ts'
import { commands as ids } from '#host/ids.ts'
import { questionOf, titleOf } from '#host/stack/planText.ts'
import { chooseServices } from '#host/stack/serviceChoice.ts'
import { changeStack } from '#host/stack/stackChange.ts'
import { createStackProblems } from '#host/stack/stackProblems.ts'
import type { StackWatch } from '#host/stack/stackWatch.ts'
import { planChange, type StackRequest } from '#stack/plan.ts'
import type { Loss, ServiceState, StackState } from '#stack/types.ts'
import { serviceState } from '../../fakes/stackEngine.ts'
import { pretend } from '../../support/pretend.ts'
import { answers, commands, reset, seen, workspace } from '../../fakes/vscode.ts'

const running = serviceState('s3', true)
const outdated = serviceState('spark-connect', true, { isOutdated: true })
const nginx = serviceState('nginx', false, { unavailable: 'nginx is not installed.' })
const losses = new Map<string, readonly Loss[]>([
  [
    's3',
    [
      { kind: 'folder', name: '/data/s3', bytes: 1_500_000 },
      { kind: 'volume', name: 'lake_s3', bytes: null },
    ],
  ],
])
const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

function stackOf(...services: readonly ServiceState[]) {
  const state: StackState = { kind: 'running', engine: 'local', services, endpoints: {} }
  const changed: StackRequest[] = []
  const stack = pretend<StackControl>({
    plan: async (request: StackRequest) => planChange(request, services, losses),
    change: async (request: StackRequest, report: (step: { step: string }) => void) => {
      changed.push(request)
      report({ step: 'Starting Spark' })
      return state
    },
  })
  const watch = pretend<StackWatch>({ state, look: async () => state })
  const deps = { lakehouse: async () => pretend<Lakehouse>({ stack }), problems: { show: assert.fail } }
  return {
    state,
    changed,
    run: async (request: StackRequest, tell?: (step: string) => void) => await changeStack(deps, watch, request, tell),
  }
}

describe('a change of the stack', () => {
  beforeEach(reset)

  it('that only starts something runs without a question, and tells its steps', async () => {
    const { changed, run, state } = stackOf(running, serviceState('spark-connect', false))
    const told: string[] = []
    assert.equal(await run({ kind: 'up' }, step => void told.push(step)), state)
    assert.deepEqual([changed, told, seen.messages], [[{ kind: 'up' }], ['Starting Spark'], []])
  })

  it('that makes a running service anew is listed and asked for', async () => {
    const { changed, run } = stackOf(running, outdated)
    await assert.rejects(run({ kind: 'up' }), (error: unknown) => isProblem(error, 'cancelled'))
    assert.deepEqual(changed, [])
    assert.deepEqual(seen.messages, [
      'Make services anew to start the stack?\nSpark is ended and made anew (its definition changed)\nStart',
    ])
    answers.message = 'Start'
    await run({ kind: 'up' })
    assert.deepEqual(changed, [{ kind: 'up' }])
  })

  it('that deletes data names them and their sizes, and needs the button that does', async () => {
    const { changed, run } = stackOf(running)
    const request: StackRequest = { kind: 'reset', services: ['s3'] }
    answers.message = 'OK'
    await assert.rejects(run(request), (error: unknown) => isProblem(error, 'cancelled'))
    answers.message = 'Delete the data of Object store'
    await run(request)
    assert.deepEqual(changed, [request])
    assert.equal(
      seen.messages[0],
      [
        'Reset Object store?',
        'Object store is removed with its data',
        '',
        'Deleted for good:',
        'Object store: folder /data/s3 (1.5 MB)',
        'Object store: volume lake_s3 (size unknown)',
        'Delete the data of Object store',
      ].join('\n'),
    )
  })

  it('says afterwards what was left out', async () => {
    await stackOf(running, nginx).run({ kind: 'up' })
    await settle()
    assert.deepEqual(seen.messages, ['NGINX was left out: nginx is not installed.\nShow logs\nRun doctor'])
  })

  it('is refused in a folder that is not trusted, or not on a disk', async () => {
    const { changed, run } = stackOf(running)
    workspace.isTrusted = false
    await assert.rejects(run({ kind: 'up' }), { code: 'denied' })
    workspace.isTrusted = true
    workspace.workspaceFolders = [{ uri: { scheme: 'vscode-vfs' } }]
    await assert.rejects(run({ kind: 'up' }), { code: 'unsupported' })
    assert.deepEqual(changed, [])
  })
})

describe('texts of a plan', () => {
  it('say what is under way', () => {
    const services = [running, outdated]
    assert.equal(titleOf({ kind: 'restart', services: ['s3', 'spark-connect'] }, services), 'Restarting Object store and Spark')
    assert.equal(titleOf({ kind: 'down' }, services), 'Stopping the stack')
  })

  it('say that removing keeps the data', () => {
    const { detail, button } = questionOf(planChange({ kind: 'remove', services: ['s3'] }, [running]), [running])
    assert.deepEqual([detail, button], ['Object store is removed\nData are kept.', 'Remove'])
  })
})

describe('services of a command', () => {
  beforeEach(reset)
  const { state } = stackOf(running, outdated, nginx)
  const choose = async (argument: unknown) =>
    (await chooseServices(argument, 'canStop', { state, title: 'Stop service' })).map(({ name }) => name)

  it('are those of the node or name it is called on, if it works on them', async () => {
    assert.deepEqual(await choose({ kind: 'service', service: running }), ['s3'])
    assert.deepEqual(await choose({ kind: 'group', name: 'core', services: [running, nginx] }), ['s3'])
    assert.deepEqual(await choose('spark-connect'), ['spark-connect'])
    assert.deepEqual(await choose('nginx'), [])
  })

  it('are picked by the user among those it works on', async () => {
    answers.pick = 'Spark'
    assert.deepEqual(await choose(undefined), ['spark-connect'])
    assert.deepEqual(seen.messages, ['pick: Object store, Spark'])
  })
})

describe('problems of the stack', () => {
  beforeEach(reset)

  it('lead to the log of their service and to the doctor', async () => {
    const shown: string[] = []
    const problems = createStackProblems({
      show: (_error, _retry, actions = []) => {
        shown.push(...actions.map(({ label }) => label))
        actions.forEach(({ run }) => void run())
      },
    })
    const ran: unknown[] = []
    commands.registerCommand(ids.showServiceLogs, service => ran.push(service))
    commands.registerCommand(ids.runDoctor, () => ran.push('doctor'))
    problems.show(
      Object.assign(new Error('Spark ended.'), { name: 'LakehouseError', code: 'failed', details: { service: 'spark-connect' } }),
    )
    await settle()
    assert.deepEqual(
      [shown, ran],
      [
        ['Show logs', 'Run doctor'],
        ['spark-connect', 'doctor'],
      ],
    )
  })
})
