import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { rootCertificates } from 'node:tls'
import { seeEngine } from '#doctor/gather/engines.ts'
import { seeLeftovers } from '#doctor/gather/leftovers.ts'
import { seeLocal } from '#doctor/gather/local.ts'
import { nearest, seeDisks, seeMachine } from '#doctor/gather/machine.ts'
import { seeNetwork } from '#doctor/gather/network.ts'
import { seePorts, wantedPorts } from '#doctor/gather/ports.ts'
import { seeServers } from '#doctor/gather/servers.ts'
import { seeWorkspace } from '#doctor/gather/workspace.ts'
import { leftoverFolders } from '#runtime/leftovers.ts'
import { findPython } from '#runtime/python.ts'
import type { ServiceState, StackState } from '#stack/types.ts'
import type { Role } from '#compose/roles.ts'
import { serviceState } from '../../fakes/stackEngine.ts'
import { fileFacts } from '../../support/doctorFacts.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const never = new AbortController().signal
const path = { PATH: process.env['PATH'] }
const proxyAuthority = resolve('test/fixtures/tls/proxy-ca.pem')

describe('what the doctor gathers', function () {
  this.timeout(20_000)
  const folder = temporaryFolder()
  const write = (name: string, text: string): string => {
    const file = join(folder(), name)
    mkdirSync(join(file, '..'), { recursive: true })
    writeFileSync(file, text)
    return file
  }

  it('of servers is their clock, their version and the names that they refuse', async () => {
    const server = createServer(({ headers, url }, response) => {
      response.setHeader('date', new Date(Date.now() - 7_200_000).toUTCString())
      response.statusCode = headers.host === 'mlflow:5000' ? 403 : 200
      response.end(url === '/version' ? '3.17.2' : url === '/api/admin/version' ? '"3.8.8"' : '{}')
    })
    const port = await listening(server)
    try {
      const services = [stateOf('s3', port), stateOf('mlflow', port), stateOf('prefect', port), stateOf('nginx', port)]
      const state: StackState = { kind: 'running', engine: 'docker', services, endpoints: {} }
      const seen = await seeServers(state, ({ name }) => (name === 'mlflow' ? ['mlflow:5000', 'localhost:5000'] : []), never)
      assert.deepEqual(
        seen.map(({ service, version, skewMs, refusedHosts }) => [service, version, Math.round((skewMs ?? NaN) / 60_000), refusedHosts]),
        [
          ['s3', null, -120, []],
          ['mlflow', '3.17.2', -120, ['mlflow:5000']],
          ['prefect', '3.8.8', -120, []],
        ],
      )
    } finally {
      server.close()
    }
  })

  it('of servers leaves out those that do not answer', async () => {
    const state: StackState = { kind: 'running', engine: 'local', services: [stateOf('s3', 1)], endpoints: {} }
    assert.deepEqual(await seeServers(state, () => [], never), [])
  })

  it('of ports is who has them: a stack of ours, another program, a container, or nobody', async () => {
    const server = createServer()
    const port = await listening(server)
    try {
      const file = fileFacts(`services:\n  a: { image: x, ports: ["127.0.0.1:${port}:80"] }\n  b: { image: x, ports: ["80"] }\n`)
      const wanted = wantedPorts(file, [])
      const stacksFolder = join(folder(), 'stacks')
      const holder = async (published: Parameters<typeof seePorts>[0]['published'] = []) =>
        (await seePorts({ wanted, published, stacksFolder })).map(each => [each.port, each.service, each.holder])
      const own = readFileSync('/proc/self/comm', 'utf8').trim()
      assert.deepEqual(await holder(), [[port, 'a', { kind: 'process', pid: process.pid, name: own }]])
      const record = { projectFolder: '/other', services: { s3: { process: { pid: process.pid, started: 'x' } } } }
      write('stacks/ab/stack.json', JSON.stringify(record))
      write('stacks/cd/stack.json', 'torn')
      write('stacks/a file of another look', '')
      assert.deepEqual(await holder(), [[port, 'a', { kind: 'stack', folder: '/other', service: 's3' }]])
      assert.deepEqual(await holder([{ port, name: 'web-1', project: 'web' }]), [
        [port, 'a', { kind: 'container', name: 'web-1', project: 'web' }],
      ])
      assert.deepEqual(wantedPorts(file, [{ ...serviceState('s3', true), name: 'a' }]), [])
      assert.deepEqual(wantedPorts(file, [serviceState('a', false, { state: 'failed' })]), wanted)
      assert.deepEqual(wantedPorts(file, [serviceState('a', true, { state: 'failed' })]), [])
    } finally {
      server.close()
    }
    const free = fileFacts(`services:\n  a: { image: x, ports: ["127.0.0.1:${port}:80"] }\n`)
    assert.deepEqual(await seePorts({ wanted: wantedPorts(free, []), published: [], stacksFolder: '/none' }), [])
  })

  it('of ports is another one for each, no two the same', async () => {
    const servers = [createServer(), createServer()]
    const taken = await Promise.all(servers.map(listening))
    const wanted = [...taken, ...taken].map((port, index) => ({ port, service: `s${index}`, at: null }))
    const seen = await seePorts({ wanted, published: [], stacksFolder: '/none' })
    for (const server of servers) server.close()
    assert.equal(new Set([...taken, ...seen.map(({ free }) => free)]).size, 6)
  })

  it('of a workspace is what its clients call and which versions it wants, not what runs in containers', async () => {
    write('requirements.txt', 'pyspark==4.2.0\n')
    write('.python-version', '3.12\n')
    write('notebooks/a.ipynb', '{"source": ["mlflow.set_tracking_uri(\\"http://mlflow:5000\\")"]}')
    write('app/app.py', "endpoint_url='http://s3:9000'")
    write('deep/.hidden/b.py', "endpoint_url='http://s3:9000'")
    write('venv/c.py', "endpoint_url='http://s3:9000'")
    write(
      'src/d.py',
      "x = 1\nspark.conf.set('fs.s3a.endpoint', 'http://s3:9000')\nSparkSession.builder.remote('sc://spark-connect:15002')\n",
    )
    const file = { ...fileFacts('services: { a: { image: x } }') }
    const mounted = { ...file, services: file.services.map(service => ({ ...service, hostFolders: [join(folder(), 'app')] })) }
    const env = { PREFECT_API_URL: 'http://x/api', MLFLOW_TRACKING_URI: 'http://y' }
    const seen = await seeWorkspace({ folder: folder(), env, settings: [], file: mounted }, never)
    assert.deepEqual(
      seen.addresses.map(({ place, address }) => `${place} ${address}`).toSorted((a, b) => a.localeCompare(b)),
      [
        'MLFLOW_TRACKING_URI http://y',
        'notebooks/a.ipynb, line 1 http://mlflow:5000',
        'PREFECT_API_URL http://x/api',
        'src/d.py, line 3 sc://spark-connect:15002',
      ],
    )
    assert.deepEqual(
      seen.pins.toSorted((a, b) => a.name.localeCompare(b.name)),
      [
        { name: 'pyspark', version: '4.2.0', place: 'requirements.txt, line 1' },
        { name: 'python', version: '3.12', place: '.python-version' },
      ],
    )
    assert.deepEqual(seen.prefectApiUrl, { value: 'http://x/api', place: 'PREFECT_API_URL' })
  })

  for (const [env, proxy] of [
    [{}, null],
    [{ HTTPS_PROXY: 'http://p:1' }, null],
    [{ HTTP_PROXY: 'http://p:1' }, { variable: 'HTTP_PROXY', missing: ['localhost', '127.0.0.1'] }],
    [
      { http_proxy: 'http://p:1', no_proxy: 'localhost:80, .x' },
      { variable: 'http_proxy', missing: ['127.0.0.1'] },
    ],
    [{ HTTP_PROXY: 'http://p:1', NO_PROXY: 'localhost,127.0.0.1' }, null],
    [{ HTTP_PROXY: 'http://p:1', NO_PROXY: '*' }, null],
  ] as const) {
    it(`of proxies with ${JSON.stringify(env)} is ${JSON.stringify(proxy)}`, async () =>
      assert.deepEqual((await seeNetwork(env, undefined, never)).proxy, proxy))
  }

  it('of certificates is which files are missing and what Java would not trust', async () => {
    const roots = write('roots.pem', rootCertificates.slice(0, 2).join('\n'))
    const missing = await seeNetwork({ SSL_CERT_FILE: '/none.pem', NODE_EXTRA_CA_CERTS: roots }, undefined, never)
    assert.deepEqual(missing.missingFiles, [{ variable: 'SSL_CERT_FILE', file: '/none.pem' }])
    assert.deepEqual(missing.unknownToJava, [])
    const known = await seeNetwork({ NODE_EXTRA_CA_CERTS: proxyAuthority, PIP_CERT: proxyAuthority }, undefined, never)
    assert.deepEqual(known.unknownToJava, [])
    const twice = { PIP_CERT: proxyAuthority, SSL_CERT_FILE: proxyAuthority }
    const unknown = await seeNetwork({ NODE_EXTRA_CA_CERTS: roots, ...twice }, undefined, never)
    assert.deepEqual(unknown.unknownToJava, [{ file: proxyAuthority, subjects: ['CN=Inspecting proxy'] }])
  })

  it('of certificates is also what the files of pip name', async () => {
    const config = write('pip.conf', `[global]\ncert = ${proxyAuthority}\n`)
    const roots = write('roots.pem', rootCertificates.slice(0, 2).join('\n'))
    const env = { ...path, PIP_CONFIG_FILE: config, NODE_EXTRA_CA_CERTS: roots }
    const { unknownToJava } = await seeNetwork(env, await findPython(env, never), never)
    assert.deepEqual(unknownToJava, [{ file: proxyAuthority, subjects: ['CN=Inspecting proxy'] }])
  })

  it('of this machine is its memory, its disks and its limits', async () => {
    const { memoryBytes, fileLimit } = await seeMachine()
    assert.ok(memoryBytes > 1e8)
    assert.ok(fileLimit === null || fileLimit > 0)
    const disks = await seeDisks([
      { what: 'data', folder: join(folder(), 'not', 'there') },
      { what: 'cache', folder: folder() },
    ])
    assert.deepEqual(
      disks.map(({ what }) => what),
      ['data'],
    )
    assert.equal(await nearest(join(folder(), 'not', 'there')), folder())
  })

  it('of local services is Python, attributes of files and a lock that nobody holds', async () => {
    const found = await seeLocal({ env: path, stackFolder: folder() }, never)
    assert.deepEqual(found.facts, { pythonProblem: null, withoutXattr: null, staleLock: null })
    assert.ok(found.python)
    assert.deepEqual(readdirSync(folder()), [])
    const lock = write('stack.lock', JSON.stringify({ pid: 2 ** 30, started: 'never' }))
    const without = await seeLocal({ env: { PATH: folder() }, stackFolder: folder() }, never)
    assert.equal(without.facts.staleLock, lock)
    assert.match(without.facts.pythonProblem?.message ?? '', /^Python was not found/)
    assert.equal(without.python, undefined)
  })

  it('of the cache is what no lock asks for and no process runs from', async () => {
    const locks = join(folder(), 'locks')
    for (const name of ['build', 'spark', 'mlflow', 'prefect', 'streamlit', 'spark-jars', 's3proxy-jars']) write(`locks/${name}.txt`, name)
    const python = await findPython(path, never)
    write('cache/environments/spark-0123456789ab/file', '12345')
    write('cache/environments/mine/file', 'x')
    write('cache/jars/s3proxy-0123456789ab/a.jar', '1')
    write('cache/jars/spark-0123456789ab.part-12/a.jar', '1')
    const cache = join(folder(), 'cache')
    const expected = [join(cache, 'environments', 'spark-0123456789ab'), join(cache, 'jars', 's3proxy-0123456789ab')]
    assert.deepEqual(await leftoverFolders(cache, locks, python), expected)
    assert.deepEqual(
      await seeLeftovers({ env: path, cache, locksFolder: locks, python }, never),
      expected.map((each, index) => ({ folder: each, bytes: index === 0 ? 5 : 1 })),
    )
  })

  it('of the container engine is why none answers', async () => {
    const { facts, engine } = await seeEngine({ DOCKER_HOST: `unix://${folder()}/none.sock` }, null, never)
    assert.equal(engine, undefined)
    assert.equal(facts.version, null)
    assert.deepEqual(
      facts.tries.map(({ source, address }) => [source, address]),
      [['DOCKER_HOST', `unix://${folder()}/none.sock`]],
    )
  })

  it('ends when it is cancelled', async () => {
    write('x.py', '')
    const search = { folder: folder(), env: {}, settings: [], file: undefined }
    await assert.rejects(seeWorkspace(search, AbortSignal.abort(new Error('enough'))), /enough/)
  })
})

async function listening(server: ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>(done => void server.listen(0, '127.0.0.1', done))
  // SAFETY: a server on TCP has an address with a port.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return (server.address() as AddressInfo).port
}

function stateOf(role: Role, port: number): ServiceState {
  return { ...serviceState('s3', true), name: role, role, port, url: `http://127.0.0.1:${port}` }
}
