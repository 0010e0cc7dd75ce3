import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isProblem } from '#base/errors.ts'
import { readContext } from '#stack/docker/contexts.ts'
import { addressOf, isOnThisMachine, parseEndpoint } from '#stack/docker/endpoint.ts'
import { engineFault } from '#stack/docker/faults.ts'
import { findEngine, noEngine, type EngineFinding } from '#stack/docker/findEngine.ts'
import { startFakeDocker, type FakeDocker } from '../../../fakes/dockerEngine.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'

const never = new AbortController().signal

const told = ({ attempts }: EngineFinding) => attempts.map(({ source, address, problem }) => [source, address, problem?.code ?? null])

describe('the address of an engine', () => {
  it('is a socket, a pipe, or a host with a port', () => {
    const cases: readonly (readonly [string, object])[] = [
      ['unix:///var/run/docker.sock', { kind: 'socket', path: '/var/run/docker.sock' }],
      ['/var/run/docker.sock', { kind: 'socket', path: '/var/run/docker.sock' }],
      ['npipe:////./pipe/docker_engine', { kind: 'socket', path: '//./pipe/docker_engine' }],
      ['\\\\.\\pipe\\docker_engine', { kind: 'socket', path: '//./pipe/docker_engine' }],
      ['tcp://10.0.0.5:2375', { kind: 'tcp', host: '10.0.0.5', port: 2375 }],
      ['tcp://box', { kind: 'tcp', host: 'box', port: 2375 }],
      ['http://box:80', { kind: 'tcp', host: 'box', port: 80 }],
      ['https://box', { kind: 'tcp', host: 'box', port: 2376, tls: {} }],
      ['tcp://[::1]:2375', { kind: 'tcp', host: '::1', port: 2375 }],
    ]
    for (const [address, expected] of cases) assert.deepEqual(parseEndpoint(address), expected, address)
    assert.deepEqual(parseEndpoint('tcp://box', { ca: 'pem' }), { kind: 'tcp', host: 'box', port: 2376, tls: { ca: 'pem' } })
  })

  it('is refused with what to do instead', () => {
    assert.throws(
      () => parseEndpoint('ssh://me@box'),
      error => isProblem(error, 'unsupported') && error.hint?.includes('ssh -N -L') === true,
    )
    for (const address of ['', 'docker', 'ftp://box', 'tcp://']) {
      assert.throws(
        () => parseEndpoint(address),
        error => isProblem(error, 'invalid'),
        address,
      )
    }
  })

  it('is written as it was read, and is of this machine or of another', () => {
    const addresses = ['unix:///a/b.sock', 'npipe:////./pipe/docker_engine', 'tcp://[::1]:2375', 'tcp://127.0.0.1:2375', 'tcp://box:1']
    assert.deepEqual(
      addresses.map(address => addressOf(parseEndpoint(address))),
      addresses,
    )
    assert.deepEqual(
      addresses.map(address => isOnThisMachine(parseEndpoint(address))),
      [true, true, true, true, false],
    )
  })
})

describe('finding an engine', () => {
  const folder = temporaryFolder()
  let docker: FakeDocker

  beforeEach(async () => {
    docker = await startFakeDocker()
    docker.on('GET', /^\/version$/, { json: { Version: '20.10.24', ApiVersion: '1.41' } })
  })
  afterEach(async () => await docker.close())

  const find = (env: NodeJS.ProcessEnv, setting?: string): Promise<EngineFinding> =>
    findEngine({ env, home: folder(), platform: 'linux', ...(setting === undefined ? {} : { setting }) }, never)
  const context = (name: string, host: string, tls: Readonly<Record<string, string>> = {}): void => {
    const id = createHash('sha256').update(name).digest('hex')
    const meta = join(folder(), '.docker/contexts/meta', id)
    mkdirSync(meta, { recursive: true })
    writeFileSync(
      join(meta, 'meta.json'),
      JSON.stringify({ Name: name, Metadata: {}, Endpoints: { docker: { Host: host, SkipTLSVerify: false } } }),
    )
    const certificates = join(folder(), '.docker/contexts/tls', id, 'docker')
    mkdirSync(certificates, { recursive: true })
    for (const [file, pem] of Object.entries(tls)) writeFileSync(join(certificates, file), pem)
  }
  const config = (json: object): void => {
    mkdirSync(join(folder(), '.docker'), { recursive: true })
    writeFileSync(join(folder(), '.docker/config.json'), JSON.stringify(json))
  }

  it('asks the setting first, then DOCKER_HOST, DOCKER_CONTEXT and the current context', async () => {
    context('mine', docker.host)
    context('other', 'unix:///nowhere/other.sock')
    config({ currentContext: 'mine' })
    assert.deepEqual(told(await find({ DOCKER_HOST: 'unix:///nowhere/host.sock' }, docker.host)), [['setting', docker.host, null]])
    assert.deepEqual(told(await find({ DOCKER_HOST: docker.host, DOCKER_CONTEXT: 'other' })), [['DOCKER_HOST', docker.host, null]])
    assert.deepEqual(told(await find({ DOCKER_CONTEXT: 'other' })), [['DOCKER_CONTEXT', 'unix:///nowhere/other.sock', 'unreachable']])
    assert.deepEqual(told(await find({})), [['context', docker.host, null]])
    const { engine } = await find({})
    assert.equal(engine?.facts.version, '20.10.24')
  })

  it('repeats no password of an address', async () => {
    for (const address of ['ssh://me:hid@den@box', 'ftp://me:hidden@box', 'tcp://me:hidden@box:99999', 'tcp://me:hidden@[::1]:1']) {
      assert.doesNotMatch(JSON.stringify((await find({ DOCKER_HOST: address })).attempts), /hid|den/, address)
    }
  })

  it('never takes another engine than the one that was named', async () => {
    context('dead', 'unix:///nowhere/dead.sock')
    for (const [env, setting] of [
      [{ DOCKER_HOST: 'unix:///nowhere/d.sock' }],
      [{ DOCKER_HOST: 'nonsense://' }],
      [{ DOCKER_HOST: 'ssh://box' }],
      [{ DOCKER_CONTEXT: 'absent' }],
      [{ DOCKER_CONTEXT: 'dead' }],
      [{ DOCKER_HOST: docker.host }, 'unix:///nowhere/set.sock'],
    ] as const) {
      const finding = await find(env, setting)
      assert.deepEqual([finding.engine, finding.attempts.length], [undefined, 1])
    }
  })

  it('looks at the usual sockets when nobody names one, in this order', async () => {
    const runtime = join(folder(), 'run')
    const finding = await find({ XDG_RUNTIME_DIR: runtime })
    assert.deepEqual(
      finding.attempts.map(({ address }) => address),
      [
        'unix:///var/run/docker.sock',
        `unix://${runtime}/docker.sock`,
        `unix://${folder()}/.docker/desktop/docker.sock`,
        `unix://${folder()}/.rd/docker.sock`,
        `unix://${runtime}/podman/podman.sock`,
        'unix:///run/podman/podman.sock',
      ].slice(0, finding.attempts.length),
    )
    const mac = await findEngine({ env: {}, home: folder(), platform: 'darwin' }, never)
    if (!mac.engine)
      assert.deepEqual(
        mac.attempts.map(({ address }) => address).slice(1),
        ['.docker/run', '.orbstack/run', '.colima/default', '.rd'].map(place => `unix://${folder()}/${place}/docker.sock`),
      )
    const windows = await findEngine({ env: {}, home: folder(), platform: 'win32' }, never)
    assert.deepEqual(
      windows.attempts.map(({ address }) => address),
      ['docker_engine', 'dockerDesktopLinuxEngine', 'podman-machine-default'].map(pipe => `npipe:////./pipe/${pipe}`),
    )
  })

  it('reads the certificates of a context and of DOCKER_CERT_PATH', async () => {
    context('secure', 'tcp://box:2376', { 'ca.pem': 'CA', 'cert.pem': 'CERT', 'key.pem': 'KEY' })
    assert.deepEqual(await readContext(join(folder(), '.docker'), 'secure'), {
      kind: 'tcp',
      host: 'box',
      port: 2376,
      tls: { ca: 'CA', cert: 'CERT', key: 'KEY' },
    })
    context('plain', 'unix:///p.sock')
    assert.deepEqual(await readContext(join(folder(), '.docker'), 'plain'), { kind: 'socket', path: '/p.sock' })
    await assert.rejects(readContext(join(folder(), '.docker'), 'absent'), error => isProblem(error, 'notFound'))
    const { attempts } = await find({
      DOCKER_HOST: 'tcp://127.0.0.1:9',
      DOCKER_TLS_VERIFY: '1',
      DOCKER_CERT_PATH: join(folder(), '.docker/contexts/tls', createHash('sha256').update('secure').digest('hex'), 'docker'),
    })
    assert.equal(attempts[0]?.problem !== null, true)
  })

  it('says why: the engine that was named, or that none answers', async () => {
    const named = noEngine((await find({ DOCKER_HOST: 'unix:///nowhere/d.sock' })).attempts)
    assert.deepEqual([named.code, named.message], ['unreachable', 'Cannot ask the container engine: there is no unix:///nowhere/d.sock.'])
    const unknown = noEngine([
      {
        source: 'known',
        address: 'unix:///a',
        problem: { code: 'unreachable', message: 'Cannot ask: there is no unix:///a.', hint: 'Start it.' },
      },
      {
        source: 'known',
        address: 'unix:///b',
        problem: { code: 'unreachable', message: 'Cannot ask: there is no unix:///b.', hint: 'Start it.' },
      },
    ])
    assert.deepEqual(
      [unknown.code, unknown.message, unknown.details],
      ['unreachable', 'No container engine answers on this machine.', { tried: 'unix:///a, unix:///b' }],
    )
    const denied = noEngine([
      {
        source: 'known',
        address: 'unix:///a',
        problem: { code: 'denied', message: 'Cannot ask: this user may not use unix:///a.', hint: 'Join the group.' },
      },
      { source: 'known', address: 'unix:///b', problem: { code: 'unreachable', message: 'no' } },
    ])
    assert.deepEqual([denied.code, denied.hint], ['denied', 'Join the group.'])
  })

  it('tells a socket that this user may not use from one that nothing listens at', () => {
    for (const [code, expected] of [
      ['EACCES', 'denied'],
      ['ECONNREFUSED', 'unreachable'],
      ['ENOENT', 'unreachable'],
    ] as const) {
      const fault = engineFault(Object.assign(new Error('connect'), { code }), 'ask the container engine', 'unix:///d.sock')
      assert.ok(isProblem(fault, expected) && fault.hint !== undefined, code)
    }
    const bug = new TypeError('x is not a function')
    assert.equal(engineFault(bug, 'ask the container engine', 'unix:///d.sock'), bug)
  })
})
