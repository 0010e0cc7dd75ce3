import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readProject } from '#compose/readProject.ts'
import { openDockerBed, type DockerBed } from '../docker/bed.ts'
import { shapeOfConfig, shapeOfProject } from '../support/composeShape.ts'
import { composeConfig, findDockerCompose } from '../support/dockerCompose.ts'
import { serveJars } from '../support/jarServer.ts'
import { prefect, python, runsItsFiles, until } from '../support/projectFiles.ts'
import { makeLakehouseProject, type LakehouseProject } from '../support/lakehouseProject.ts'

const never = new AbortController().signal
const ignore = (): void => {}

/** Every file that New lakehouse project writes, as it is written, on images with the real programs. One story: the stack is started once. */
describe('a new lakehouse project on Docker', function () {
  this.timeout(10 * 60_000)
  let bed: DockerBed
  let project: LakehouseProject

  before(async function () {
    bed = await openDockerBed(this)
    const images = { ...(await bed.imageVariables()), ...ownImages }
    project = await makeLakehouseProject('docker', images, { ...process.env, DOCKER_HOST: bed.host })
  })
  const containerOf = (service: string): string => `${project.name}-${service}-1`
  after(async () => {
    if (!project) return
    await project.lakehouse.stack.change({ kind: 'remove' }, ignore, never)
    project.dispose()
  })

  it('has images that can be built', async () => {
    const build = async (context: string, tag: string, base: string): Promise<string> =>
      await bed.client.run(['build', '--quiet', '--network', 'host', '--tag', tag, '--build-arg', base, join(project.folder, context)])
    await build('config/spark', ownImages.SPARK_IMAGE, `SPARK_BASE=${await bed.image('spark')}`)
    await build('app', ownImages.STREAMLIT_IMAGE, `BASE=${await bed.image('base')}`)
    await build('config/jupyter', ownImages.JUPYTER_IMAGE, `BASE=${await bed.image('base')}`)
  })

  it('has a proxy configuration that NGINX takes', async () => {
    const logs = join(project.folder, 'data', 'nginx')
    mkdirSync(logs, { recursive: true })
    const mounts = [
      '--volume',
      `${join(project.folder, 'config/nginx')}:/etc/nginx-proxy:ro`,
      '--volume',
      `${logs}:/var/lib/nginx-proxy/logs`,
    ]
    const test = ['nginx', '-t', '-p', '/var/lib/nginx-proxy', '-c', '/etc/nginx-proxy/nginx.conf']
    await bed.client.run(['run', '--rm', '--network', 'none', ...mounts, await bed.image('nginx'), ...test])
  })

  it('starts with every service of its groups healthy', async () => {
    const state = await project.lakehouse.stack.change({ kind: 'up' }, ignore, never)
    const services = Object.fromEntries(state.services.map(({ name, state: stand, health }) => [name, `${stand} ${health}`]))
    const names = ['mlflow', 'nginx', 'prefect', 's3', 'spark-connect', 'spark-master', 'spark-worker', 'streamlit']
    assert.deepEqual(services, { ...Object.fromEntries(names.map(name => [name, 'running healthy'])), jupyter: services['jupyter'] })
    assert.match(services['jupyter'] ?? '', /^stopped/)
  })

  runsItsFiles(() => project)

  it('serves its flow every night, and when Prefect is asked to run it', async () => {
    const env = { ...process.env, PREFECT_HOME: join(project.folder, 'data', 'client') }
    const serving = spawn(await python('prefect'), ['flows/medallion.py', '--serve'], { cwd: project.folder, env, stdio: 'ignore' })
    const ended = once(serving, 'close')
    try {
      const deployment = await until(async () => (await prefect<readonly Deployment[]>(project, '/deployments/filter'))[0])
      assert.deepEqual([deployment.name, deployment.schedules[0]?.schedule.cron], ['nightly', '0 3 * * *'])
      const { id } = await prefect<{ readonly id: string }>(project, `/deployments/${deployment.id}/create_flow_run`)
      const state = await until(async () => {
        const [run] = await prefect<readonly { readonly state_type: string }[]>(project, '/flow_runs/filter', {
          flow_runs: { id: { any_: [id] } },
        })
        return run && ['COMPLETED', 'FAILED', 'CRASHED'].includes(run.state_type) ? run.state_type : undefined
      })
      assert.equal(state, 'COMPLETED')
    } finally {
      serving.kill('SIGINT')
      await ended
    }
  })

  it('shows them in its container too', async () => {
    const inside = ['exec', '--interactive', containerOf('streamlit'), 'python3', '-', '/app/app.py']
    const shown = JSON.parse(await bed.client.run(inside, createReadStream('test/support/appTest.py')))
    assert.deepEqual([shown.problems, shown.figures.revenue], [[], '18,567.10'])
  })

  it('has Jupyter behind its token, with a Python that reaches Spark', async () => {
    const state = await project.lakehouse.stack.change({ kind: 'up', services: ['jupyter'] }, ignore, never)
    assert.equal(state.services.find(({ name }) => name === 'jupyter')?.health, 'healthy')
    const contents = `http://127.0.0.1:${project.ports.JUPYTER_PORT}/api/contents`
    const [, token = ''] = /^JUPYTER_TOKEN=(\w+)$/m.exec(readFileSync(join(project.folder, '.env'), 'utf8')) ?? []
    const statuses = await Promise.all([contents, `${contents}?token=${token}`].map(async url => (await fetch(url)).status))
    assert.deepEqual(statuses, [403, 200])
    const source = "from pyspark.sql import SparkSession\nprint(SparkSession.builder.getOrCreate().table('silver.orders').count())"
    const cell = { cell_type: 'code', execution_count: null, id: 'a', metadata: {}, outputs: [], source }
    const notebook = { cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 }
    writeFileSync(join(project.folder, 'notebooks/probe.ipynb'), JSON.stringify(notebook))
    const execute = ['jupyter', 'nbconvert', '--execute', '--to', 'notebook', '--stdout', '/notebooks/probe.ipynb']
    const executed = JSON.parse(await bed.client.run(['exec', containerOf('jupyter'), ...execute]))
    assert.deepEqual(executed.cells[0].outputs[0].text, ['393\n'])
  })

  it('serves every page at a name of its own, and logs who asked as JSON', async () => {
    const expected = {
      mlflow: 200,
      prefect: 200,
      streamlit: 200,
      spark: 302,
      'spark-master': 200,
      'spark-worker': 200,
      s3: 403,
      nobody: 404,
    }
    const found = await Promise.all(
      Object.keys(expected).map(async name => [
        name,
        await statusAt(project.ports.NGINX_PORT, `${name}.localhost:${project.ports.NGINX_PORT}`),
      ]),
    )
    assert.deepEqual(Object.fromEntries(found), expected)
    const names = Object.keys(expected).map(name => `${name}.localhost`)
    // A line is written after its answer.
    for (let tries = 0; tries < 50 && loggedHosts(project).size < names.length; tries += 1) await sleep(100)
    assert.deepEqual(loggedHosts(project), new Set(names))
  })

  it('keeps what MLflow is given in the bucket mlflow', async () => {
    const url = `http://127.0.0.1:${project.ports.MLFLOW_PORT}/api/2.0/mlflow-artifacts/artifacts/probe/note.txt`
    assert.equal((await fetch(url, { method: 'PUT', body: 'kept' })).status, 200)
    const s3 = join(project.folder, 'data/s3/mlflow/probe/note.txt')
    assert.equal(
      await bed.client.run(['run', '--rm', '--network', 'none', '--volume', `${s3}:/note:ro`, await bed.image('busybox'), 'cat', '/note']),
      'kept',
    )
  })

  it('has a script that makes the buckets, which can be run again', async () => {
    const said = await project.run('python3', ['scripts/init_buckets.py'])
    assert.deepEqual(said.split('\n'), ['bronze: there', 'silver: there', 'gold: there', 'mlflow: there'])
    const started = await bed.client.run(['logs', containerOf('spark-connect')])
    assert.match(started, /^bronze: (?:made|there)\nsilver: /)
  })

  it('fetches its jars by their sums, and refuses another one', async () => {
    mkdirSync(join(project.folder, 'data/jars'), { recursive: true })
    const server = await serveJars()
    try {
      const container = ['--network', 'host', '--volume', `${project.folder}:/project`, '--workdir', '/project']
      const variable = ['--env', `MAVEN_REPOSITORY=${server.url}`]
      const fetchJars = async (list: string): Promise<string> => {
        const command = ['python3', 'config/spark/fetch_jars.py', list, 'data/jars']
        return await bed.client.run(['run', '--rm', ...container, ...variable, await bed.image('spark'), ...command])
      }
      assert.equal(await fetchJars('config/spark/jars.txt'), '46 jars')
      const [first = ''] = readFileSync(join(project.folder, 'config/spark/jars.txt'), 'utf8').split('\n')
      writeFileSync(
        join(project.folder, 'data/wrong.txt'),
        first.replace(/.$/, last => (last === '0' ? '1' : '0')),
      )
      await assert.rejects(fetchJars('data/wrong.txt'), /has sha256 [0-9a-f]{64}, not /)
    } finally {
      await server.close()
    }
  })

  it('means the same to docker compose', async function () {
    const compose = findDockerCompose()
    if (!compose) this.skip()
    const profiles = { COMPOSE_PROFILES: 'core,processing,ml,visualization,jupyter' }
    const config = composeConfig(compose, project.folder, profiles)
    if ('refusal' in config) assert.fail(config.refusal)
    const reading = await readProject(project.folder, profiles, never)
    if (reading?.kind !== 'project') assert.fail(JSON.stringify(reading))
    assert.deepEqual(shapeOfProject(reading.project), shapeOfConfig(config.config))
  })
})

/** The same files without Docker. */
describe('a new lakehouse project as processes', function () {
  this.timeout(10 * 60_000)
  let project: LakehouseProject

  before(async () => {
    project = await makeLakehouseProject('local')
  })
  after(async () => {
    await project.lakehouse.stack.change({ kind: 'down' }, ignore, never)
    project.dispose()
  })

  it('starts with every service of its groups healthy, or says why it cannot', async () => {
    const state = await project.lakehouse.stack.change({ kind: 'up' }, ignore, never)
    const stands = state.services.map(service => [service.name, service.unavailable === null ? service.health : 'unavailable'])
    const isThere = state.services.find(({ name }) => name === 'nginx')?.unavailable === null
    const names = ['mlflow', 'prefect', 's3', 'spark-connect', 'spark-master', 'spark-worker', 'streamlit']
    assert.deepEqual(Object.fromEntries(stands), {
      ...Object.fromEntries(names.map(name => [name, 'healthy'])),
      nginx: isThere ? 'healthy' : 'unavailable',
      jupyter: 'unavailable',
    })
  })

  runsItsFiles(() => project)
})

/** Built from the project's own Dockerfiles, which take another base here. */
const ownImages = {
  SPARK_IMAGE: 'dataflow-test/project-spark:1',
  STREAMLIT_IMAGE: 'dataflow-test/project-streamlit:1',
  JUPYTER_IMAGE: 'dataflow-test/project-jupyter:1',
} as const

interface Deployment {
  readonly id: string
  readonly name: string
  readonly schedules: readonly { readonly schedule: { readonly cron: string } }[]
}

function loggedHosts({ folder }: LakehouseProject): ReadonlySet<string> {
  const lines = readFileSync(join(folder, 'data/nginx/access.log'), 'utf8').trim().split('\n')
  return new Set(lines.map(line => String(Reflect.get(Object(JSON.parse(line)), 'host'))))
}

/** `fetch` sets the header Host itself. */
function statusAt(port: number, host: string): Promise<number | undefined> {
  return new Promise((done, failed) => {
    get({ host: '127.0.0.1', port, headers: { host } }, response => {
      response.resume()
      done(response.statusCode)
    }).once('error', failed)
  })
}
