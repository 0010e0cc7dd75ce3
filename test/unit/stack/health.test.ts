import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net'
import { tryLoopback, unhealthy, waitHealthy, type HealthWait } from '#stack/health.ts'
import { fakeClock } from '../../fakes/clock.ts'

const signal = new AbortController().signal

/** A wait on a clock that nobody waits for. */
function wait(more: Partial<HealthWait>): HealthWait & { clock: ReturnType<typeof fakeClock> } {
  const clock = fakeClock()
  const probe = { kind: 'http', port: 1, path: '/' } as const
  return { probe, tryProbe: () => Promise.resolve(false), isAlive: () => Promise.resolve(true), deadlineMs: 2000, ...more, clock }
}

describe('waiting for health', () => {
  it('tries again after longer and longer pauses until there is an answer', async () => {
    let tries = 0
    const options = wait({ tryProbe: () => Promise.resolve((tries += 1) === 4) })
    assert.equal(await waitHealthy(options, signal), 'healthy')
    assert.deepEqual(options.clock.sleeps, [50, 75, 112.5])
  })

  it('ends early when the process has ended', async () => {
    const alive = [true, true, false]
    const options = wait({ isAlive: () => Promise.resolve(alive.shift() ?? false) })
    assert.equal(await waitHealthy(options, signal), 'ended')
    assert.equal(options.clock.sleeps.length, 2)
  })

  it('ends at its deadline, with pauses of at most half a second', async () => {
    const options = wait({})
    assert.equal(await waitHealthy(options, signal), 'late')
    assert.ok(Math.max(...options.clock.sleeps) <= 500)
    assert.ok(options.clock.now() >= 2000 && options.clock.now() < 2500)
  })

  it('ends at once when it is aborted', async () => {
    const abort = new AbortController()
    const options = wait({ tryProbe: async () => (abort.abort(), false) })
    await assert.rejects(waitHealthy(options, abort.signal), { name: 'AbortError' })
  })

  it('quotes the root cause from the log of what ended', () => {
    const log =
      '10:00 WARN Something\njava.lang.RuntimeException: outer\n\tat a.B(C.java)\nCaused by: java.net.BindException: Address already in use\n\tat d.E(F.java)'
    const error = unhealthy('Spark', 'ended', { log, logFile: '/logs/s.log', service: 'spark-connect' })
    assert.equal(error.message, 'Spark ended while it was starting: Caused by: java.net.BindException: Address already in use')
    assert.deepEqual([error.code, error.hint, error.details], ['failed', 'Its log is /logs/s.log.', { service: 'spark-connect', log }])
    assert.equal(unhealthy('Spark', 'late', { log: '', logFile: '/l', service: 's' }).message, 'Spark did not answer in time.')
  })
})

describe('a probe', () => {
  const servers: Server[] = []
  afterEach(() => {
    for (const server of servers.splice(0)) server.close()
  })
  const listen = async (server: Server): Promise<number> => {
    servers.push(server)
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    // SAFETY: a server that listens on TCP has such an address.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return (server.address() as AddressInfo).port
  }

  it('takes any HTTP answer but an error of the server', async () => {
    const answers = await Promise.all(
      [200, 403, 500].map(async status => http(await listen(createServer((_request, response) => response.writeHead(status).end())))),
    )
    assert.deepEqual(answers, [true, true, false])
  })

  it('tells a gRPC server from one that only accepts connections, and from none', async () => {
    const silent = createTcpServer(socket => void socket.on('error', () => {}))
    const closed = await listen(createTcpServer())
    await new Promise(resolve => servers.pop()?.close(resolve))
    assert.deepEqual(
      [await grpc(await listen(createHttp2Server())), await grpc(await listen(silent)), await grpc(closed)],
      [true, false, false],
    )
  })
})

it('stops asking without an answer: an abort is no sign of illness', async () => {
  const silent = createTcpServer()
  await new Promise<void>(resolve => void silent.listen(0, '127.0.0.1', resolve))
  const address = silent.address()
  assert.ok(address !== null && typeof address === 'object')
  const leaving = new AbortController()
  const asked = tryLoopback({ kind: 'grpc', port: address.port }, 60_000, leaving.signal)
  leaving.abort(new Error('not needed'))
  await assert.rejects(asked, /not needed/)
  silent.close()
})

function http(port: number): Promise<boolean> {
  return tryLoopback({ kind: 'http', port, path: '/' }, 300, signal)
}

function grpc(port: number): Promise<boolean> {
  return tryLoopback({ kind: 'grpc', port }, 300, signal)
}
