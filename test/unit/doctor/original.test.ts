import assert from 'node:assert/strict'
import { cpSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createDoctor, type Doctor } from '#app/doctor.ts'
import { defaultSettings } from '#app/settings.ts'
import { isProblem } from '#base/errors.ts'
import { Emitter } from '#base/event.ts'
import { readProject } from '#compose/readProject.ts'
import type { Diagnosis } from '#doctor/examine.ts'
import type { Finding } from '#doctor/finding.ts'
import type { StackState } from '#stack/types.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const never = new AbortController().signal
const quiet = (): void => {}
const fixture = 'test/fixtures/compose/original-2025.yml'

describe('the doctor on the compose file of 2025', function () {
  this.timeout(20_000)
  const folder = temporaryFolder()
  const files = () => ({
    compose: join(folder(), 'docker-compose.yml'),
    override: join(folder(), 'docker-compose.override.yml'),
    env: join(folder(), '.env'),
  })

  beforeEach(() => cpSync(fixture, files().compose))

  it('says all that is wrong with it', async () => {
    assert.deepEqual(await countsOf(doctorFor(folder())), {
      airbyteRetired: 1,
      composeInvalid: 2,
      connectMissing: 1,
      engineUnreachable: 1,
      healthMissing: 2,
      imageGone: 3,
      imageUnpinned: 1,
      initMissing: 1,
      localhostInContainer: 2,
      mlflowFileStore: 1,
      mlflowNotProxied: 1,
      prefectApiUrl: 1,
      publishedToAll: 1,
      roleUnknown: 1,
      weakPassword: 1,
    })
  })

  it('makes a stack of it that loads, by an override and by lines of the file', async () => {
    const doctor = doctorFor(folder())
    assert.equal((await readProject(folder(), {}, never))?.kind, 'refused')
    await doctor.fix(editable(await doctor.examine(quiet, never)), quiet, never)
    const reading = await readProject(folder(), {}, never)
    assert.ok(reading?.kind === 'project', JSON.stringify(reading))
    const service = (name: string) => reading.project.services.find(each => each.name === name) ?? assert.fail()
    assert.equal(service('minio').image, 'quay.io/minio/minio:RELEASE.2025-04-22T22-12-26Z')
    assert.equal(service('minio').labels['dataflow.role'], 's3')
    assert.deepEqual(service('airbyte-db').profiles, ['airbyte'])
    assert.deepEqual(service('spark-worker').command?.slice(1, 3), ['org.apache.spark.deploy.worker.Worker', 'spark://spark-master:7077'])
    assert.equal(service('mlflow').environment['MLFLOW_S3_ENDPOINT_URL'], 'http://minio:9000')
    assert.ok(service('mlflow').command?.includes('--artifacts-destination'))
    assert.equal(service('spark-connect').environment['SPARK_NO_DAEMONIZE'], 'true')
    const isOpen = reading.project.services
      .filter(({ profiles }) => profiles.length === 0)
      .some(({ ports }) => ports.some(({ hostIp }) => hostIp !== '127.0.0.1'))
    assert.equal(isOpen, false)
    assert.deepEqual(await countsOf(doctor), { engineUnreachable: 1, imageUnpinned: 1, mlflowFileStore: 1 })
  })

  it('makes one password for all who share it, which is in .env alone', async () => {
    const doctor = doctorFor(folder())
    await doctor.fix(editable(await doctor.examine(quiet, never)), quiet, never)
    const { compose, override, env } = files()
    const [, secret = ''] = /^S3_SECRET_KEY=(.{32})$/m.exec(readFileSync(env, 'utf8')) ?? []
    assert.notEqual(secret, '')
    assert.equal(statSync(env).mode & 0o777, 0o600)
    assert.ok(!readFileSync(override, 'utf8').includes(secret))
    assert.ok(readFileSync(compose, 'utf8').startsWith('# The lakehouse of 2025'))
    const reading = await readProject(folder(), {}, never)
    assert.ok(reading?.kind === 'project')
    const values = reading.project.services.flatMap(({ environment }) =>
      ['MINIO_ROOT_PASSWORD', 'AWS_SECRET_ACCESS_KEY'].flatMap(name => environment[name] ?? []),
    )
    assert.deepEqual(
      values,
      Array.from({ length: 5 }, () => secret),
    )
  })

  it('shows what it would write, and writes nothing', async () => {
    const doctor = doctorFor(folder())
    const findings = editable(await doctor.examine(quiet, never))
    const text = readFileSync(files().compose, 'utf8')
    const edits = await doctor.edits(findings)
    assert.deepEqual(
      edits.flatMap(({ file, before }) => (before === null ? file : [])),
      [files().override],
    )
    assert.deepEqual(edits.length, 2)
    assert.equal(readFileSync(files().compose, 'utf8'), text)
    assert.throws(() => statSync(files().override))
    assert.throws(() => statSync(files().env))
  })

  it('keeps the comments of an override that is there', async () => {
    const text = '# ours\nservices:\n  minio:\n    # more room\n    shm_size: 1g\n'
    writeFileSync(files().override, text)
    const doctor = doctorFor(folder())
    await doctor.fix(editable(await doctor.examine(quiet, never)), quiet, never)
    assert.ok(readFileSync(files().override, 'utf8').startsWith(text.trimEnd()))
  })

  it('writes nothing where the file has changed since', async () => {
    const doctor = doctorFor(folder())
    const findings = editable(await doctor.examine(quiet, never))
    writeFileSync(files().compose, 'services: {}\n')
    await assert.rejects(doctor.fix(findings, quiet, never), (error: unknown) => isProblem(error, 'conflict'))
    assert.throws(() => statSync(files().env))
  })

  it('moves a port that another program has', async () => {
    const server = createServer()
    const port = await new Promise<number>(resolve => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address()
        resolve(typeof address === 'object' && address ? address.port : 0)
      })
    })
    try {
      writeFileSync(files().compose, `services:\n  web:\n    image: web:1.30\n    ports:\n      - "127.0.0.1:${port}:80" # web\n`)
      const doctor = doctorFor(folder())
      const { findings } = await doctor.examine(quiet, never)
      const taken = findings.filter(({ code }) => code === 'portTaken')
      assert.deepEqual(
        taken.map(({ facts }) => facts),
        [{ port, service: 'web', moves: false, holder: { kind: 'process', pid: process.pid, name: processName() } }],
      )
      await doctor.fix(taken, quiet, never)
      const [, moved = ''] = /"127\.0\.0\.1:(\d+):80" # web/.exec(readFileSync(files().compose, 'utf8')) ?? []
      assert.ok(Number(moved) > port)
      assert.deepEqual(await countsOf(doctor), { engineUnreachable: 1 })
    } finally {
      server.close()
    }
  })
})

/** As Linux has it. */
function processName(): string {
  return readFileSync('/proc/self/comm', 'utf8').trim()
}

function editable({ findings }: Diagnosis): readonly Finding[] {
  return findings.filter(({ fix }) => fix?.kind === 'edit')
}

/** What is found in the file; what is so on this machine is left out. */
async function countsOf(doctor: Doctor): Promise<Readonly<Record<string, number>>> {
  const { findings } = await doctor.examine(quiet, never)
  const ofMachine = ['portTaken', 'diskLow', 'memoryLow', 'fileLimit', 'leftovers', 'caUnknownToJava', 'caFileMissing', 'proxyCatchesLocal']
  const codes = findings.map(({ code }) => code)
  const kept = codes.filter((code, index) => !ofMachine.includes(code) && codes.indexOf(code) === index).toSorted()
  return Object.fromEntries(kept.map(code => [code, codes.filter(other => other === code).length]))
}

/** A doctor of a folder whose stack would run in containers, but where no engine answers. */
function doctorFor(projectFolder: string): Doctor {
  const state: StackState = { kind: 'stopped', engine: 'docker', services: [], endpoints: {} }
  return createDoctor({
    projectFolder,
    productFolder: process.cwd(),
    env: { PATH: process.env['PATH'], DATAFLOW_HOME: join(projectFolder, 'home'), DOCKER_HOST: `unix://${projectFolder}/none.sock` },
    settings: { current: { ...defaultSettings, stackEngine: 'docker' }, onDidChange: new Emitter<never>().event },
    stack: {
      refresh: () => Promise.resolve(state),
      secrets: () => assert.fail('A stack that stands still is not asked for secrets.'),
      change: () => assert.fail('An examination changes nothing.'),
    },
  })
}
