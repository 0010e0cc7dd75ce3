import assert from 'node:assert/strict'
import { isProblem } from '#base/errors.ts'
import { startOrder, withNeeds } from '#stack/order.ts'
import { planChange, type StackPlan, type StackRequest } from '#stack/plan.ts'
import type { ServiceName, ServiceState } from '#stack/types.ts'
import { serviceState } from '../../fakes/stackEngine.ts'
import { seededRandom, seedOfRun } from '../../support/random.ts'

const needs: Readonly<Record<ServiceName, readonly ServiceName[]>> = {
  'spark-connect': ['s3', 'spark-master'],
  'spark-worker': ['spark-master'],
  mlflow: ['s3'],
  nginx: ['mlflow'],
}

function service(name: ServiceName, more: Partial<ServiceState> & { readonly isRunning?: boolean } = {}): ServiceState {
  const { isRunning = false, ...own } = more
  return serviceState(name, isRunning, { needs: needs[name] ?? [], ...own })
}

/** The stack with these running. */
function stackWith(...running: readonly ServiceName[]): readonly ServiceState[] {
  return ['s3', 'spark-master', 'spark-worker', 'spark-connect', 'mlflow', 'nginx'].map(name =>
    service(name, { isRunning: running.includes(name), isActive: name !== 'nginx' }),
  )
}

function told({ steps }: StackPlan): string[] {
  return steps.map(({ action, service: name, reason }) => [action, name, ...(reason === null ? [] : [`(${reason})`])].join(' '))
}

const isOf = (code: 'notFound' | 'unsupported' | 'invalid', text: string) => (error: unknown) =>
  isProblem(error, code) && `${error.message} ${error.hint ?? ''}`.includes(text)

/** The stack after every step went well. */
function after({ steps }: StackPlan, services: readonly ServiceState[]): readonly ServiceState[] {
  return steps.reduce(
    (now, { action, service: name }) =>
      now.map(one => (one.name === name ? { ...one, ...stateAfter(action === 'start' || action === 'recreate', name) } : one)),
    services,
  )
}

function stateAfter(isRunning: boolean, name: ServiceName): Pick<ServiceState, 'state' | 'health' | 'isOutdated'> {
  const { state, health } = serviceState(name, isRunning)
  return { state, health, isOutdated: false }
}

const scale = (count: number): StackRequest => ({ kind: 'scale', service: 'spark-worker', count })

describe('the plan of a start', () => {
  it('starts what is active, each service after what it needs', () => {
    const plan = planChange({ kind: 'up' }, stackWith().toReversed())
    assert.deepEqual(told(plan), ['start s3', 'start mlflow', 'start spark-master', 'start spark-connect', 'start spark-worker'])
    assert.deepEqual([plan.kept, plan.skipped, plan.isDestructive], [[], [], false])
  })

  it('starts for a named service what it needs, and says why', () => {
    const plan = planChange({ kind: 'up', services: ['nginx'] }, stackWith('spark-master'))
    assert.deepEqual(told(plan), ['start s3 (MLflow needs it)', 'start mlflow (NGINX needs it)', 'start nginx'])
  })

  it('keeps what stands, wakes what does not answer or has failed, makes anew what is outdated', () => {
    const plan = planChange({ kind: 'up' }, [
      service('s3', { isRunning: true }),
      service('prefect', { isRunning: true, health: 'unknown' }),
      service('mlflow', { isRunning: true, health: 'unhealthy' }),
      service('spark-master', { state: 'failed', reason: 'exit 137, out of memory' }),
      service('streamlit', { isRunning: true, isOutdated: true }),
    ])
    assert.deepEqual(told(plan), [
      'start mlflow (it does not answer)',
      'start spark-master (it had failed: exit 137, out of memory)',
      'recreate streamlit (its definition changed)',
    ])
    assert.deepEqual([plan.kept, plan.isDestructive], [['s3', 'prefect'], true])
  })

  it('does not call it destructive to make anew what stands still', () => {
    const plan = planChange({ kind: 'up' }, [service('s3', { isOutdated: true })])
    assert.deepEqual([told(plan), plan.isDestructive], [['recreate s3 (its definition changed)'], false])
  })

  it('leaves out what cannot run here with all that needs it, and tells of orphans', () => {
    const unavailable = 'MLflow cannot run here: its program is missing.'
    const services = [
      service('s3'),
      service('mlflow', { unavailable }),
      service('nginx'),
      service('old', { isRunning: true, isOrphan: true }),
    ]
    const plan = planChange({ kind: 'up' }, services)
    assert.deepEqual(told(plan), ['start s3'])
    assert.deepEqual(plan.skipped, [
      { service: 'mlflow', reason: unavailable },
      { service: 'nginx', reason: `NGINX needs MLflow. ${unavailable}` },
      { service: 'old', reason: 'old is there, but the definition does not name it any more.' },
    ])
    assert.throws(() => planChange({ kind: 'up', services: ['nginx'] }, services), isOf('unsupported', unavailable))
    assert.throws(() => planChange({ kind: 'up', services: ['old'] }, services), isOf('unsupported', 'does not name it'))
  })

  it('refuses a name that the definition lacks, and says which it has', () => {
    const hint = 'It has s3, mlflow.'
    assert.throws(() => planChange({ kind: 'up', services: ['mflow'] }, [service('s3'), service('mlflow')]), isOf('notFound', hint))
  })
})

describe('the plan of an end', () => {
  it('stops what is there, dependents first', () => {
    const services = [...stackWith('s3', 'spark-master', 'spark-connect'), service('old', { isRunning: true, isOrphan: true })]
    assert.deepEqual(told(planChange({ kind: 'down' }, services)), ['stop old', 'stop spark-connect', 'stop spark-master', 'stop s3'])
  })

  it('stops with a named service what needs it, and says why', () => {
    const plan = planChange({ kind: 'down', services: ['s3'] }, stackWith('s3', 'mlflow', 'nginx', 'spark-worker'))
    assert.deepEqual(told(plan), ['stop nginx (it needs the object store)', 'stop mlflow (it needs the object store)', 'stop s3'])
  })

  it('has nothing to do for what stands still', () => {
    const plan = planChange({ kind: 'down', services: ['mlflow'] }, stackWith())
    assert.deepEqual([told(plan), plan.kept], [[], ['mlflow']])
  })

  it('lists what a reset loses, also of what stands still, and only stops what needs it', () => {
    const losses = new Map([['s3', [{ kind: 'folder', name: '/data/s3', bytes: 12 } as const]]])
    const plan = planChange({ kind: 'reset', services: ['s3'] }, stackWith('mlflow'), losses)
    assert.deepEqual(told(plan), ['stop mlflow (it needs the object store)', 'erase s3'])
    assert.deepEqual(plan.losses, [{ kind: 'folder', name: '/data/s3', bytes: 12, service: 's3' }])
    assert.equal(plan.isDestructive, true)
  })

  it('removes all that can be there', () => {
    const plan = planChange({ kind: 'remove' }, [service('s3'), service('nginx', { unavailable: 'NGINX is not installed.' })])
    assert.deepEqual([told(plan), plan.isDestructive], [['remove s3'], true])
  })
})

describe('the plan of other changes', () => {
  it('restarts a service and leaves what needs it', () => {
    const plan = planChange({ kind: 'restart', services: ['s3'] }, stackWith('s3', 'mlflow'))
    assert.deepEqual([told(plan), plan.isDestructive], [['stop s3', 'start s3'], false])
  })

  it('restarts all that is there and what should be', () => {
    const plan = planChange({ kind: 'restart' }, stackWith('s3', 'mlflow', 'nginx', 'spark-master', 'spark-connect'))
    assert.deepEqual(told(plan).slice(0, 5), ['stop nginx', 'stop mlflow', 'stop spark-connect', 'stop spark-master', 'stop s3'])
    assert.deepEqual(told(plan).slice(5).toSorted(), [
      'start mlflow',
      'start nginx',
      'start s3',
      'start spark-connect',
      'start spark-master',
      'start spark-worker',
    ])
  })

  it('starts before it scales, and does nothing where the count is right', () => {
    assert.deepEqual(told(planChange(scale(2), stackWith())), [
      'start spark-master (the Spark worker needs it)',
      'start spark-worker',
      'scale spark-worker',
    ])
    assert.deepEqual(told(planChange(scale(1), stackWith('spark-master', 'spark-worker'))), [])
    assert.throws(() => planChange(scale(0), stackWith()), isOf('invalid', '1 or more'))
  })
})

describe('plans of random stacks', () => {
  const seed = seedOfRun()
  const random = seededRandom(seed)
  const below = (bound: number): number => Math.floor(random() * bound)

  /** Services that need only earlier ones, in any order, in any state. */
  function randomStack(): readonly ServiceState[] {
    const names = Array.from({ length: 1 + below(9) }, (_, index) => `s${index}`)
    const services = names.map((name, index) => {
      const isRunning = random() < 0.4
      return serviceState(name, isRunning, {
        needs: names.slice(0, index).filter(() => random() < 0.3),
        isActive: random() < 0.7,
        unavailable: random() < 0.1 ? 'It cannot.' : null,
        isOutdated: random() < 0.2,
        ...(isRunning && random() < 0.2 ? { health: 'unhealthy' } : {}),
        ...(!isRunning && random() < 0.2 ? { state: 'failed' } : {}),
      })
    })
    return services.toSorted(() => random() - 0.5)
  }

  function forAll(check: (services: readonly ServiceState[]) => void): void {
    for (let round = 0; round < 500; round += 1) {
      const services = randomStack()
      try {
        check(services)
      } catch (error) {
        throw new Error(`DATAFLOW_SEED=${seed}, round ${round}: ${JSON.stringify(services)}`, { cause: error })
      }
    }
  }

  it('order every start behind what it needs, and touch nothing that is not needed', () => {
    forAll(services => {
      const plan = planChange({ kind: 'up' }, services)
      const order = plan.steps.map(({ service: name }) => name)
      const wanted = withNeeds(
        services.filter(({ isActive }) => isActive).map(({ name }) => name),
        services,
      )
      for (const [index, name] of order.entries()) {
        assert.ok(wanted.has(name))
        const own = services.find(one => one.name === name)
        for (const need of own?.needs ?? []) assert.ok(plan.kept.includes(need) || order.slice(0, index).includes(need))
      }
      const all = [...order, ...plan.kept, ...plan.skipped.map(({ service: name }) => name)]
      assert.deepEqual(all.toSorted(), [...wanted].toSorted())
    })
  })

  it('have no step left after they were carried out', () => {
    forAll(services => {
      for (const kind of ['up', 'down'] as const) {
        const once = after(planChange({ kind }, services), services)
        assert.deepEqual(planChange({ kind }, once).steps, [])
      }
    })
  })

  it('end every dependent before what it needs', () => {
    forAll(services => {
      const first = services[0]?.name ?? ''
      for (const request of [{ kind: 'down' }, { kind: 'down', services: [first] }, { kind: 'reset' }] as const) {
        const order = planChange(request, services).steps.map(({ service: name }) => name)
        for (const [index, name] of order.entries()) {
          const dependents = services.filter(({ needs: own }) => own.includes(name)).map(one => one.name)
          assert.deepEqual(
            order.slice(index).filter(other => dependents.includes(other)),
            [],
          )
        }
      }
    })
  })

  it('do not depend on the order in which services are listed', () => {
    forAll(services => {
      const plans = [services, services.toReversed()].map(list => planChange({ kind: 'up' }, startOrder(list)))
      const [one, other] = plans.map(({ steps }) => steps.map(({ action, service: name }) => `${action} ${name}`).toSorted())
      assert.deepEqual(one, other)
    })
  })
})
