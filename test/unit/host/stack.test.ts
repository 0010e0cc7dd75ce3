import assert from 'node:assert/strict'
import { Emitter } from '#base/event.ts'
import { silentLog } from '#base/log.ts'
import type { Connections } from '#app/connections.ts'
import type { Lakehouse } from '#app/lakehouse.ts'
import type { StackControl } from '#app/stackControl.ts'
import { describeProgress, describeStack } from '#host/stack/describe.ts'
import { lakeStateOf } from '#host/stack/lakeState.ts'
import { createStackStatus } from '#host/stack/stackStatus.ts'
import { createStackTree, renderService } from '#host/stack/stackTree.ts'
import { createStackWatch } from '#host/stack/stackWatch.ts'
import type { ServiceState, StackState } from '#stack/types.ts'
import { serviceState, stoppedStack } from '../../fakes/stackEngine.ts'
import { pretend } from '../../support/pretend.ts'
import { reset, seen } from '../../fakes/vscode.ts'

const s3: ServiceState = { ...serviceState('s3', true), pid: 7, since: 1000 }
const endpoints = {
  s3: { endpoint: 'http://127.0.0.1:9000', region: 'us-east-1' },
  spark: { host: '127.0.0.1', port: 15002, uiUrl: 'http://127.0.0.1:4040' },
}
const running: StackState = { kind: 'running', engine: 'local', services: [s3], endpoints }
const problem = { code: 'failed', message: 'Spark ended.', hint: 'See its log.' } as const
const failed: StackState = { kind: 'failed', engine: 'local', problem, services: [s3], endpoints: {} }
const log = { ...silentLog, show: () => {}, dispose: () => {} }
const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

/** A stack whose next look gives `next`; counts how often the app was loaded and the stack probed. */
function fakeApp(next: StackState, facts: { readonly names?: readonly string[]; readonly wasStarted?: boolean } = {}) {
  const changed = new Emitter<StackState>()
  const count = { loads: 0, looks: 0 }
  const secrets = { s3: { accessKeyId: 'a', secretAccessKey: 'b' }, sparkToken: 'c' }
  const stack = pretend<StackControl>({
    state: next,
    onDidChange: changed.event,
    refresh: async () => {
      count.looks += 1
      return next
    },
    secrets: async () => (facts.wasStarted ? secrets : undefined),
  })
  const connections = pretend<Connections>({
    list: () => (facts.names ?? []).map(name => ({ name })),
    onDidChange: new Emitter().event,
  })
  const lakehouse = async (): Promise<Lakehouse> => {
    count.loads += 1
    return pretend<Lakehouse>({ stack, connections })
  }
  return { lakehouse, changed, count }
}

describe('stack texts', () => {
  it('say the same of the same state', () => {
    assert.deepEqual(describeStack(running), {
      short: '$(pass-filled) Lakehouse running',
      long: 'All services of the local stack are healthy.',
      isFailure: false,
    })
    assert.deepEqual(describeStack(failed), { short: '$(error) Lakehouse failed', long: 'Spark ended. See its log.', isFailure: true })
  })

  it('say how far a step is where that is known', () => {
    assert.equal(describeProgress({ step: 'Installing Spark', done: 3, total: 9 }), 'Installing Spark (33 %)')
    assert.equal(describeProgress({ step: 'Waiting for Spark' }), 'Waiting for Spark')
  })

  it('give health, port and uptime of a service', () => {
    const { description, contextValue, accessibilityInformation } = renderService(s3, 126_000)
    assert.deepEqual(
      [description, contextValue, accessibilityInformation?.label],
      ['healthy · port 9000 · up 2 min', 'service.s3.running', 'Object store, healthy · port 9000 · up 2 min'],
    )
    assert.equal(renderService({ ...s3, state: 'stopped', since: null, port: null }, 0).description, 'stopped')
  })
})

describe('lake state', () => {
  it('is ready as soon as there is a lake, else follows the stack', () => {
    const none = { connections: 0, wasStarted: false }
    assert.equal(lakeStateOf(stoppedStack, { connections: 1, wasStarted: false }), 'ready')
    assert.equal(lakeStateOf(stoppedStack, none), 'none')
    assert.equal(lakeStateOf(stoppedStack, { ...none, wasStarted: true }), 'stopped')
    assert.equal(lakeStateOf({ ...stoppedStack, kind: 'starting', step: 'x' }, none), 'starting')
    assert.equal(lakeStateOf(failed, none), 'failed')
  })
})

describe('stack watch', () => {
  beforeEach(reset)

  it('does nothing before the first look, then keeps the context keys', async () => {
    const { lakehouse, changed, count } = fakeApp(stoppedStack, { wasStarted: true })
    const watch = createStackWatch({ lakehouse, log })
    assert.deepEqual([watch.state, count.loads], [undefined, 0])
    assert.deepEqual(await watch.look(new AbortController().signal), stoppedStack)
    assert.deepEqual(Object.fromEntries(seen.context), { 'dataflow.stackState': 'stopped', 'dataflow.lakeState': 'stopped' })
    changed.fire(failed)
    await settle()
    assert.deepEqual(Object.fromEntries(seen.context), { 'dataflow.stackState': 'failed', 'dataflow.lakeState': 'failed' })
  })

  it('feeds the tree, which looks once, and the status bar', async () => {
    const { lakehouse, changed, count } = fakeApp(running)
    const watch = createStackWatch({ lakehouse, log })
    const status = createStackStatus(watch)
    const tree = createStackTree(watch, { show: assert.fail }, { now: () => 0, sleep: () => assert.fail() })
    assert.deepEqual([await tree.getChildren(), await tree.getChildren(), count.looks], [[s3], [s3], 1])
    changed.fire({ ...stoppedStack, kind: 'starting', step: 'x', services: [{ ...s3, state: 'stopped' }] })
    assert.deepEqual(await tree.getChildren(), [{ ...s3, state: 'starting' }])
    changed.fire(stoppedStack)
    assert.deepEqual(await tree.getChildren(), [])
    assert.deepEqual(
      seen.statusBar.map(({ text, shown }) => [text, shown]),
      [['$(circle-outline) Lakehouse stopped', true]],
    )
    status.dispose()
  })
})
