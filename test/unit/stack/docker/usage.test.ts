import assert from 'node:assert/strict'
import { EngineClient } from '#stack/docker/client.ts'
import { UsageMeter } from '#stack/docker/usage.ts'
import { parseStats } from '#stack/docker/wire.ts'
import { startFakeDocker, type FakeDocker } from '../../../fakes/dockerEngine.ts'

const never = new AbortController().signal

/** As Docker 20.10 answers on a machine with cgroup v1; what v2 calls otherwise is in `memory`. */
const reading = (
  cpu: number,
  system: number,
  memory: object = { usage: 1000, limit: 8000, stats: { total_inactive_file: 300, cache: 600 } },
) => ({
  cpu_stats: { cpu_usage: { total_usage: cpu, percpu_usage: [1, 1] }, system_cpu_usage: system, online_cpus: 2 },
  memory_stats: memory,
})

const container = (id: string, service: string, state = 'running', oneOff = 'False') => ({
  Id: id,
  Names: [`/${id}`],
  State: state,
  Labels: { 'com.docker.compose.service': service, 'com.docker.compose.oneoff': oneOff },
})

describe('what services use', () => {
  let docker: FakeDocker
  beforeEach(async () => {
    docker = await startFakeDocker()
    docker.on('GET', /^\/info$/, { json: { MemTotal: 8000 } })
  })
  afterEach(async () => await docker.close())

  it('is counted as docker stats counts, without the cache of files, on both kinds of cgroups', () => {
    assert.deepEqual(parseStats(reading(5, 10)), { cpuTotal: 5, systemTotal: 10, cores: 2, memoryBytes: 700, memoryLimitBytes: 8000 })
    assert.equal(parseStats(reading(5, 10, { usage: 1000, limit: 8000, stats: { inactive_file: 100 } })).memoryBytes, 900)
    assert.equal(parseStats(reading(5, 10, { usage: 1000, limit: 8000, stats: { inactive_file: 5000 } })).memoryBytes, 1000)
    assert.deepEqual(parseStats({}), { cpuTotal: 0, systemTotal: 0, cores: 1, memoryBytes: 0, memoryLimitBytes: 0 })
  })

  it('is the sum of all containers of a service, its cores known from the second reading on', async () => {
    docker.on('GET', /^\/containers\/json$/, {
      json: [
        container('w1', 'worker'),
        container('w2', 'worker'),
        container('s1', 'store'),
        container('x', 'store', 'exited'),
        container('run', 'store', 'running', 'True'),
      ],
    })
    let round = 0
    docker.on('GET', /stats$/, ({ path }) => ({
      json: path.includes('w1')
        ? reading(100 + round * 50, 1000 + round * 100)
        : path.includes('w2')
          ? reading(100 + round * 25, 1000 + round * 100)
          : reading(7, 1000 + round * 100, { usage: 10, limit: 100, stats: {} }),
    }))
    const client = new EngineClient({ kind: 'socket', path: docker.socketPath })
    const meter = new UsageMeter()
    const first = await meter.read(client, 'lake', () => 0, never)
    assert.deepEqual(
      [...first],
      [
        ['worker', { cpu: null, memoryBytes: 1400, memoryLimitBytes: null }],
        ['store', { cpu: null, memoryBytes: 10, memoryLimitBytes: 100 }],
      ],
    )
    round = 1
    const second = await meter.read(client, 'lake', () => 1000, never)
    assert.deepEqual([second.get('worker')?.cpu, second.get('store')?.cpu], [1.5, 0])
  })

  it('goes by the clock where the engine does not tell the time of the machine', async () => {
    docker.on('GET', /^\/containers\/json$/, {
      json: [{ Id: 'a', Names: ['/a'], State: 'running', Labels: { 'com.docker.compose.service': 'store' } }],
    })
    let cpu = 0
    docker.on('GET', /stats$/, () => ({ json: reading(cpu, 0) }))
    const client = new EngineClient({ kind: 'socket', path: docker.socketPath })
    const meter = new UsageMeter()
    await meter.read(client, 'lake', () => 0, never)
    cpu = 500e6
    assert.equal((await meter.read(client, 'lake', () => 1000, never)).get('store')?.cpu, 0.5)
  })
})
