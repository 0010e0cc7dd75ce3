import assert from 'node:assert/strict'
import { addressOfService, probeOf } from '#stack/docker/endpoints.ts'
import { endpointsOf } from '#stack/endpoints.ts'
import { joinStands, standOf } from '#stack/docker/stand.ts'
import { parseContainer } from '#stack/docker/wire.ts'
import { inspected } from '../../../fakes/dockerEngine.ts'

const finishedAt = '2026-11-24T18:40:00.1Z'
const ended = (exitCode: number, more: object = {}) => ({ Running: false, ExitCode: exitCode, FinishedAt: finishedAt, ...more })
const stand = (state: object, stopped: Readonly<Record<string, string>> = {}) => {
  const { state: kind, health, reason } = standOf(parseContainer(inspected('abc', { state })), { stopped, scales: {} })
  return [kind, health, reason]
}

const of = (...states: readonly object[]) =>
  joinStands(states.map(state => standOf(parseContainer(inspected('abc', { state })), { stopped: {}, scales: {} })))

const bound = (containerPort: number, hostPort: number, protocol = 'tcp') => ({ containerPort, hostPort, protocol })

const service = (role: 's3' | 'mlflow' | 'spark-connect', health: 'healthy' | 'unknown', port: number, isOrphan = false) => ({
  role,
  health,
  port,
  url: `x://127.0.0.1:${port}`,
  isOrphan,
})

describe('what a container is doing', () => {
  it('is told by its state first, then by its health, then by its exit code', () => {
    assert.deepEqual(stand({}), ['running', 'unknown', null])
    assert.deepEqual(stand({ Health: { Status: 'starting' } }), ['starting', 'unknown', null])
    assert.deepEqual(stand({ Health: { Status: 'healthy' } }), ['running', 'healthy', null])
    assert.deepEqual(stand({ Health: { Status: 'unhealthy' } }), ['running', 'unhealthy', null])
    assert.deepEqual(stand({ Paused: true, Health: { Status: 'healthy' } }), ['running', 'unhealthy', 'paused'])
    assert.deepEqual(stand({ Restarting: true, ExitCode: 4 }), ['failed', 'unknown', 'restarting after exit 4'])
    assert.deepEqual(stand(ended(0, { Health: { Status: 'healthy' } })), ['stopped', 'unknown', null])
    assert.deepEqual(stand(ended(143)), ['stopped', 'unknown', null])
    assert.deepEqual(stand(ended(3, { Health: { Status: 'unhealthy' } })), ['failed', 'unknown', 'exit 3'])
    assert.deepEqual(stand(ended(137, { OOMKilled: true })), ['failed', 'unknown', 'exit 137, out of memory'])
    assert.deepEqual(stand(ended(0, { StartedAt: '0001-01-01T00:00:00Z' })), ['stopped', 'unknown', null])
    assert.deepEqual(stand(ended(128, { Error: 'no such file' })), ['failed', 'unknown', 'no such file'])
  })

  it('is told without the engine’s names for its own parts, and cut where that shows', () => {
    const taken = 'Bind for 127.0.0.1:9000 failed: port is already allocated'
    const error = `driver failed programming external connectivity on endpoint lake-s3-1 (482cb2f7aa75): ${taken}`
    assert.deepEqual(stand(ended(128, { Error: error })), ['failed', 'unknown', taken])
    assert.deepEqual(stand(ended(128, { Error: 'x'.repeat(300) })), ['failed', 'unknown', `${'x'.repeat(200)}…`])
  })

  it('is no failure when it was asked to end, until it ends again', () => {
    assert.deepEqual(stand(ended(137), { abc: finishedAt }), ['stopped', 'unknown', null])
    assert.deepEqual(stand(ended(137), { abc: '2026-11-24T18:00:00Z' }), ['failed', 'unknown', 'exit 137'])
    assert.deepEqual(stand(ended(137, { OOMKilled: true }), { abc: finishedAt }), ['failed', 'unknown', 'exit 137, out of memory'])
  })

  it('is the worst of all containers of a service', () => {
    const healthy = { Health: { Status: 'healthy' } }
    assert.deepEqual(of(), { state: 'stopped', health: 'unknown', reason: null })
    assert.equal(of(healthy, ended(1)).state, 'failed')
    assert.equal(of(healthy, { Health: { Status: 'starting' } }).state, 'starting')
    assert.deepEqual(of(healthy, { Health: { Status: 'unhealthy' } }).health, 'unhealthy')
    assert.deepEqual(of(healthy, {}).health, 'unknown')
    assert.deepEqual([of(healthy, ended(0)).state, of(healthy, ended(0)).health], ['running', 'healthy'])
  })
})

describe('where a container is reached', () => {
  it('is the port of its role, else the first that it publishes', () => {
    assert.deepEqual(addressOfService('s3', [bound(9001, 19_001), bound(9000, 19_000)], '127.0.0.1'), {
      port: 19_000,
      url: 'http://127.0.0.1:19000',
      uiUrl: null,
    })
    assert.deepEqual(addressOfService('spark-connect', [bound(4040, 14_040), bound(15_002, 25_002)], '127.0.0.1'), {
      port: 25_002,
      url: 'sc://127.0.0.1:25002',
      uiUrl: 'http://127.0.0.1:14040',
    })
    assert.deepEqual(addressOfService('spark-connect', [bound(4040, 14_040)], '127.0.0.1').port, null)
    assert.deepEqual(addressOfService('nginx', [bound(53, 53, 'udp'), bound(80, 8088)], 'box'), {
      port: 8088,
      url: 'http://box:8088',
      uiUrl: null,
    })
    assert.deepEqual(addressOfService(null, [bound(5432, 15_432)], '127.0.0.1'), { port: 15_432, url: null, uiUrl: null })
    assert.deepEqual(addressOfService('s3', [], '127.0.0.1'), { port: null, url: null, uiUrl: null })
  })

  it('is asked in the way of its role', () => {
    assert.deepEqual(probeOf('spark-connect', 15_002), { kind: 'grpc', port: 15_002 })
    assert.deepEqual(probeOf('mlflow', 5000), { kind: 'http', port: 5000, path: '/' })
    assert.equal(probeOf(null, 5432), undefined)
    assert.equal(probeOf('s3', null), undefined)
  })

  it('is an endpoint of the stack while it is healthy', () => {
    const services = [
      service('s3', 'healthy', 1),
      service('mlflow', 'unknown', 2),
      service('spark-connect', 'healthy', 3),
      service('mlflow', 'healthy', 4, true),
    ]
    assert.deepEqual(endpointsOf(services, '127.0.0.1', 'http://127.0.0.1:5'), {
      s3: { endpoint: 'x://127.0.0.1:1', region: 'us-east-1' },
      spark: { host: '127.0.0.1', port: 3, uiUrl: 'http://127.0.0.1:5' },
    })
  })
})
