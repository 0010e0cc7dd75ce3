import assert from 'node:assert/strict'
import { isProblem } from '#base/errors.ts'
import { createMlflowClient, type MlflowClient } from '#mlflow/client.ts'
import type { SendOptions } from '#mlflow/send.ts'
import type { MlflowAuth, MetricSeries } from '#mlflow/types.ts'
import { startRestServer, status, type Received, type Reply, type RestServer } from '../../fakes/restServer.ts'

const never = new AbortController().signal
const clock = { now: () => 0, sleep: async () => {} }

describe('MLflow client', () => {
  let server: RestServer | undefined
  afterEach(async () => await server?.close())

  async function clientOf(reply: (request: Received) => Reply, options: SendOptions & { auth?: MlflowAuth; path?: string } = {}) {
    server = await startRestServer(reply)
    const { auth, path = '', ...more } = options
    const where = { connection: 'lake', url: `${server.url}${path}` }
    return { client: createMlflowClient(where, async () => auth, { clock, ...more }), received: server.received, url: server.url }
  }

  it('searches runs page by page on the server, with a body of known length', async () => {
    const { client, received } = await clientOf(() => ({ runs: [run({ run_name: 'first', status: 'FINISHED' })], next_page_token: 'n' }))
    const page = await client.searchRuns({ experimentId: '7', filter: "params.a = 'x'" }, { limit: 50, from: 'p' }, never)
    assert.deepEqual([page.items[0]?.name, page.items[0]?.status, page.next], ['first', 'finished', 'n'])
    const [request] = received
    assert.deepEqual(request?.body, {
      experiment_ids: ['7'],
      filter: "params.a = 'x'",
      run_view_type: 'ACTIVE_ONLY',
      max_results: 50,
      order_by: ['attributes.start_time DESC'],
      page_token: 'p',
    })
    assert.equal(request?.headers['content-length'], String(JSON.stringify(request?.body).length))
    assert.equal(request?.headers['transfer-encoding'], undefined)
  })

  it('reads values exactly: steps beyond 2^53, NaN, infinities, the smallest double', async () => {
    const metrics = `[{"key":"a","value":"NaN","timestamp":1795542784651,"step":1152921504606846977},
      {"key":"b","value":1.7976931348623157e+308,"timestamp":1,"step":-5},{"key":"c","value":"-Infinity","timestamp":"1795542784651","step":"9223372036854775807"},
      {"key":"d","value":5e-324,"timestamp":1,"step":0}]`
    const text = `{"run":{"info":{"run_id":"r","experiment_id":"1"},"data":{"metrics":${metrics}}}}`
    const { client } = await clientOf(() => status(200, text))
    const read = await client.getRun('r', never)
    assert.deepEqual(
      read.metrics.map(({ value, step, time }) => [value, step, time]),
      [
        [Number.NaN, 1152921504606846977n, 1795542784651],
        [Number.MAX_VALUE, -5n, 1],
        [Number.NEGATIVE_INFINITY, 9223372036854775807n, 1795542784651],
        [5e-324, 0n, 1],
      ],
    )
  })

  for (const token of ['secret\ntoken', 'secret – token', 'secret token', '']) {
    it(`does not send the token ${JSON.stringify(token)}, and does not repeat it`, async () => {
      const { client, received } = await clientOf(() => ({}), { auth: { kind: 'bearer', token } })
      await assert.rejects(client.getRun('r', never), error => {
        assert.ok(isProblem(error, 'invalid'))
        assert.doesNotMatch(`${error.message} ${error.hint} ${String(error.cause)} ${JSON.stringify(error.details)}`, /secret/)
        return true
      })
      assert.equal(received.length, 0)
    })
  }

  it('keeps hostile and long texts as they are', async () => {
    const value = `\u202E<img src=x onerror=alert(1)>${'x'.repeat(6000)}\n'"`
    const params = [{ key: '../../<b>', value }, { key: 'empty' }]
    const { client } = await clientOf(() => ({ run: run({ run_name: '<script>' }, { params }) }))
    const { name, params: read } = await client.getRun('r1', never)
    assert.deepEqual([name, read], ['<script>', [params[0], { key: 'empty', value: '' }]])
  })

  it('takes name and user of a run from its tags where they are, else from its info', async () => {
    const tags = [{ key: 'mlflow.user', value: 'ana' }]
    const { client } = await clientOf(() => ({
      run: run({ user_id: 'root', start_time: 5, end_time: 9, lifecycle_stage: 'deleted' }, { tags }),
    }))
    const { name, user, started, ended, isDeleted, status: state } = await client.getRun('r1', never)
    assert.deepEqual([name, user, started, ended, isDeleted, state], ['r1', 'ana', 5, 9, true, 'unknown'])
  })

  it('takes words of a server that mean something to the language for what they are', async () => {
    const { client } = await clientOf(() => ({ run: run({ status: 'constructor' }) }))
    assert.equal((await client.getRun('r', never)).status, 'unknown')
    await server?.close()
    const { client: other } = await clientOf(() => status(400, JSON.stringify({ error_code: 'constructor', message: 'no' })))
    await assert.rejects(other.getRun('r', never), { code: 'invalid' })
  })

  it('reads a history to its end, in order of step and time', async () => {
    const pages: Readonly<Record<string, object>> = {
      '': { metrics: [point(2, 20, 0.2), point(3, 10, 0.3)], next_page_token: 'two' },
      two: { metrics: [point(1, 30, 0.1), point(2, 10, 'NaN')] },
    }
    const { client } = await clientOf(({ query }) => pages[query['page_token'] ?? ''] ?? {})
    assert.deepEqual(columns(await client.metricHistory({ runId: 'r', key: 'loss' }, never)), [
      [1, 30, 0.1],
      [2, 10, Number.NaN],
      [2, 20, 0.2],
      [3, 10, 0.3],
    ])
  })

  for (const [what, metrics] of [
    ['without points', []],
    ['of the same points', [point(1, 1, 1)]],
  ] as const) {
    it(`gives a history ${what} and without an end up`, async () => {
      const { client, received } = await clientOf(() => ({ metrics, next_page_token: 'more' }))
      await assert.rejects(client.metricHistory({ runId: 'r', key: 'loss' }, never), { code: 'exhausted' })
      assert.ok(received.length <= 2)
    })
  }

  it('lets the server choose the points of a chart', async () => {
    const { client, received } = await clientOf(() => ({ metrics: [point(0, 1, 1), point(9, 2, 2)] }))
    const series = await client.sampledHistory({ runId: 'r', key: 'a b' }, { points: 2, steps: { first: 0, last: 9 } }, never)
    assert.deepEqual(columns(series), [
      [0, 1, 1],
      [9, 2, 2],
    ])
    assert.deepEqual(received[0]?.query, { run_ids: 'r', metric_key: 'a b', max_results: '2', start_step: '0', end_step: '9' })
  })

  it('chooses them itself where the server cannot', async () => {
    const all = Array.from({ length: 11 }, (_, step) => point(step, step, step))
    const { client } = await clientOf(({ path }) => (path.endsWith('-interval') ? status(404, 'Not Found') : { metrics: all }))
    const of = { runId: 'r', key: 'loss' }
    const steps = async (sample: Parameters<MlflowClient['sampledHistory']>[1]) =>
      Array.from((await client.sampledHistory(of, sample, never)).steps)
    assert.deepEqual(await steps({ points: 3 }), [0, 5, 10])
    assert.deepEqual(await steps({ points: 1 }), [10])
    assert.deepEqual(await steps({ points: 100, steps: { first: 4, last: 6 } }), [4, 5, 6])
  })

  it('lists a folder of artifacts', async () => {
    const files = [
      { path: 'a/b', is_dir: true },
      { path: 'a/ü +.txt', is_dir: false, file_size: 5 },
      { path: 'a/0', is_dir: false },
    ]
    const { client, received } = await clientOf(() => ({ root_uri: 'mlflow-artifacts:/1', files }))
    assert.deepEqual(await client.listArtifacts({ runId: 'r', path: 'a' }, undefined, never), {
      items: [
        { path: 'a/b', isFolder: true, size: undefined },
        { path: 'a/ü +.txt', isFolder: false, size: 5 },
        { path: 'a/0', isFolder: false, size: undefined },
      ],
    })
    assert.deepEqual(received[0]?.query, { run_id: 'r', path: 'a' })
  })

  it('sends a token or a user and password, with letters beyond ASCII, and below a path', async () => {
    const basic = await clientOf(none, { auth: { kind: 'basic', username: 'zoë', password: 'p:ä' }, path: '/mlflow/' })
    await basic.client.searchExperiments({ limit: 5 }, never)
    const [request] = basic.received
    assert.deepEqual([request?.path, request?.headers.authorization], ['/mlflow/api/2.0/mlflow/experiments/search', 'Basic em/DqzpwOsOk'])
    await server?.close()
    const bearer = await clientOf(none, { auth: { kind: 'bearer', token: 'secret' } })
    await bearer.client.searchExperiments({ limit: 5 }, never)
    assert.equal(bearer.received[0]?.headers.authorization, 'Bearer secret')
  })

  it('tries again what a server in trouble may answer later', async () => {
    const replies: Reply[] = [status(503, 'starting'), response => void response.destroy(), { experiments: [] }]
    const { client, received } = await clientOf(() => replies.shift() ?? {})
    assert.deepEqual(await client.searchExperiments({ limit: 5 }, never), { items: [] })
    assert.equal(received.length, 3)
  })

  const host = '<!doctype html><title>Sign in</title>'
  const refusals: readonly (readonly [string, Reply, object])[] = [
    ['a server that asks who you are', status(401, 'no'), { code: 'denied', hint: /credentials of "lake"/ }],
    [
      'a host name that it was not told',
      status(403, 'Invalid Host header - possible DNS rebinding attack detected'),
      { code: 'denied', hint: /--allowed-hosts "127\.0\.0\.1:\d+"/ },
    ],
    [
      'what the user may not do',
      status(403, '{"error_code":"PERMISSION_DENIED","message":"Permission denied"}'),
      { code: 'denied', message: /Permission denied\.$/ },
    ],
    ['a page that asks to sign in', host, { code: 'invalid', hint: /sign in/ }],
    ['a redirect', status(302, '', { location: 'https://login.test/' }), { code: 'invalid', hint: /https:\/\/login\.test/ }],
    [
      'a run that is not there',
      status(404, '{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"Run not found"}'),
      { code: 'notFound', message: 'Cannot read the run r: Run not found.' },
    ],
    ['an older server, or none', status(404, host, { 'content-type': 'text/html' }), { code: 'unsupported', hint: /2\.0 or newer/ }],
    [
      'a mistake in the request',
      status(400, '{"error_code":"INVALID_PARAMETER_VALUE","message":"Invalid clause\\n\\u001b[31m"}'),
      { code: 'invalid', message: 'Cannot read the run r: Invalid clause [31m.' },
    ],
    ['a server that fails', status(500, 'Internal error'), { code: 'failed', message: /status 500/ }],
    ['text that is no JSON', status(200, '{"run":'), { code: 'corrupt' }],
    ['JSON of another shape', status(200, '{"run":{"info":[]}}'), { code: 'corrupt' }],
    ['a list of anything', status(200, '{"run":{"info":{"run_id":"r","experiment_id":"1"},"data":{"metrics":[1]}}}'), { code: 'corrupt' }],
    ['an endless answer', response => void response.writeHead(200).end('x'.repeat(100_000)), { code: 'exhausted' }],
    [
      'a broken answer',
      response => void response.writeHead(200, { 'content-length': '100' }).write('{', () => response.destroy()),
      { code: 'unreachable' },
    ],
  ]
  for (const [what, reply, expected] of refusals) {
    it(`says what to do about ${what}`, async () => {
      const { client } = await clientOf(() => reply, { mostBytes: 50_000, auth: { kind: 'bearer', token: 's3cret-token' } })
      const failure: unknown = await client.getRun('r', never).catch((error: unknown) => error)
      assert.ok(failure instanceof Error)
      assert.doesNotMatch(JSON.stringify(failure) + failure.message, /s3cret/)
      await assert.rejects(Promise.reject(failure), { name: 'LakehouseError', ...expected })
    })
  }

  it('waits for an answer as long as it may, and ends at once when it is called off', async () => {
    const { client } = await clientOf(() => () => {}, { timeoutMs: 50 })
    await assert.rejects(client.getRun('r', never), { code: 'timeout' })
    const abort = new AbortController()
    const asked = client.getRun('r', abort.signal)
    abort.abort(new Error('left'))
    await assert.rejects(asked, { message: 'left' })
  })

  it('takes the version that MLflow calls HTML', async () => {
    const { client } = await clientOf(() => '3.17.2\n')
    assert.equal(await client.version(never), '3.17.2')
  })

  it('says that nothing listens', async () => {
    const { client } = await clientOf(() => ({}))
    await server?.close()
    server = undefined
    await assert.rejects(client.getRun('r', never), {
      code: 'unreachable',
      hint: /Start the service, or check the address "mlflow" of "lake"/,
    })
  })

  it('refuses an address that is none, or that holds a password, without repeating it', () => {
    for (const url of ['localhost:5000', 'nowhere', 'ftp://u:s3cret@x', 'http://u:s3cret@x:5000']) {
      assert.throws(
        () => createMlflowClient({ connection: 'lake', url }, async () => undefined),
        (error: Error) => error.name === 'LakehouseError' && !error.message.includes('s3cret'),
      )
    }
  })
})

const none = () => ({ experiments: [] })

function run(info: object, data: object = {}) {
  return { info: { run_id: 'r1', experiment_id: '7', ...info }, data }
}

function point(step: number, timestamp: number, value: number | string) {
  return { key: 'loss', step, timestamp, value }
}

function columns({ steps, times, values }: MetricSeries): number[][] {
  return Array.from(steps, (step, i) => [step, times[i] ?? 0, values[i] ?? 0])
}
