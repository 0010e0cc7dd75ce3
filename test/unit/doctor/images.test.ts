import assert from 'node:assert/strict'
import type { FindingCode } from '#doctor/finding.ts'
import { likelyRole, registryOf, repositoryOf, tagOf } from '#doctor/image.ts'
import { findingsOf } from '#doctor/rules.ts'
import { factsOf, found } from '../../support/doctorFacts.ts'

const service = (image: string, more = ''): string => `services:\n  a:\n    image: ${image}\n${more}`

const parts = (image: string) => [registryOf(image), repositoryOf(image), tagOf(image)]
const role = (image: string, command: string) => likelyRole({ image, command: command.split(' '), environment: new Map() })

describe('the doctor on images', () => {
  it('knows the parts of a name', () => {
    assert.deepEqual(parts('minio/minio'), ['docker.io', 'minio/minio', undefined])
    assert.deepEqual(parts('docker.io/library/nginx:1.30'), ['docker.io', 'nginx', '1.30'])
    assert.deepEqual(parts('localhost:5000/a/b'), ['localhost:5000', 'a/b', undefined])
    assert.deepEqual(parts('ghcr.io/mlflow/mlflow:v3.17.0@sha256:ab'), ['ghcr.io', 'mlflow/mlflow', 'v3.17.0'])
  })

  for (const [image, better] of [
    ['minio/minio:RELEASE.2025-04-22T22-12-26Z', 'quay.io/minio/minio:RELEASE.2025-04-22T22-12-26Z'],
    ['docker.io/minio/minio', 'quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z'],
    ['minio/mc:latest', 'quay.io/minio/mc:RELEASE.2025-08-13T08-35-41Z'],
    [
      'minio/minio@sha256:8cc9801755448b71a786705ce76692c77e14936cccd87cf2fc31842e58f4d1ff',
      'quay.io/minio/minio@sha256:8cc9801755448b71a786705ce76692c77e14936cccd87cf2fc31842e58f4d1ff',
    ],
    ['bitnami/kafka:3', ''],
  ] as const) {
    it(`finds that ${image} is gone`, () => {
      const [finding, ...more] = found(factsOf(service(image)), 'imageGone')
      assert.ok(finding)
      assert.deepEqual(more, [])
      assert.equal(finding.severity, 'error')
      assert.equal(finding.facts.better, better)
      assert.equal(finding.facts.line, 3)
    })
  }

  it('takes Spark of the same version in place of what is gone, told by its command', () => {
    const text = `services:
  spark-worker:
    image: bitnami/spark:3.5.5
    environment: [SPARK_MODE=worker, "SPARK_MASTER_URL=spark://m:7077"]
`
    const fix = found(factsOf(text), 'imageGone')[0]?.fix
    assert.ok(fix?.kind === 'edit')
    assert.deepEqual(
      fix.changes[0]?.changes.map(change => change.kind === 'set' && [change.path.at(-1), change.value]),
      [
        ['image', 'apache/spark:3.5.5-scala2.12-java17-python3-ubuntu'],
        ['command', ['/opt/spark/bin/spark-class', 'org.apache.spark.deploy.worker.Worker', 'spark://m:7077', '--webui-port', '8081']],
      ],
    )
  })

  for (const image of ['rustfs/rustfs:1.0.0', 'registry.example/minio/minio:1', 'bitnamilegacy/spark:3.5.5']) {
    it(`leaves ${image} alone`, () => assert.deepEqual(found(factsOf(service(image)), 'imageGone'), []))
  }

  it('says nothing of services whose profile is off', () => {
    const text = service('minio/minio', '    profiles: [old]\n')
    assert.deepEqual(codes(text), [])
    assert.deepEqual(codes(text, { COMPOSE_PROFILES: 'old' }).includes('imageGone'), true)
  })

  it('finds moving tags, not those with a digest or what is built', () => {
    const text = `services:
  a: { image: prefecthq/prefect:2-latest }
  b: { image: nginx }
  c: { image: "nginx:1.30" }
  d: { image: "nginx@sha256:8cc9801755448b71a786705ce76692c77e14936cccd87cf2fc31842e58f4d1ff" }
  e: { image: mine, build: . }
`
    const finding = found(factsOf(text), 'imageUnpinned')[0]
    assert.deepEqual(finding?.facts.images, [
      { service: 'a', image: 'prefecthq/prefect:2-latest' },
      { service: 'b', image: 'nginx' },
    ])
    assert.equal(finding.severity, 'info')
  })

  it('names images that are not here while their registry does not answer, a finding for each registry', () => {
    const text =
      'services:\n  a: { image: "nginx:1" }\n  b: { image: "nginx:2" }\n  c: { image: ghcr.io/x/y:1 }\n  d: { image: "nginx:3" }\n  e: { image: mine, build: . }\n'
    const unreachable = { registry: 'docker.io', why: 'no such host' }
    const images = [
      { service: 'a', image: 'nginx:1', isPresent: false, unreachable },
      { service: 'b', image: 'nginx:2', isPresent: false, unreachable },
      { service: 'c', image: 'ghcr.io/x/y:1', isPresent: false, unreachable: { registry: 'ghcr.io', why: 'it answered 503' } },
      { service: 'd', image: 'nginx:3', isPresent: true, unreachable: null },
      { service: 'e', image: 'mine', isPresent: false, unreachable },
    ]
    assert.deepEqual(
      found(factsOf(text, { images }), 'imageAbsent').map(({ facts }) => facts),
      [
        {
          ...unreachable,
          images: [
            { service: 'a', image: 'nginx:1' },
            { service: 'b', image: 'nginx:2' },
          ],
        },
        { registry: 'ghcr.io', why: 'it answered 503', images: [{ service: 'c', image: 'ghcr.io/x/y:1' }] },
      ],
    )
    const here = images.map(image => ({ ...image, isPresent: true, unreachable: null }))
    assert.deepEqual(found(factsOf(text, { images: here }), 'imageAbsent'), [])
  })

  it('explains that Airbyte is no compose service, and nothing else of it', () => {
    const text = 'services:\n  db: { image: "airbyte/db:1", environment: { POSTGRES_PASSWORD: password }, ports: ["8001:8001"] }\n'
    assert.deepEqual(codes(text), ['airbyteRetired'])
    assert.deepEqual(found(factsOf(text), 'airbyteRetired')[0]?.facts.services, ['db'])
  })

  it('tells what a service is by its image and command', () => {
    assert.equal(role('minio/minio', 'server /data'), 's3')
    assert.equal(role('minio/mc', 'mb x'), null)
    assert.equal(role('apache/spark:4', 'spark-class org.apache.spark.deploy.worker.Worker spark://x'), 'spark-worker')
    assert.equal(role('apache/spark:4', '/opt/spark/sbin/start-connect-server.sh'), 'spark-connect')
    assert.equal(role('python:3', 'mlflow server --host 0.0.0.0'), 'mlflow')
    assert.equal(role('python:3', 'prefect worker start'), null)
    assert.equal(role('python:3', 'streamlit run app.py'), 'streamlit')
  })
})

function codes(text: string, env: Readonly<Record<string, string>> = {}): readonly FindingCode[] {
  return findingsOf(factsOf(text, { env })).map(({ code }) => code)
}
