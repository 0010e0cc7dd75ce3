import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findPlaces, stackFolder } from '#runtime/places.ts'
import { dataflow } from '../support/dataflow.ts'
import { composeConfig, findDockerCompose } from '../support/dockerCompose.ts'
import { liveStack } from '../support/liveStack.ts'

interface Told {
  readonly status: number | null
  readonly codes: readonly string[]
  readonly errors: readonly string[]
  readonly findings: readonly { readonly code: string; readonly facts: Readonly<Record<string, unknown>> }[]
  readonly unchecked: unknown
}

describe('the doctor on the live stack', function () {
  this.timeout(60_000)
  let project = ''
  let port = ''
  let env: Readonly<Record<string, string>> = {}

  before(async function () {
    const stack = liveStack(this)
    project = stack.project
    port = new URL(stack.s3.endpoint.endpoint).port
    env = ownHome()
    const { stdout } = await dataflow(['stack', 'status', '--project', project, '--json'], env)
    if (Object(JSON.parse(stdout)).state !== 'running' && process.env['CI'] === undefined) {
      process.stdout.write(`  The stack of ${project} is not one of ours.\n`)
      this.skip()
    }
  })

  it('finds nothing that keeps it from working, within seconds', async () => {
    const before = Date.now()
    const { status, errors, unchecked } = await doctor(project, env)
    assert.deepEqual({ status, errors, unchecked }, { status: 0, errors: [], unchecked: [] })
    assert.ok(Date.now() - before < 10_000)
  })

  it('finds a bucket that is gone, and makes it', async () => {
    const bucket = join(stackFolder(findPlaces({ ...process.env, ...env }), project), 's3', 'data', 'mlflow')
    renameSync(bucket, `${bucket}-aside`)
    try {
      const { status, errors, findings } = await doctor(project, env)
      assert.deepEqual({ status, errors }, { status: 1, errors: ['bucketsMissing'] })
      assert.deepEqual(findings.find(({ code }) => code === 'bucketsMissing')?.facts['buckets'], ['mlflow'])
      const fixed = await doctor(project, env, '--fix', 'bucketsMissing', '--yes')
      assert.deepEqual({ status: fixed.status, errors: fixed.errors }, { status: 0, errors: [] })
      assert.deepEqual(readdirSync(bucket), [])
    } finally {
      rmSync(bucket, { recursive: true, force: true })
      renameSync(`${bucket}-aside`, bucket)
    }
  })

  it('names the stack that has a port which another one would take', async () => {
    const other = mkdtempSync(join(tmpdir(), 'dataflow-doctor-'))
    try {
      const { status, findings } = await doctor(other, env)
      assert.equal(status, 0)
      const taken = findings.filter(({ code, facts }) => code === 'portTaken' && String(facts['port']) === port)
      const expected =
        port === '9000' ? [{ port: 9000, service: 's3', holder: { kind: 'stack', folder: project, service: 's3' }, moves: true }] : []
      assert.deepEqual(
        taken.map(({ facts }) => facts),
        expected,
      )
    } finally {
      rmSync(other, { recursive: true })
    }
  })
})

describe('the doctor on a project that cannot be started', function () {
  this.timeout(60_000)
  let folder = ''
  let env: Readonly<Record<string, string>> = {}

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dataflow-doctor-'))
    cpSync('test/fixtures/compose/original-2025.yml', join(folder, 'docker-compose.yml'))
    env = { ...ownHome(), DATAFLOW_HOME: join(folder, 'home'), DOCKER_HOST: `unix://${folder}/none.sock` }
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('changes nothing unless somebody agrees', async () => {
    const { status, stdout, stderr } = await dataflow(
      ['stack', 'doctor', '--engine', 'docker', '--fix', 'imageGone', '--project', folder],
      env,
    )
    assert.equal(status, 1)
    assert.equal(stdout, '')
    assert.match(stderr, /docker-compose\.override\.yml \(new\)[^]*\+ {4}image: quay\.io[^]*Nothing was changed/)
    assert.deepEqual(
      readdirSync(folder).filter(name => name !== 'home'),
      ['docker-compose.yml'],
    )
  })

  it('names what there is where a code is none', async () => {
    const { stdout, status } = await dataflow(['stack', 'doctor', '--fix', 'nope', '--json', '--project', folder], env)
    const { error } = Object(JSON.parse(stdout))
    assert.deepEqual([status, error.code, /imageGone/.test(error.hint)], [1, 'notFound', true])
  })

  it('is taken by docker compose once it is mended', async function () {
    const compose = findDockerCompose()
    if (!compose) {
      process.stdout.write('  There is no Compose 2 here; DATAFLOW_DOCKER_COMPOSE may name it.\n')
      this.skip()
    }
    const { codes } = await doctor(folder, env, '--engine', 'docker')
    const fixes = [
      'airbyteRetired',
      'composeInvalid',
      'connectMissing',
      'healthMissing',
      'imageGone',
      'initMissing',
      'localhostInContainer',
    ]
    const more = ['mlflowNotProxied', 'prefectApiUrl', 'publishedToAll', 'roleUnknown', 'weakPassword']
    assert.deepEqual(
      [...fixes, ...more].filter(code => !codes.includes(code)),
      [],
    )
    const mended = await doctor(folder, env, '--engine', 'docker', '--yes', '--fix', [...fixes, ...more].join(','))
    assert.deepEqual(
      mended.codes.filter(code => [...fixes, ...more].includes(code)),
      [],
    )
    const answer = composeConfig(compose, folder, {})
    assert.ok('config' in answer, JSON.stringify(answer))
    const { services } = Object(answer.config)
    assert.equal(services['spark-connect'].ports[0].published, '15002')
    assert.equal(services['minio'].environment['MINIO_ROOT_PASSWORD'], services['mlflow'].environment['AWS_SECRET_ACCESS_KEY'])
    assert.match(readFileSync(join(folder, 'docker-compose.yml'), 'utf8'), /^# The lakehouse of 2025/)
  })
})

/** The home of this run, so that its stacks are known. */
function ownHome(): Readonly<Record<string, string>> {
  const { DATAFLOW_HOME, DATAFLOW_CACHE } = process.env
  return { ...(DATAFLOW_HOME ? { DATAFLOW_HOME } : {}), ...(DATAFLOW_CACHE ? { DATAFLOW_CACHE } : {}) }
}

async function doctor(project: string, env: Readonly<Record<string, string>>, ...more: readonly string[]): Promise<Told> {
  const { status, stdout, stderr } = await dataflow(['stack', 'doctor', '--project', project, '--json', ...more], env)
  const { findings, unchecked, error } = Object(JSON.parse(stdout))
  assert.ok(Array.isArray(findings), `${stderr}${JSON.stringify(error)}`)
  const codes = findings.map(({ code }: { readonly code: string }) => code)
  const errors = findings.flatMap(({ code, severity }: Readonly<Record<string, string>>) => (severity === 'error' ? [code ?? ''] : []))
  return { status, codes, errors, findings, unchecked }
}
