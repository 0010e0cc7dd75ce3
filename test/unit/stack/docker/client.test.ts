import assert from 'node:assert/strict'
import { isProblem, type ProblemCode } from '#base/errors.ts'
import { EngineClient } from '#stack/docker/client.ts'
import { frame, inspected, startFakeDocker, type FakeDocker } from '../../../fakes/dockerEngine.ts'

const never = new AbortController().signal

describe('the client of a container engine', () => {
  let docker: FakeDocker
  let client: EngineClient

  beforeEach(async () => {
    docker = await startFakeDocker()
    client = new EngineClient({ kind: 'socket', path: docker.socketPath })
  })
  afterEach(async () => await docker.close())

  it('goes to the socket it was given, whatever DOCKER_HOST says, and leaves the variable as it is', async () => {
    docker.on('GET', /^\/version$/, { json: { Version: '20.10.24', ApiVersion: '1.41', Os: 'linux', Arch: 'amd64' } })
    const before = process.env['DOCKER_HOST']
    process.env['DOCKER_HOST'] = 'tcp://[::'
    try {
      assert.deepEqual(await client.version(never), { version: '20.10.24', apiVersion: '1.41', os: 'linux', arch: 'amd64' })
      assert.equal(process.env['DOCKER_HOST'], 'tcp://[::')
    } finally {
      if (before === undefined) delete process.env['DOCKER_HOST']
      else process.env['DOCKER_HOST'] = before
    }
  })

  it('keeps the secrets of a container out of the address of the call', async () => {
    docker.on('POST', /create$/, { status: 201, json: { Id: 'abc' } })
    const body = { Image: 'i', Env: ['PASSWORD=hush'] }
    assert.equal(await client.create('p-web-1', body, never), 'abc')
    assert.deepEqual(
      docker.calls.map(call => [call.method, call.path, call.query, call.body]),
      [['POST', '/containers/create', { name: 'p-web-1' }, body]],
    )
  })

  it('takes for done what was so before', async () => {
    docker.on('POST', /\/(?:start|stop)$/, { status: 304 })
    await client.start('abc', 'p-web-1', never)
    await client.stop('abc', 'p-web-1', 1500, never)
    assert.deepEqual(
      docker.calls.map(({ path, query }) => [path, query]),
      [
        ['/containers/abc/start', {}],
        ['/containers/abc/stop', { t: '2' }],
      ],
    )
  })

  it('takes for gone what is not there', async () => {
    docker.on('GET', /./, { status: 404, json: { message: 'no such thing' } })
    docker.on('POST', /./, { status: 404, json: { message: 'no such thing' } })
    docker.on('DELETE', /./, { status: 404, json: { message: 'no such thing' } })
    assert.equal(await client.container('abc', never), undefined)
    assert.equal(await client.images.find('i:1', never), undefined)
    assert.equal(await client.shared.network('n', never), undefined)
    assert.equal(await client.shared.volume('v', never), undefined)
    assert.equal(await client.stats('abc', never), undefined)
    await client.stop('abc', 'n', undefined, never)
    await client.remove('abc', 'n', 'keep', never)
    await client.shared.removeNetwork('n', never)
    await client.shared.removeVolume('v', never)
    await assert.rejects(client.start('abc', 'n', never), error => isProblem(error, 'notFound'))
  })

  it('does not take a network for another whose id begins like its name', async () => {
    docker.on('GET', /networks/, { json: { Name: 'other', Id: 'db9086999caf', Labels: {} } })
    assert.equal(await client.shared.network('db', never), undefined)
  })

  it('says what failed and why, by code', async () => {
    const cases: readonly (readonly [number, string, ProblemCode])[] = [
      [400, 'invalid reference format', 'invalid'],
      [403, 'plugin refused', 'denied'],
      [404, 'network x not found', 'notFound'],
      [409, 'Conflict. The container name "/n" is already in use by container "c"', 'conflict'],
      [500, 'write /data: no space left on device', 'exhausted'],
      [500, 'toomanyrequests: You have reached your pull rate limit', 'exhausted'],
      [500, 'unauthorized: authentication required', 'denied'],
      [500, 'Get "https://registry.invalid/v2/": dial tcp: lookup registry.invalid: no such host', 'unreachable'],
      [500, 'something else', 'failed'],
    ]
    for (const [status, message, code] of cases) {
      docker.on('POST', /create$/, { status, json: { message } })
      await assert.rejects(client.create('n', {}, never), error => {
        assert.ok(isProblem(error))
        assert.deepEqual([error.code, error.message], [code, `Cannot make the container n: ${message}.`])
        return true
      })
    }
  })

  it('hears a failure within the answer to a pull', async () => {
    const lines = [
      { status: 'Pulling from dftest/one', id: '1' },
      { status: 'Downloading', progressDetail: { current: 10, total: 100 }, progress: '[=>  ]', id: 'a1' },
      { errorDetail: { message: 'unexpected EOF' }, error: 'unexpected EOF' },
    ]
    docker.on('POST', /^\/images\/create$/, { lines })
    assert.deepEqual(
      await Array.fromAsync(
        client.images.pull({ repository: '127.0.0.1:5000/one', tagOrDigest: 'sha256:1', auth: undefined, doing: 'get the image' }, never),
      ),
      [
        { id: '1', status: 'Pulling from dftest/one' },
        { id: 'a1', status: 'Downloading', current: 10, total: 100 },
        { error: 'unexpected EOF' },
      ],
    )
    assert.deepEqual(docker.calls[0]?.query, { fromImage: '127.0.0.1:5000/one', tag: 'sha256:1' })
  })

  it('shows a registry its password in a header, never in the address', async () => {
    docker.on('POST', /^\/images\/create$/, { lines: [] })
    const auth = { username: 'me', password: 'hush', serveraddress: 'box:5000' }
    await Array.fromAsync(client.images.pull({ repository: 'box:5000/one', tagOrDigest: '1', auth, doing: 'get the image' }, never))
    const [call] = docker.calls
    assert.deepEqual(call?.query, { fromImage: 'box:5000/one', tag: '1' })
    assert.deepEqual(JSON.parse(Buffer.from(call?.headers['x-registry-auth'] ?? '', 'base64url').toString()), auth)
    assert.ok(!JSON.stringify(call?.body ?? '').includes('hush'))
  })

  it('ends a pull that is cancelled, and tells the engine by closing the call', async () => {
    const closed = Promise.withResolvers<void>()
    docker.on('POST', /^\/images\/create$/, {
      write: response => {
        response.write(`${JSON.stringify({ status: 'Waiting', id: 'a' })}\n`)
        response.once('close', closed.resolve)
      },
    })
    const abort = new AbortController()
    const reading = (async () => {
      for await (const _ of client.images.pull(
        { repository: 'one', tagOrDigest: 'latest', auth: undefined, doing: 'get the image' },
        abort.signal,
      ))
        abort.abort()
    })()
    await assert.rejects(reading, { name: 'AbortError' })
    await closed.promise
  })

  it('knows an engine that goes in the middle of an answer', async () => {
    docker.on('GET', /^\/events$/, { write: response => void response.write(`${JSON.stringify({ Action: 'start' })}\n`) })
    const seen: unknown[] = []
    const reading = (async () => {
      for await (const event of await client.events('l=p', ['start'], never)) {
        seen.push(event)
        await docker.die()
      }
    })()
    await assert.rejects(reading, error => isProblem(error, 'unreachable') && error.details?.['engine'] === docker.host)
    assert.deepEqual(seen, [{ Action: 'start' }])
    await assert.rejects(client.version(never), error => isProblem(error, 'unreachable') && error.message.includes(docker.socketPath))
  })

  it('gives up an engine that does not answer when its caller does', async () => {
    docker.on('GET', /^\/version$/, { write: () => {} })
    const abort = new AbortController()
    const asking = client.version(abort.signal)
    setImmediate(() => abort.abort())
    await assert.rejects(asking, { name: 'AbortError' })
  })

  it('reads what a list and an inspection of Docker 20.10 say', async () => {
    const port = { IP: '127.0.0.1', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' }
    docker.on('GET', /^\/containers\/json$/, {
      json: [
        {
          Id: 'abc',
          Names: ['/p-web-1'],
          ImageID: 'sha256:i',
          State: 'running',
          Labels: { l: 'v' },
          Ports: [port, { ...port, IP: '::' }, { PrivatePort: 81, Type: 'tcp' }],
        },
      ],
    })
    assert.deepEqual(await client.containers(['l=v'], never), [
      {
        id: 'abc',
        name: 'p-web-1',
        imageId: 'sha256:i',
        state: 'running',
        labels: { l: 'v' },
        ports: [{ containerPort: 80, hostPort: 8080, protocol: 'tcp' }],
      },
    ])
    assert.deepEqual(docker.calls[0]?.query, { all: 'true', filters: '{"label":["l=v"]}' })
    docker.on('GET', /^\/containers\/abc\/json$/, {
      json: inspected('abc', {
        state: { Health: { Status: 'starting', Log: [{ Output: 'first' }, { Output: 'wget: refused\n' }] } },
        ports: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '32768' }], '81/tcp': null },
        mounts: [
          { Type: 'volume', Name: 'v', Destination: '/data' },
          { Type: 'bind', Source: '/x', Destination: '/y' },
        ],
      }),
    })
    const facts = await client.container('abc', never)
    assert.deepEqual(
      [facts?.health, facts?.healthOutput, facts?.ports, facts?.volumes, facts?.startedAt, facts?.pid],
      [
        'starting',
        'wget: refused',
        [{ containerPort: 80, hostPort: 32768, protocol: 'tcp' }],
        [{ name: 'v', target: '/data' }],
        Date.parse('2026-11-24T18:33:00.396Z'),
        4711,
      ],
    )
  })

  it('reads a log as bytes, also one that looks like something else', async () => {
    const bytes = frame('stdout', '2026-11-24T18:33:00.396661451Z {"a":1}\n')
    docker.on('GET', /logs$/, { bytes })
    assert.deepEqual(await client.log('abc', { tail: 5 }, never), bytes)
    assert.deepEqual(docker.calls[0]?.query, { stdout: 'true', stderr: 'true', timestamps: 'true', follow: 'false', tail: '5' })
  })
})
