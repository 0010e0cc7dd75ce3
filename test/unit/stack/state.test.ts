import assert from 'node:assert/strict'
import { stateOf } from '#stack/state.ts'
import type { ServiceState, StackEndpoints } from '#stack/types.ts'
import { serviceState } from '../../fakes/stackEngine.ts'

const endpoints: StackEndpoints = {
  s3: { endpoint: 'http://127.0.0.1:9000', region: 'us-east-1' },
  spark: { host: '127.0.0.1', port: 15_002, uiUrl: 'http://127.0.0.1:4040' },
}
const both = (s3: Partial<ServiceState>, spark: Partial<ServiceState>): ServiceState[] => [
  { ...serviceState('s3', true), ...s3 },
  { ...serviceState('spark-connect', true), ...spark },
]

describe('the state of the stack', () => {
  it('follows from the services', () => {
    const stopped = { state: 'stopped', health: 'unknown' } as const
    const crashed = { state: 'failed', health: 'unknown' } as const
    const kinds = [
      stateOf({ services: both({}, {}), endpoints }, 'local'),
      stateOf({ services: both(stopped, stopped), endpoints }, 'local'),
      stateOf({ services: both(crashed, {}), endpoints }, 'local'),
      stateOf({ services: both({}, stopped), endpoints }, 'local'),
      stateOf({ services: both({}, { health: 'unhealthy' }), endpoints }, 'local'),
      stateOf({ services: both({}, stopped), isChanging: true, endpoints }, 'local'),
    ].map(state => (state.kind === 'failed' ? state.problem.message : state.kind))
    assert.deepEqual(kinds, [
      'running',
      'stopped',
      'The object store is not running.',
      'running',
      'Spark runs but does not answer.',
      'starting',
    ])
  })
})
