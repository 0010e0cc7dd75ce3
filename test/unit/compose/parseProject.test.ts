import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { complaintsAbout, projectOf, serviceOf, warningsAbout } from '../../support/composeFiles.ts'

describe('a compose file', () => {
  it('becomes services in order of what they depend on, with absolute paths and engine names', () => {
    const { hash, ...web } =
      projectOf(
        `
name: shop
services:
  web:
    image: nginx:\${TAG:-1}
    build: ./web
    command: nginx -g "daemon off;"
    environment: {A: 1, B: "x", C: }
    ports: [127.0.0.1:8080:80]
    volumes: [./conf:/etc/nginx/:ro, "logs:/var/log"]
    networks: {back: {aliases: [www]}}
    depends_on: {db: {condition: service_healthy, restart: true}}
    healthcheck: {test: curl localhost, interval: 1m30s, timeout: 500ms, retries: 3}
    restart: on-failure:5
    stop_grace_period: 20s
    mem_limit: 1.5g
    cpus: 0.5
    labels: [a=b, c]
    profiles: [front]
  db: {image: postgres}
networks: {back: }
volumes: {logs: }
`,
        { env: { C: 'from outside' } },
      ).services[1] ?? assert.fail()
    assert.match(hash, /^[\da-f]{64}$/)
    assert.deepEqual(web, {
      name: 'web',
      image: 'nginx:1',
      build: { context: '/p/web', dockerfile: 'Dockerfile', args: {} },
      command: ['nginx', '-g', 'daemon off;'],
      environment: { A: '1', B: 'x', C: 'from outside' },
      ports: [{ hostIp: '127.0.0.1', hostPort: 8080, containerPort: 80, protocol: 'tcp' }],
      mounts: [
        { kind: 'bind', source: '/p/conf', target: '/etc/nginx', isReadOnly: true },
        { kind: 'volume', source: 'logs', target: '/var/log', isReadOnly: false },
      ],
      networks: [{ name: 'back', aliases: ['www'] }],
      dependsOn: [{ service: 'db', condition: 'service_healthy', isRequired: true, restarts: true }],
      healthcheck: { test: ['CMD-SHELL', 'curl localhost'], intervalMs: 90_000, timeoutMs: 500, retries: 3 },
      restart: { name: 'on-failure', maxRetries: 5 },
      stopGraceMs: 20_000,
      memoryBytes: 1_610_612_736,
      cpus: 0.5,
      labels: { a: 'b', c: '' },
      profiles: ['front'],
      scale: 1,
      tmpfs: [],
      extraHosts: [],
    })
  })

  it('lists the networks and volumes that services use, the implied one too', () => {
    const { networks, volumes } = projectOf(`
name: shop
services:
  a: {image: x, networks: [default, outer, own], volumes: ["data:/v", "kept:/w"]}
networks: {own: {name: mine, driver: bridge}, outer: {external: true}, unused: }
volumes: {data: , kept: {external: true, name: theirs}, unused: }
`)
    assert.deepEqual(networks, [
      { name: 'default', engineName: 'shop_default', isExternal: false },
      { name: 'outer', engineName: 'outer', isExternal: true },
      { name: 'own', engineName: 'mine', isExternal: false },
    ])
    assert.deepEqual(volumes, [
      { name: 'data', engineName: 'shop_data', isExternal: false },
      { name: 'kept', engineName: 'theirs', isExternal: true },
    ])
  })

  it('may be the embedded definition', () => {
    const text = readFileSync('templates/embedded/docker-compose.yml', 'utf8')
    assert.deepEqual(
      projectOf(text).services.map(({ name }) => name),
      ['s3', 'spark-connect', 'mlflow', 'prefect', 'streamlit', 'nginx'],
    )
  })

  it('may be of the style of 2025: a version, images only, slow health checks', () => {
    const text = `
version: '3.8'
services:
  minio:
    image: minio/minio
    container_name: minio
    command: server /data --console-address ":9001"
    ports: ["9000:9000", "9001:9001"]
    healthcheck: {test: ["CMD", "curl", "-f", "http://localhost:9000/minio/health/live"], interval: 30s, timeout: 20s, retries: 3}
    networks: [dataflow-network]
networks:
  dataflow-network: {driver: bridge}
`
    const [minio] = projectOf(text).services
    assert.deepEqual(minio?.command, ['server', '/data', '--console-address', ':9001'])
    assert.equal(minio?.containerName, 'minio')
    assert.equal(minio?.healthcheck?.intervalMs, 30_000)
    assert.deepEqual(warningsAbout(text), ['2:1 version means nothing any more. Remove the line.'])
  })
})

describe('the name of a project', () => {
  const text = 'name: ${WORD:-In.File}\nservices: {a: {image: x}}'

  it('is COMPOSE_PROJECT_NAME of the environment or .env, else of the file, else of the folder', () => {
    assert.equal(projectOf(text, { env: { COMPOSE_PROJECT_NAME: 'outer' }, envText: 'COMPOSE_PROJECT_NAME=dotenv' }).name, 'outer')
    assert.equal(projectOf(text, { envText: 'COMPOSE_PROJECT_NAME=dotenv' }).name, 'dotenv')
    assert.equal(projectOf(text).name, 'infile')
    assert.equal(projectOf('services: {a: {image: x}}', { folder: '/p/_My Lake-1' }).name, 'mylake-1')
  })

  it('must be found and, where it is chosen, be well formed', () => {
    assert.match(complaintsAbout('services: {a: {image: x}}', { folder: '/p/ÄÖ' }).join('\n'), /^1:1 The project has no name/)
    assert.match(complaintsAbout(text, { env: { COMPOSE_PROJECT_NAME: 'My Lake' } }).join('\n'), /^1:1 COMPOSE_PROJECT_NAME is My Lake/)
  })
})

describe('a service without an image', () => {
  it('is named after project and service', () => {
    const [service] = projectOf('services: {a: {build: .}}').services
    assert.equal(service?.image, 'p-a')
  })

  it('needs something to build', () => {
    assert.deepEqual(complaintsAbout('services:\n  a:\n    init: true'), [
      '2:3 The service a has neither image nor build. Give it one of them.',
    ])
  })
})

describe('the hash of a service', () => {
  it('is the same whatever the order and form', () => {
    assert.equal(hashOf('init: true\nenvironment: {A: 1, B: 2}'), hashOf('environment: [B=2, A=1]\ninit: "true"'))
  })

  it('changes with what a container is made from only', () => {
    assert.notEqual(hashOf('environment: {A: 1}'), hashOf('environment: {A: 2}'))
    assert.equal(hashOf('profiles: [p]'), hashOf('scale: 3'))
  })
})

function hashOf(lines: string): string {
  return serviceOf(lines).hash
}
