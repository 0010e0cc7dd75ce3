import assert from 'node:assert/strict'
import { Emitter } from '#base/event.ts'
import { silentLog } from '#base/log.ts'
import type { Connections } from '#app/connections.ts'
import type { Lakehouse } from '#app/lakehouse.ts'
import type { StackControl } from '#app/stackControl.ts'
import { describeProgress, describeStack } from '#host/stack/describe.ts'
import { lakeStateOf } from '#host/stack/lakeState.ts'
import { createStackStatus } from '#host/stack/stackStatus.ts'
import { createStackTree } from '#host/stack/stackTree.ts'
import { createStackUsage } from '#host/stack/stackUsage.ts'
import { createStackWatch } from '#host/stack/stackWatch.ts'
import type { ServiceState, ServiceUsage, StackState } from '#stack/types.ts'
import { serviceState, stoppedStack } from '../../fakes/stackEngine.ts'
import { pretend } from '../../support/pretend.ts'
import { reset, seen } from '../../fakes/vscode.ts'

const s3: ServiceState = { ...serviceState('s3', true), pid: 7, since: 1000 }
const spark = serviceState('spark-connect', false)
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
function fakeApp(next: StackState, facts: { readonly wasStarted?: boolean; readonly hasCompose?: boolean } = {}) {
  const changed = new Emitter<StackState>()
  const count = { loads: 0, looks: 0, held: 0, readings: 0 }
  const secrets = { s3: { accessKeyId: 'a', secretAccessKey: 'b' }, sparkToken: 'c' }
  const usage: ServiceUsage = { cpu: 0.034, memoryBytes: 410_000_000, memoryLimitBytes: null }
  const stack = pretend<StackControl>({
    state: next,
    onDidChange: changed.event,
    refresh: async () => {
      count.looks += 1
      return next
    },
    watch: () => {
      count.held += 1
      return { dispose: () => void (count.held -= 1) }
    },
    usage: async () => {
      count.readings += 1
      return new Map([['s3', usage]])
    },
    secrets: async () => (facts.wasStarted ? secrets : undefined),
  })
  const connections = pretend<Connections>({
    list: () => [],
    onDidChange: new Emitter().event,
  })
  const lakehouse = async (): Promise<Lakehouse> => {
    count.loads += 1
    return pretend<Lakehouse>({ stack, connections, hasCompose: async () => facts.hasCompose === true })
  }
  return { lakehouse, changed, count }
}

const noUsage = { current: new Map<string, ServiceUsage>(), onDidChange: new Emitter<ReadonlyMap<string, ServiceUsage>>().event }

describe('stack texts', () => {
  it('say the same of the same state', () => {
    assert.deepEqual(describeStack(running), {
      short: '$(pass-filled) Lakehouse running',
      long: 'All services that run are healthy.',
      isFailure: false,
    })
    assert.deepEqual(describeStack({ ...running, services: [s3, spark, { ...spark, name: 'other', isActive: false }] }), {
      short: '$(pass-filled) Lakehouse: 1 of 2 running',
      long: '1 of 2 services of the stack are running. All services that run are healthy.',
      isFailure: false,
    })
    assert.deepEqual(describeStack(failed), { short: '$(error) Lakehouse failed', long: 'Spark ended. See its log.', isFailure: true })
  })

  it('say how far a step is where that is known', () => {
    assert.equal(describeProgress({ step: 'Installing Spark', done: 3, total: 9 }), 'Installing Spark (33 %)')
    assert.equal(describeProgress({ step: 'Waiting for Spark' }), 'Waiting for Spark')
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
    const engine = { 'dataflow.stackEngine': 'local' }
    assert.deepEqual([watch.state, count.loads], [undefined, 0])
    assert.deepEqual(await watch.look(new AbortController().signal), stoppedStack)
    assert.deepEqual(Object.fromEntries(seen.context), { ...engine, 'dataflow.stackState': 'stopped', 'dataflow.lakeState': 'stopped' })
    changed.fire(failed)
    await settle()
    assert.deepEqual(Object.fromEntries(seen.context), { ...engine, 'dataflow.stackState': 'failed', 'dataflow.lakeState': 'failed' })
  })

  it('follows the engine while it is held, and looks once it hears of it', async () => {
    const { lakehouse, count } = fakeApp(running)
    const watch = createStackWatch({ lakehouse, log })
    const hold = watch.hold()
    await settle()
    assert.deepEqual([count.held, count.looks, watch.state], [1, 1, running])
    hold.dispose()
    assert.equal(count.held, 0)
    watch.hold().dispose()
    await settle()
    assert.equal(count.held, 0, 'one that is let go at once is not held later')
  })

  it('feeds the tree, which looks once, and the status bar', async () => {
    const { lakehouse, changed, count } = fakeApp(running)
    const watch = createStackWatch({ lakehouse, log })
    const status = createStackStatus(watch)
    const tree = createStackTree({ watch, usage: noUsage, problems: { show: assert.fail } })
    const [group] = (await tree.getChildren()) ?? []
    assert.deepEqual([group, (await tree.getChildren())?.length, count.looks], [{ kind: 'group', name: 'core', services: [s3] }, 1, 1])
    assert.deepEqual(await tree.getChildren(group), [{ kind: 'service', service: s3 }])
    changed.fire({ ...stoppedStack, kind: 'starting', step: 'x', services: [spark] })
    assert.deepEqual(await tree.getChildren(), [{ kind: 'group', name: 'core', services: [{ ...spark, state: 'starting' }] }])
    assert.deepEqual(
      seen.statusBar.map(({ text, shown }) => [text, shown]),
      [['$(loading~spin) Lakehouse starting', true]],
    )
    status.dispose()
  })

  it('draws the rows anew of which a reading says something else', async () => {
    const watch = createStackWatch({ ...fakeApp({ ...running, services: [s3, { ...s3, name: 'minio' }] }), log })
    await watch.look(new AbortController().signal)
    const changed = new Emitter<ReadonlyMap<string, ServiceUsage>>()
    const current = new Map<string, ServiceUsage>()
    const clock = { now: () => 2000, sleep: () => assert.fail() }
    const tree = createStackTree({ watch, usage: { current, onDidChange: changed.event }, problems: { show: assert.fail }, clock })
    const drawn: unknown[] = []
    tree.onDidChangeTreeData?.(nodes => {
      drawn.push(nodes)
      for (const node of Array.isArray(nodes) ? nodes : []) tree.getTreeItem(node)
    })
    const [group] = await tree.getChildren()
    const nodes = await tree.getChildren(group)
    nodes.forEach(node => tree.getTreeItem(node))
    for (const memoryBytes of [410_000_000, 410_000_001, 500_000_000]) {
      current.set('s3', { cpu: 0, memoryBytes, memoryLimitBytes: null })
      changed.fire(current)
    }
    assert.deepEqual(drawn, [[nodes[0]], [nodes[0]]])
  })

  it('shows the services of a stopped stack, but the welcome text where there never was one', async () => {
    const stopped = { ...stoppedStack, services: [spark] }
    const shown = async (facts: Parameters<typeof fakeApp>[1]) => {
      const watch = createStackWatch({ ...fakeApp(stopped, facts), log })
      return (await createStackTree({ watch, usage: noUsage, problems: { show: assert.fail } }).getChildren())?.length
    }
    assert.deepEqual([await shown({}), await shown({ wasStarted: true }), await shown({ hasCompose: true })], [0, 1, 1])
  })

  it('shows why there are no services', async () => {
    const watch = createStackWatch({ ...fakeApp({ ...failed, services: [] }), log })
    const tree = createStackTree({ watch, usage: noUsage, problems: { show: assert.fail } })
    assert.deepEqual(await tree.getChildren(), [{ kind: 'problem', problem }])
  })
})

describe('stack usage', () => {
  beforeEach(reset)

  it('is read at once, then at each tick, until nobody looks', async () => {
    const { lakehouse, count } = fakeApp(running)
    const watch = createStackWatch({ lakehouse, log })
    await watch.look(new AbortController().signal)
    const ticks: (() => void)[] = []
    const usage = createStackUsage({ lakehouse, log }, watch, (_ms, task) => {
      ticks.push(task)
      return { dispose: () => void (ticks.length = 0) }
    })
    const following = usage.follow()
    await settle()
    ticks.forEach(tick => tick())
    await settle()
    assert.deepEqual([count.readings, usage.current.get('s3')?.memoryBytes], [2, 410_000_000])
    following.dispose()
    assert.deepEqual(ticks, [])
  })

  it('is not read while nothing runs', async () => {
    const { lakehouse, count } = fakeApp(stoppedStack)
    const watch = createStackWatch({ lakehouse, log })
    await watch.look(new AbortController().signal)
    createStackUsage({ lakehouse, log }, watch, () => ({ dispose: () => {} })).follow()
    await settle()
    assert.equal(count.readings, 0)
  })
})
