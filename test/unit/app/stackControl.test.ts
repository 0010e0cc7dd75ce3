import assert from 'node:assert/strict'
import { createStackControl, type StackControl } from '#app/stackControl.ts'
import { fixedEngine } from '#app/stackEngines.ts'
import { systemClock } from '#base/clock.ts'
import { isProblem, LakehouseError } from '#base/errors.ts'
import { silentLog } from '#base/log.ts'
import type { StackEndpoints, StackSecrets } from '#stack/types.ts'
import { fakeEngine, serviceState, type FakeEngine } from '../../fakes/stackEngine.ts'

const never = new AbortController().signal
const ignore = (): void => {}

interface Watched {
  readonly control: StackControl
  readonly states: readonly string[]
  readonly buckets: readonly [StackEndpoints['s3'], StackSecrets['s3']][]
}

function watch(engine: FakeEngine): Watched {
  const states: string[] = []
  const buckets: [StackEndpoints['s3'], StackSecrets['s3']][] = []
  const createBuckets = async (endpoint: StackEndpoints['s3'], secrets: StackSecrets['s3']): Promise<void> =>
    void buckets.push([endpoint, secrets])
  const control = createStackControl(fixedEngine(engine), { log: silentLog, clock: systemClock, createBuckets })
  control.onDidChange(state => states.push(state.kind === 'starting' ? `starting: ${state.step}` : state.kind))
  return { control, states, buckets }
}

describe('the stack control', () => {
  it('brings everything up in order, with the buckets before Spark', async () => {
    const engine = fakeEngine()
    const { control, states, buckets } = watch(engine)
    const state = await control.change({ kind: 'up' }, ignore, never)
    assert.equal(state.kind, 'running')
    assert.deepEqual(engine.calls, ['prepare', 'start s3', 'start spark-connect'])
    assert.deepEqual(states, [
      'starting: Installing',
      'starting: Starting the object store',
      'starting: Creating the buckets',
      'starting: Starting Spark',
      'running',
    ])
    assert.deepEqual(buckets, [
      [
        { endpoint: 'http://127.0.0.1:9000', region: 'us-east-1' },
        { accessKeyId: 'key', secretAccessKey: 'secret' },
      ],
    ])
  })

  it('installs and starts nothing when all runs, but sees to the buckets', async () => {
    const engine = fakeEngine('s3', 'spark-connect')
    const { control, buckets } = watch(engine)
    assert.equal((await control.change({ kind: 'up' }, ignore, never)).kind, 'running')
    assert.deepEqual([engine.calls, buckets.length], [[], 1])
  })

  it('starts only what is missing', async () => {
    const engine = fakeEngine('s3')
    await watch(engine).control.change({ kind: 'up' }, ignore, never)
    assert.deepEqual(engine.calls, ['prepare', 'start spark-connect'])
  })

  it('lets a second up join the first', async () => {
    const engine = fakeEngine()
    const { control } = watch(engine)
    const gate = Promise.withResolvers<void>()
    engine.onStart = () => gate.promise
    const heard: string[] = []
    const first = control.change({ kind: 'up' }, ignore, never)
    await until(() => engine.calls.includes('start s3'))
    const second = control.change({ kind: 'up' }, ({ step }) => heard.push(step), never)
    gate.resolve()
    assert.deepEqual(await first, await second)
    assert.deepEqual(engine.calls, ['prepare', 'start s3', 'start spark-connect'])
    assert.deepEqual(heard, [
      'Starting the object store',
      'Creating the buckets',
      'Started the object store',
      'Starting Spark',
      'Started Spark',
      'Started the object store and Spark.',
    ])
  })

  it('goes on for those who stay when one of them cancels', async () => {
    const engine = fakeEngine()
    const { control } = watch(engine)
    const gate = Promise.withResolvers<void>()
    engine.onStart = () => gate.promise
    const leaving = new AbortController()
    const [left, stayed] = [control.change({ kind: 'up' }, ignore, leaving.signal), control.change({ kind: 'up' }, ignore, never)]
    await until(() => engine.calls.includes('start s3'))
    leaving.abort()
    await assert.rejects(left, { name: 'AbortError' })
    gate.resolve()
    assert.equal((await stayed).kind, 'running')
  })

  it('takes back what it started when it is cancelled, and nothing else', async () => {
    const engine = fakeEngine('s3')
    const { control } = watch(engine)
    const abort = new AbortController()
    engine.onStart = (_name, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    const up = control.change({ kind: 'up' }, ignore, abort.signal)
    await until(() => engine.calls.includes('start spark-connect'))
    abort.abort()
    await assert.rejects(up, { name: 'AbortError' })
    assert.deepEqual(engine.calls, ['prepare', 'start spark-connect', 'stop spark-connect'])
    assert.equal(control.state.kind, 'running')
    assert.deepEqual([...engine.running], ['s3'])
  })

  it('tells what a cancelled restart leaves stopped, and what could not be stopped again', async () => {
    const engine = fakeEngine('s3')
    const { control } = watch(engine)
    const abort = new AbortController()
    const heard: string[] = []
    engine.onStart = async name => {
      if (name === 'spark-connect') abort.abort()
    }
    engine.onStop = async name => {
      if (name === 'spark-connect') throw new LakehouseError('unreachable', 'Docker is gone.')
    }
    const report = ({ step }: { readonly step: string }): void => void heard.push(step)
    await assert.rejects(control.change({ kind: 'restart' }, report, abort.signal), { name: 'AbortError' })
    assert.deepEqual(heard.slice(-2), ['Stopping Spark again', 'Spark could not be stopped again: Docker is gone.'])
    const again = new AbortController()
    engine.onStart = async () => again.abort()
    engine.onStop = async () => {}
    await assert.rejects(control.change({ kind: 'restart', services: ['s3'] }, report, again.signal), { name: 'AbortError' })
    assert.equal(heard.at(-1), 'Left stopped: the object store')
  })

  it('has failed when it cannot end what it is to restart', async () => {
    const engine = fakeEngine('s3')
    const { control } = watch(engine)
    engine.onStop = async () => {
      throw new LakehouseError('denied', 'It may not be ended.')
    }
    await assert.rejects(control.change({ kind: 'restart', services: ['s3'] }, ignore, never), { code: 'denied' })
  })

  it('is stopped after the cancelled start of everything, and can start again', async () => {
    const engine = fakeEngine()
    const { control } = watch(engine)
    const abort = new AbortController()
    engine.onStart = async name => {
      if (name === 'spark-connect') abort.abort()
      abort.signal.throwIfAborted()
    }
    await assert.rejects(control.change({ kind: 'up' }, ignore, abort.signal), { name: 'AbortError' })
    assert.equal(control.state.kind, 'stopped')
    engine.onStart = () => Promise.resolve()
    assert.equal((await control.change({ kind: 'up' }, ignore, never)).kind, 'running')
  })

  it('shows why it failed, keeps what works and repairs the rest on the next up', async () => {
    const engine = fakeEngine()
    const { control } = watch(engine)
    const details = { service: 'spark-connect', log: 'Caused by: BindException' }
    engine.onStart = name =>
      name === 's3' ? Promise.resolve() : Promise.reject(new LakehouseError('failed', 'Spark ended.', { hint: 'Look.', details }))
    await assert.rejects(control.change({ kind: 'up' }, ignore, never), error => isProblem(error, 'failed'))
    assert.ok(control.state.kind === 'failed')
    assert.deepEqual(control.state.problem, { code: 'failed', message: 'Spark ended.', hint: 'Look.', details })
    assert.deepEqual([...engine.running], ['s3'])
    const seen = await control.refresh(never)
    assert.ok(seen.kind === 'failed' && seen.problem.message === 'Spark ended.')
    engine.running.add('spark-connect')
    assert.equal((await control.refresh(never)).kind, 'running')
    engine.running.delete('spark-connect')
    engine.onStart = () => Promise.resolve()
    assert.equal((await control.change({ kind: 'up' }, ignore, never)).kind, 'running')
    assert.deepEqual(engine.calls, ['prepare', 'start s3', 'start spark-connect', 'prepare', 'start spark-connect'])
  })

  it('stops in reverse order', async () => {
    const engine = fakeEngine('s3', 'spark-connect')
    const { control, states } = watch(engine)
    assert.equal((await control.change({ kind: 'down' }, ignore, never)).kind, 'stopped')
    assert.deepEqual(engine.calls, ['stop spark-connect', 'stop s3'])
    assert.deepEqual(states, ['stopping', 'stopping', 'stopped'])
  })

  it('makes one change after another, in the order they were asked for', async () => {
    const engine = fakeEngine()
    const { control } = watch(engine)
    const states = await Promise.all([
      control.change({ kind: 'up' }, ignore, never),
      control.change({ kind: 'down' }, ignore, never),
      control.change({ kind: 'up' }, ignore, never),
    ])
    assert.deepEqual(
      states.map(state => state.kind),
      ['running', 'stopped', 'running'],
    )
    assert.deepEqual(
      engine.calls.filter(call => call.endsWith('s3')),
      ['start s3', 'stop s3', 'start s3'],
    )
  })

  it('starts what stands side by side at the same time', async () => {
    const engine = fakeEngine()
    engine.services = [serviceState('s3', false), serviceState('prefect', false), serviceState('mlflow', false, { needs: ['s3'] })]
    const gate = Promise.withResolvers<void>()
    engine.onStart = name => (name === 's3' ? gate.promise : Promise.resolve())
    const up = watch(engine).control.change({ kind: 'up' }, ignore, never)
    await until(() => engine.running.has('prefect'))
    assert.deepEqual(engine.calls, ['prepare', 'start s3', 'start prefect'])
    gate.resolve()
    assert.equal((await up).kind, 'running')
    assert.deepEqual(engine.calls.slice(3), ['start mlflow'])
  })

  it('makes anew only what is outdated, and tells how each service ended', async () => {
    const engine = fakeEngine('s3', 'spark-connect')
    engine.services = [serviceState('s3', true), serviceState('spark-connect', true, { isOutdated: true })]
    const outcomes: unknown[] = []
    await watch(engine).control.change({ kind: 'up' }, ({ service, outcome }) => outcome && outcomes.push([service, outcome]), never)
    assert.deepEqual(engine.calls, ['prepare', 'start spark-connect'])
    assert.deepEqual(outcomes, [
      ['s3', 'kept'],
      ['spark-connect', 'recreated'],
    ])
  })

  it('goes on with what does not need the one that failed, and names what was not started', async () => {
    const engine = fakeEngine()
    engine.services = [
      serviceState('s3', false),
      serviceState('mlflow', false),
      serviceState('spark-connect', false, { needs: ['s3'] }),
      serviceState('nginx', false, { needs: ['spark-connect'] }),
    ]
    engine.onStart = async name => {
      if (name === 's3')
        throw new LakehouseError('failed', 'The object store ended.', { hint: 'Look.', details: { service: 's3', log: 'no' } })
    }
    const { control } = watch(engine)
    await assert.rejects(control.change({ kind: 'up' }, ignore, never), {
      message: 'The object store ended. Not started because of that: Spark and NGINX.',
      hint: 'Look.',
      details: { service: 's3', log: 'no', failed: 's3', notStarted: 'spark-connect, nginx' },
    })
    assert.deepEqual([[...engine.running], control.state.kind], [['mlflow'], 'failed'])
  })

  it('finds out which service cannot be prepared, and starts the others', async () => {
    const engine = fakeEngine()
    engine.services = [serviceState('s3', false), serviceState('mlflow', false)]
    engine.onPrepare = async (_signal, names) => {
      if (names.includes('mlflow')) throw new LakehouseError('notFound', 'There is no image of MLflow.')
    }
    await assert.rejects(watch(engine).control.change({ kind: 'up' }, ignore, never), { message: 'There is no image of MLflow.' })
    assert.deepEqual([...engine.running], ['s3'])
  })

  it('starts anew what does not stand any more since its store was started anew', async () => {
    const engine = fakeEngine('spark-connect')
    engine.onStart = async name => void (name === 's3' && engine.running.delete('spark-connect'))
    const { control } = watch(engine)
    assert.equal((await control.change({ kind: 'up', services: ['s3'] }, ignore, never)).kind, 'running')
    assert.deepEqual(engine.calls, ['prepare', 'start s3', 'start spark-connect'])
  })

  it('plans a reset with its losses and changes nothing, then erases', async () => {
    const engine = fakeEngine('s3', 'spark-connect')
    const { control } = watch(engine)
    const { losses } = await control.plan({ kind: 'reset', services: ['s3'] }, never)
    assert.deepEqual([losses, engine.calls], [[{ kind: 'folder', name: '/data/s3', bytes: null, service: 's3' }], []])
    assert.equal((await control.change({ kind: 'reset', services: ['s3'] }, ignore, never)).kind, 'stopped')
    assert.deepEqual(engine.calls, ['stop spark-connect', 'erase s3'])
  })

  it('scales a service that runs', async () => {
    const engine = fakeEngine('s3', 'spark-connect')
    await watch(engine).control.change({ kind: 'scale', service: 'spark-connect', count: 3 }, ignore, never)
    assert.deepEqual(engine.calls.at(-1), 'scale spark-connect 3')
  })

  it('has failed while the engine does not answer, says why, and stops following with the last who watches', async () => {
    const engine = fakeEngine()
    let isLost = true
    let changed = ignore
    const { observe } = engine
    engine.observe = async signal => {
      if (isLost) throw new LakehouseError('unreachable', 'Docker does not answer.', { hint: 'Start Docker.' })
      return observe(signal)
    }
    engine.watch = onChange => {
      changed = onChange
      return { dispose: () => void (changed = ignore) }
    }
    const { control, states } = watch(engine)
    const [one, two] = [control.watch(), control.watch()]
    await until(() => control.state.kind === 'failed')
    assert.ok(control.state.kind === 'failed')
    assert.deepEqual(control.state.problem, { code: 'unreachable', message: 'Docker does not answer.', hint: 'Start Docker.' })
    isLost = false
    engine.running.add('s3')
    changed()
    await until(() => control.state.kind === 'running')
    one.dispose()
    assert.notEqual(changed, ignore)
    two.dispose()
    assert.deepEqual([changed === ignore, states], [true, ['failed', 'running']])
  })

  it('sees on refresh that a service has gone', async () => {
    const engine = fakeEngine('s3', 'spark-connect')
    const { control } = watch(engine)
    assert.equal((await control.refresh(never)).kind, 'running')
    engine.running.delete('spark-connect')
    engine.crashed.add('spark-connect')
    const state = await control.refresh(never)
    assert.ok(state.kind === 'failed')
    assert.equal(state.problem.message, 'Spark is not running.')
  })

  it('shows that another window is at work, and waits for it', async () => {
    const engine = fakeEngine()
    engine.isElsewhere = true
    const { control, states } = watch(engine)
    assert.deepEqual((await control.refresh(never)).kind, 'starting')
    engine.isElsewhere = true
    const heard: string[] = []
    await control.change({ kind: 'up' }, ({ step }) => heard.push(step), never)
    assert.equal(heard[0], 'Waiting for another window that is changing the stack')
    assert.equal(states[1], 'starting: Waiting for another window that is changing the stack')
  })

  it('cancels its change when it is disposed, and starts no other', async () => {
    const engine = fakeEngine()
    const { control } = watch(engine)
    engine.onPrepare = signal => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    const up = control.change({ kind: 'up' }, ignore, never)
    await until(() => engine.calls.includes('prepare'))
    control.dispose()
    await assert.rejects(up, error => isProblem(error, 'cancelled'))
    await assert.rejects(control.change({ kind: 'up' }, ignore, never), error => isProblem(error, 'cancelled'))
  })
})

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise(setImmediate)
}
