import assert from 'node:assert/strict'
import type { Facts, LocalFacts, NetworkFacts, ServerFacts } from '#doctor/facts.ts'
import type { FindingCode, Severity } from '#doctor/finding.ts'
import { findingsOf } from '#doctor/rules.ts'
import { english } from '#doctor/words/english.ts'
import { serviceState } from '../../fakes/stackEngine.ts'
import { factsOf, found } from '../../support/doctorFacts.ts'

interface Case {
  readonly code: FindingCode
  readonly what: string
  /** Facts that show it, and the nearest ones that do not. */
  readonly yes: Facts
  readonly no: Facts
  readonly severity: Severity
  /** What is seen of it, as far as the test is about that. */
  readonly facts?: object
}

const gigabyte = 1024 ** 3
const local: Facts = { engine: 'local' }
const place = { file: '/project/docker-compose.yml', line: 4, column: 9 }

const container = { tries: [], denied: null, version: '20.10.24', memoryBytes: 16 * gigabyte, published: [] }
const server: ServerFacts = { service: 's3', role: 's3', skewMs: 400, version: null, refusedHosts: [] }
const network: NetworkFacts = { proxy: null, missingFiles: [], unknownToJava: [] }
const runs: LocalFacts = { pythonProblem: null, withoutXattr: null, staleLock: null }
const mlflow = (command: string, more = ''): string =>
  `services:\n  mlflow:\n    image: ghcr.io/mlflow/mlflow:v3.17.0\n    command: mlflow server ${command}\n    init: true\n${more}`
const database = '--backend-store-uri sqlite:////mlflow.db'
const client = '  app:\n    image: python:3.12\n    environment: { MLFLOW_TRACKING_URI: "http://mlflow:5000" }\n'
const pins = (...all: readonly (readonly [string, string])[]) => ({
  addresses: [],
  prefectApiUrl: null,
  pins: all.map(([name, version], index) => ({ name, version, place: `requirements.txt, line ${index + 1}` })),
})
const port = { port: 9000, service: 's3', holder: { kind: 'process', pid: 7, name: 'python3' }, at: null, free: 9002 } as const

const cases: readonly Case[] = [
  {
    code: 'engineDenied',
    what: 'a socket that the user may not use',
    yes: {
      engine: 'docker',
      container: { ...container, version: null, denied: { address: 'unix:///var/run/docker.sock', group: 'docker' } },
    },
    no: { engine: 'docker', container },
    severity: 'error',
  },
  {
    code: 'engineUnreachable',
    what: 'no engine for a stack of containers',
    yes: { engine: 'docker', container: { ...container, version: null } },
    no: { engine: 'local', container: { ...container, version: null } },
    severity: 'error',
  },
  {
    code: 'engineOld',
    what: 'an old engine',
    yes: { engine: 'docker', container: { ...container, version: '19.03.9' } },
    no: { engine: 'docker', container: { ...container, version: '28.5.2' } },
    severity: 'warning',
  },
  {
    code: 'memoryLow',
    what: 'little memory',
    yes: { ...local, machine: { memoryBytes: 6 * gigabyte, fileLimit: null } },
    no: { ...local, machine: { memoryBytes: 7.7 * gigabyte, fileLimit: null } },
    severity: 'warning',
  },
  {
    code: 'memoryLow',
    what: 'an engine in a small machine of its own',
    yes: {
      engine: 'docker',
      machine: { memoryBytes: 16 * gigabyte, fileLimit: null },
      container: { ...container, memoryBytes: 2 * gigabyte },
    },
    no: {
      engine: 'local',
      machine: { memoryBytes: 16 * gigabyte, fileLimit: null },
      container: { ...container, memoryBytes: 2 * gigabyte },
    },
    severity: 'error',
    facts: { where: 'engine' },
  },
  {
    code: 'diskLow',
    what: 'a disk that is nearly full',
    yes: { ...local, disks: [{ what: 'data', folder: '/data', free: gigabyte }] },
    no: { ...local, disks: [{ what: 'data', folder: '/data', free: 21 * gigabyte }] },
    severity: 'error',
  },
  {
    code: 'fileLimit',
    what: 'a low limit of open files',
    yes: { ...local, machine: { memoryBytes: 16 * gigabyte, fileLimit: 1024 } },
    no: { ...local, machine: { memoryBytes: 16 * gigabyte, fileLimit: 524_288 } },
    severity: 'warning',
  },
  {
    code: 'portTaken',
    what: 'a port that a compose file publishes',
    yes: { engine: 'docker', ports: [port] },
    no: { engine: 'docker', ports: [] },
    severity: 'error',
  },
  {
    code: 'portTaken',
    what: 'a port that the local engine moves',
    yes: { ...local, ports: [port] },
    no: { ...local, ports: [] },
    severity: 'info',
    facts: { moves: true },
  },
  {
    code: 'roleUnknown',
    what: 'an object store by another name',
    yes: factsOf('services:\n  store: { image: "rustfs/rustfs:1.0.0" }\n'),
    no: factsOf('services:\n  store: { image: "rustfs/rustfs:1.0.0", labels: { dataflow.role: s3 } }\n'),
    severity: 'warning',
    facts: { role: 's3', line: 2 },
  },
  {
    code: 'containerNameOnHost',
    what: "a container's name in a setting",
    yes: factsOf('services:\n  minio: { image: x, ports: ["127.0.0.1:9100:9000"] }\n', {
      host: { ...pins(), addresses: [{ place: 'dataflow.connections', address: 'http://minio:9000' }] },
    }),
    no: factsOf('services:\n  minio: { image: x, ports: ["127.0.0.1:9100:9000"] }\n', {
      host: { ...pins(), addresses: [{ place: 'dataflow.connections', address: 'http://localhost:9100' }] },
    }),
    severity: 'warning',
    facts: { better: 'http://localhost:9100' },
  },
  {
    code: 'localhostInContainer',
    what: 'localhost in a container',
    yes: factsOf(
      'services:\n  s3: { image: x, ports: ["9100:9000"] }\n  a: { image: y, environment: ["AWS_ENDPOINT_URL=http://localhost:9100"] }\n',
    ),
    no: factsOf(
      'services:\n  s3: { image: x, ports: ["9100:9000"] }\n  a: { image: y, environment: ["PREFECT_UI_API_URL=http://localhost:9100"] }\n',
    ),
    severity: 'error',
    facts: { better: 'http://s3:9000', variable: 'AWS_ENDPOINT_URL' },
  },
  {
    code: 'localhostInContainer',
    what: 'a service that asks itself',
    yes: factsOf('services:\n  s3: { image: x, ports: ["9000:9000"] }\n  a: { image: y, environment: { U: "http://127.0.0.1:9000" } }\n'),
    no: factsOf(
      'services:\n  s3: { image: x, ports: ["9000:9000"] }\n  a: { image: y, ports: ["9001:9000"], environment: { U: "http://127.0.0.1:9000" } }\n',
    ),
    severity: 'warning',
  },
  {
    code: 'clockSkew',
    what: 'a clock that is 70 s off',
    yes: { ...local, servers: [{ ...server, skewMs: -70_000 }] },
    no: { ...local, servers: [{ ...server, skewMs: -50_000 }] },
    severity: 'warning',
    facts: { seconds: -70 },
  },
  {
    code: 'clockSkew',
    what: 'a clock that is 20 minutes off',
    yes: { ...local, servers: [{ ...server, skewMs: 1_200_000 }] },
    no: { ...local, servers: [{ ...server, skewMs: null }] },
    severity: 'error',
  },
  {
    code: 'imageGone',
    what: 'an image that is gone',
    yes: factsOf('services:\n  a: { image: minio/minio }\n'),
    no: factsOf('services:\n  a: { image: "rustfs/rustfs:1.0.0" }\n'),
    severity: 'error',
  },
  {
    code: 'imageUnpinned',
    what: 'a moving tag',
    yes: factsOf('services:\n  a: { image: "x:latest" }\n'),
    no: factsOf('services:\n  a: { image: "x:1" }\n'),
    severity: 'info',
  },
  {
    code: 'imageAbsent',
    what: 'an image that cannot be had',
    yes: factsOf('services:\n  a: { image: "x:1" }\n', {
      images: [{ service: 'a', image: 'x:1', isPresent: false, unreachable: { registry: 'docker.io', why: 'no' } }],
    }),
    no: factsOf('services:\n  a: { image: "x:1" }\n', { images: [{ service: 'a', image: 'x:1', isPresent: false, unreachable: null }] }),
    severity: 'error',
  },
  {
    code: 'airbyteRetired',
    what: 'images of Airbyte',
    yes: factsOf('services:\n  a: { image: "airbyte/server:1" }\n'),
    no: factsOf('services:\n  a: { image: "me/server:1" }\n'),
    severity: 'error',
  },
  {
    code: 'connectMissing',
    what: 'a cluster without Connect',
    yes: factsOf('services:\n  spark-master: { image: "apache/spark:4.2.0" }\n'),
    no: factsOf(
      'services:\n  spark-master: { image: "apache/spark:4.2.0" }\n  c: { image: "apache/spark:4.2.0", ports: ["127.0.0.1:15002:15002"] }\n',
    ),
    severity: 'error',
  },
  {
    code: 'bucketsMissing',
    what: 'a bucket that is not there',
    yes: { ...local, buckets: { endpoint: 'http://127.0.0.1:9000', present: ['bronze'], wanted: ['bronze', 'gold'] } },
    no: { ...local, buckets: { endpoint: 'http://127.0.0.1:9000', present: ['bronze', 'gold'], wanted: ['bronze', 'gold'] } },
    severity: 'error',
    facts: { buckets: ['gold'] },
  },
  {
    code: 'mlflowHosts',
    what: 'a host that is not allowed',
    yes: factsOf(mlflow(database, client)),
    no: factsOf(mlflow(`${database} --allowed-hosts "localhost:*,mlflow:*"`, client)),
    severity: 'error',
    facts: { host: 'mlflow:5000', seen: 'command' },
  },
  {
    code: 'mlflowHosts',
    what: 'a host that the server refuses',
    yes: { engine: 'docker', servers: [{ ...server, service: 'mlflow', role: 'mlflow', refusedHosts: ['mlflow:5000'] }] },
    no: { engine: 'docker', servers: [{ ...server, service: 'mlflow', role: 'mlflow' }] },
    severity: 'error',
    facts: { seen: 'answer' },
  },
  {
    code: 'mlflowFileStore',
    what: 'a folder as a store',
    yes: factsOf(mlflow('--backend-store-uri /mlruns')),
    no: factsOf(mlflow(database)),
    severity: 'error',
    facts: { store: '/mlruns', isRefused: true },
  },
  {
    code: 'mlflowNoEndpoint',
    what: 'artifacts on S3 without an endpoint',
    yes: factsOf(mlflow(`${database} --artifacts-destination s3://mlflow`, '  s3: { image: x }\n')),
    no: factsOf(
      mlflow(
        `${database} --artifacts-destination s3://mlflow`,
        '    environment: { AWS_ENDPOINT_URL: "http://s3:9000" }\n  s3: { image: x }\n',
      ),
    ),
    severity: 'error',
  },
  {
    code: 'mlflowNotProxied',
    what: 'artifacts that clients write',
    yes: factsOf(mlflow(`${database} --default-artifact-root s3://mlflow`)),
    no: factsOf(mlflow(`${database} --artifacts-destination s3://mlflow`)),
    severity: 'warning',
  },
  {
    code: 'initMissing',
    what: 'MLflow without init',
    yes: factsOf('services:\n  mlflow: { image: x }\n'),
    no: factsOf('services:\n  mlflow: { image: x, init: true }\n'),
    severity: 'info',
  },
  {
    code: 'prefectApiUrl',
    what: 'an address to listen at',
    yes: factsOf('services:\n  prefect: { image: x, ports: ["4300:4200"], environment: { PREFECT_API_URL: "http://0.0.0.0:4200/api" } }\n'),
    no: factsOf(
      'services:\n  prefect: { image: x, ports: ["4300:4200"], environment: { PREFECT_API_URL: "http://localhost:4300/api" } }\n',
    ),
    severity: 'warning',
    facts: { trouble: 'wildcard', better: 'http://localhost:4300/api' },
  },
  {
    code: 'prefectApiUrl',
    what: 'a worker without an address',
    yes: factsOf('services:\n  prefect: { image: x }\n  worker: { image: x, command: prefect worker start -p lab }\n'),
    no: factsOf(
      'services:\n  prefect: { image: x }\n  worker: { image: x, command: prefect worker start -p lab, environment: ["PREFECT_API_URL=http://prefect:4200/api"] }\n',
    ),
    severity: 'warning',
    facts: { trouble: 'missing', better: 'http://prefect:4200/api' },
  },
  {
    code: 'prefectApiUrl',
    what: 'an address without /api on this machine',
    yes: { ...local, host: { ...pins(), prefectApiUrl: { value: 'http://localhost:4200/', place: 'PREFECT_API_URL' } } },
    no: { ...local, host: { ...pins(), prefectApiUrl: { value: 'http://localhost:4200/api', place: 'PREFECT_API_URL' } } },
    severity: 'warning',
    facts: { trouble: 'noApi', better: 'http://localhost:4200/api' },
  },
  {
    code: 'proxyCatchesLocal',
    what: 'a proxy for everything',
    yes: { ...local, network: { ...network, proxy: { variable: 'HTTP_PROXY', missing: ['localhost'] } } },
    no: { ...local, network },
    severity: 'warning',
  },
  {
    code: 'caFileMissing',
    what: 'certificates that are not there',
    yes: { ...local, network: { ...network, missingFiles: [{ variable: 'SSL_CERT_FILE', file: '/ca.pem' }] } },
    no: { ...local, network },
    severity: 'warning',
  },
  {
    code: 'caUnknownToJava',
    what: 'certificates that Java lacks',
    yes: { ...local, network: { ...network, unknownToJava: [{ file: '/ca.pem', subjects: ['CN=Proxy'] }] } },
    no: { ...local, network },
    severity: 'warning',
  },
  {
    code: 'weakPassword',
    what: 'a password of tutorials',
    yes: factsOf('services:\n  s3: { image: x, environment: { MINIO_ROOT_USER: admin, MINIO_ROOT_PASSWORD: "${P:-minioadmin}" } }\n'),
    no: factsOf('services:\n  s3: { image: x, environment: { MINIO_ROOT_USER: admin, MINIO_ROOT_PASSWORD: "${P:-minioadmin}" } }\n', {
      env: { P: 'x8#kd' },
    }),
    severity: 'warning',
  },
  {
    code: 'publishedToAll',
    what: 'a port on every address',
    yes: factsOf('services:\n  a: { image: x, ports: ["80:80"] }\n'),
    no: factsOf('services:\n  a: { image: x, ports: ["127.0.0.1:80:80"] }\n'),
    severity: 'warning',
  },
  {
    code: 'healthMissing',
    what: 'a service that others wait for',
    yes: factsOf('services:\n  s3: { image: x }\n  a: { image: y, depends_on: { s3: { condition: service_healthy } } }\n'),
    no: factsOf(
      'services:\n  s3: { image: x, healthcheck: { test: "true" } }\n  a: { image: y, depends_on: { s3: { condition: service_healthy } } }\n',
    ),
    severity: 'warning',
    facts: { dependants: ['a'], isRequired: true },
  },
  {
    code: 'startInterval',
    what: 'start_interval',
    yes: factsOf('services:\n  a: { image: x, healthcheck: { test: "true", start_interval: 1s } }\n', { container }),
    no: factsOf('services:\n  a: { image: x, healthcheck: { test: "true", interval: 1s } }\n', { container }),
    severity: 'error',
    facts: { version: '20.10.24' },
  },
  {
    code: 'composeInvalid',
    what: 'a key that is not supported',
    yes: factsOf('services:\n  a: { image: x, privileged: true }\n'),
    no: factsOf('services:\n  a: { image: x }\n'),
    severity: 'error',
    facts: { line: 2 },
  },
  {
    code: 'versionsMismatch',
    what: 'a newer client of Spark',
    yes: { ...local, servers: [{ ...server, role: 'spark-connect', version: '4.2.0' }], host: pins(['pyspark', '4.3.0']) },
    no: { ...local, servers: [{ ...server, role: 'spark-connect', version: '4.2.0' }], host: pins(['pyspark', '4.2.1']) },
    severity: 'warning',
    facts: { wanted: ['4.2'] },
  },
  {
    code: 'pythonMissing',
    what: 'no Python',
    yes: { ...local, local: { ...runs, pythonProblem: { message: 'Python was not found.', hint: 'Install it.' } } },
    no: { ...local, local: runs },
    severity: 'error',
  },
  {
    code: 'xattrMissing',
    what: 'a data folder without attributes',
    yes: { ...local, local: { ...runs, withoutXattr: { folder: '/data', fileSystem: 'vfat' } } },
    no: { engine: 'docker', local: { ...runs, withoutXattr: { folder: '/data', fileSystem: 'vfat' } } },
    severity: 'error',
  },
  {
    code: 'programMissing',
    what: 'a service that this machine cannot run',
    yes: { ...local, services: [{ ...serviceState('s3', false), unavailable: 'nginx is not installed.' }] },
    no: { ...local, services: [{ ...serviceState('s3', false), unavailable: 'nginx is not installed.', isActive: false }] },
    severity: 'info',
  },
  {
    code: 'serviceBroken',
    what: 'a service that does not answer',
    yes: { ...local, services: [{ ...serviceState('s3', true), health: 'unhealthy' }] },
    no: { ...local, services: [serviceState('s3', true), serviceState('spark-connect', false)] },
    severity: 'error',
    facts: { isRunning: true },
  },
  {
    code: 'staleLock',
    what: 'a lock of a dead process',
    yes: { ...local, local: { ...runs, staleLock: '/stack.lock' } },
    no: { ...local, local: runs },
    severity: 'info',
  },
  {
    code: 'leftovers',
    what: 'old downloads',
    yes: {
      ...local,
      leftovers: [
        { folder: '/a', bytes: 3 },
        { folder: '/b', bytes: 4 },
      ],
    },
    no: { ...local, leftovers: [] },
    severity: 'info',
    facts: { bytes: 7 },
  },
]

describe('the rules of the doctor', () => {
  for (const { code, what, yes, no, severity, facts = {} } of cases) {
    it(`find ${what} (${code}), and do not where it is not`, () => {
      const [finding, ...more] = found(yes, code)
      assert.ok(finding)
      assert.deepEqual(more, [])
      assert.equal(finding.severity, severity)
      assert.deepEqual({ ...finding.facts, ...facts }, finding.facts)
      assert.deepEqual(found(no, code), [])
    })
  }

  it('are each tested', () => {
    const tested = new Set(cases.map(({ code }) => code))
    const codes = Object.keys(english.findings)
    assert.deepEqual(
      codes.filter(code => ![...tested].some(other => other === code)),
      [],
    )
  })

  it('find nothing where nothing is known', () => {
    assert.deepEqual(findingsOf({ engine: 'local' }), [])
    assert.deepEqual(findingsOf({ engine: 'docker', file: null }), [])
  })

  it('tell the worst first', () => {
    const facts: Facts = {
      ...local,
      disks: [{ what: 'data', folder: '/d', free: 0 }],
      leftovers: [{ folder: '/a', bytes: 1 }],
      network: { ...network, proxy: { variable: 'HTTP_PROXY', missing: ['localhost'] } },
    }
    assert.deepEqual(
      findingsOf(facts).map(({ severity }) => severity),
      ['error', 'warning', 'info'],
    )
  })

  it('write no address into a file that is put together from variables, since it may hold a password', () => {
    assert.deepEqual(fixOfAddress('http://u:${P}@localhost:9000'), ['edit'])
    assert.deepEqual(fixOfAddress('http://u:${P}@${H}:9000'), ['manual'])
    const said = factsOf(
      'services:\n  s3: { image: x, ports: ["9000:9000"] }\n  a: { image: y, environment: { U: "http://u:${P}@localhost:9000" } }\n',
      {
        env: { P: 'hidden' },
      },
    )
    assert.ok(!JSON.stringify(findingsOf(said)).includes('hidden'))
  })

  it('move a port in .env where the file takes it from there, else in its line', () => {
    const fix = (written: string) => {
      const at = { place, written, isShort: true }
      return found({ engine: 'docker', file: null, ports: [{ ...port, at }] }, 'portTaken')[0]?.fix
    }
    assert.deepEqual(fix('127.0.0.1:${S3_PORT:-9000}:9000'), { kind: 'manual' })
    const withFile = (written: string) => {
      const facts = factsOf('services: { s3: { image: x } }', { ports: [{ ...port, at: { place, written, isShort: true } }] })
      return found(facts, 'portTaken')[0]?.fix
    }
    assert.deepEqual(withFile('127.0.0.1:${S3_PORT:-9000}:9000'), {
      kind: 'edit',
      changes: [{ file: '/project/.env', changes: [{ kind: 'set', path: ['S3_PORT'], value: '9002' }] }],
    })
    assert.deepEqual(withFile('9000:9000'), {
      kind: 'edit',
      changes: [{ file: place.file, changes: [{ kind: 'port', at: { line: 4, column: 9 }, move: { from: 9000, to: 9002 } }] }],
    })
    assert.deepEqual(withFile('9000'), { kind: 'manual' })
  })

  it('repeats no password and no token of an address', () => {
    const text = `services:
  spark-connect: { image: x, ports: ["15002:15002"] }
  a: { image: y, environment: { R: "sc://localhost:15002/;token=hidden", P: "http://u:hid@den@localhost:15002" } }
  prefect: { image: x, environment: { PREFECT_API_URL: "http://u:hidden@0.0.0.0:4200" } }
`
    const addresses = [{ place: 'SPARK_REMOTE', address: 'sc://spark-connect:15002/;token=hidden' }]
    const prefectApiUrl = { place: 'PREFECT_API_URL', value: 'http://u:hidden@prefect' }
    const findings = findingsOf(factsOf(text, { host: { ...pins(), addresses, prefectApiUrl } }))
    const codes = ['containerNameOnHost', 'localhostInContainer', 'prefectApiUrl']
    const about = findings.filter(({ code }) => codes.includes(code))
    assert.deepEqual(
      codes.map(code => about.filter(finding => finding.code === code).length),
      [1, 2, 2],
    )
    assert.doesNotMatch(JSON.stringify(about.map(({ facts }) => facts)), /hid|den/)
  })
})

/** How an address of a variable is mended that leads from one container to another. */
function fixOfAddress(address: string): readonly unknown[] {
  const text = `services:\n  s3: { image: x, ports: ["9000:9000"] }\n  a: { image: y, environment: { U: "${address}" } }\n`
  return found(factsOf(text, { env: { P: 'hidden', H: 'localhost' } }), 'localhostInContainer').map(({ fix }) => fix?.kind)
}
