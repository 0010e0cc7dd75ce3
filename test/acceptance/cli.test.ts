import assert from 'node:assert/strict'
import { once } from 'node:events'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { demoTables, isSame } from '#app/demoTables.ts'
import { decodeArrow } from '#arrow/ipc.ts'
import { jsonRecords } from '#arrow/json.ts'
import { openStore } from '#storage/openStore.ts'
import { dataflow, dataflowBytes, liveEnv, spawnDataflow, type Ended } from '../support/dataflow.ts'
import { liveSpark } from '../support/liveSpark.ts'
import { liveStack, type LiveStack } from '../support/liveStack.ts'

const never = new AbortController().signal

describe('the command line on the live stack', function () {
  this.timeout(180_000)
  const prefix = `cli-${randomUUID().slice(0, 8)}`
  const table = `s3://bronze/${prefix}/one`
  let stack: LiveStack
  let env: Readonly<Record<string, string>>
  let connect: readonly string[]
  let home: string | undefined

  before(async function () {
    stack = liveStack(this)
    home = await mkdtemp(join(tmpdir(), 'dataflow-cli-'))
    env = { ...liveEnv(stack), DATAFLOW_HOME: home }
    connect = ['--connect', `sc://${stack.spark.host}:${stack.spark.port}`]
    const spark = liveSpark(stack)
    await spark.run(
      `CREATE TABLE delta.\`${table.replace('s3:', 's3a:')}\` (id BIGINT NOT NULL, name STRING, price DECIMAL(20,3), at TIMESTAMP, local TIMESTAMP_NTZ,
         day DATE, bytes BINARY, tags ARRAY<STRING>, more MAP<STRING, INT>, nested STRUCT<a: DOUBLE, b: BOOLEAN>) USING delta
         COMMENT 'One of each' TBLPROPERTIES ('delta.enableDeletionVectors' = 'true');
       INSERT INTO delta.\`${table.replace('s3:', 's3a:')}\` VALUES
         (9007199254740993, 'a,"b"', 12345678901234567.890, TIMESTAMP '2026-01-02 03:04:05.678901', TIMESTAMP_NTZ '2026-01-02 03:04:05', DATE '1969-12-31',
          X'00ff', array('x', NULL), map('k', 1), named_struct('a', double('NaN'), 'b', true)),
         (2, '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
         (3, NULL, 0, NULL, NULL, NULL, NULL, array(), map(), named_struct('a', NULL, 'b', NULL));
       DELETE FROM delta.\`${table.replace('s3:', 's3a:')}\` WHERE id = 3`,
      never,
    )
    await spark.end()
  })
  after(async () => {
    if (home === undefined) return
    const store = openStore({ kind: 's3', ...stack.s3.endpoint, bucket: 'bronze' }, () => Promise.resolve(stack.s3.credentials))
    const { objects } = await store.list({ prefix: `${prefix}/` }, never)
    await Promise.all(objects.map(({ key }) => store.delete(key, never)))
    await rm(home, { recursive: true })
  })

  async function json(...args: readonly string[]): Promise<unknown> {
    const { status, stdout, stderr } = await dataflow([...args, '--json'], env)
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' })
    return JSON.parse(stdout)
  }

  it('finds the tables below a prefix', async () => {
    assert.deepEqual(await json('tables', `s3://bronze/${prefix}`), [{ path: table, name: 'one', latestVersion: 2, error: null }])
    assert.deepEqual(await json('tables', table), [{ path: table, name: 'one', latestVersion: 2, error: null }])
    const nothing = await dataflow(['tables', `s3://bronze/${prefix}/nothing`, '--json'], env)
    assert.deepEqual([nothing.status, JSON.parse(nothing.stdout)], [0, []])
  })

  it('describes a version with the members of the contract', async () => {
    const found = Object(await json('describe', table, '--version', '1'))
    assert.equal(
      Object.keys(found).join(' '),
      'version timestamp name description protocol schema partitionColumns clusteringColumns properties numFiles sizeBytes numRecords earliestVersion latestVersion warnings',
    )
    const { version, description, numRecords, latestVersion } = found
    assert.deepEqual([version, description, numRecords, latestVersion], [1, 'One of each', 3, 2])
  })

  it('gives the history newest first, up to a limit', async () => {
    const found = await json('history', table, '--limit', '2')
    assert.ok(Array.isArray(found))
    assert.deepEqual(
      found.map(({ version, operation, readable }: Record<string, unknown>) => [version, operation, readable]),
      [
        [2, 'DELETE', true],
        [1, 'WRITE', true],
      ],
    )
    assert.equal(
      Object.keys(found[0]).join(' '),
      'version timestamp operation operationParameters operationMetrics userName userMetadata readable',
    )
  })

  it('gives rows with exact values, the deleted one left out', async () => {
    const { rows, truncated, version } = Object(await json('rows', table))
    assert.deepEqual({ truncated, version }, { truncated: false, version: 2 })
    assert.deepEqual(rows, [
      {
        id: '9007199254740993',
        name: 'a,"b"',
        price: '12345678901234567.890',
        at: '2026-01-02T03:04:05.678901Z',
        local: '2026-01-02T03:04:05.000000',
        day: '1969-12-31',
        bytes: 'AP8=',
        tags: ['x', null],
        more: [{ key: 'k', value: 1 }],
        nested: { a: 'NaN', b: true },
      },
      { id: 2, name: '', price: null, at: null, local: null, day: null, bytes: null, tags: null, more: null, nested: null },
    ])
  })

  it('gives an older version, columns in the order asked for, and says where it cut', async () => {
    const { version, rows, truncated } = Object(await json('rows', table, '--version', '1', '--columns', 'name,id', '--limit', '2'))
    assert.deepEqual(
      [version, rows.map(Object.keys), truncated],
      [
        1,
        [
          ['name', 'id'],
          ['name', 'id'],
        ],
        true,
      ],
    )
  })

  it('tells null from empty text in CSV', async () => {
    const { stdout } = await dataflow(['rows', table, '--version', '1', '--columns', 'id,name', '--csv'], env)
    assert.deepEqual(stdout.split('\r\n').toSorted(), ['', '2,""', '3,', '9007199254740993,"a,""b"""', 'id,name'])
  })

  it('writes the same rows as an Arrow stream and as JSON', async () => {
    const { stdout } = await dataflowBytes(['rows', table, '--arrow', '-'], env)
    const { rows } = Object(await json('rows', table))
    assert.deepEqual([...jsonRecords(decodeArrow(stdout))], rows)
  })

  it('lists the files with their deletion vectors', async () => {
    const found = await json('files', table)
    assert.ok(Array.isArray(found))
    assert.deepEqual(
      found.map(({ deletionVector }: Record<string, unknown>) => deletionVector).filter(vector => vector !== null),
      [{ cardinality: 1 }],
    )
    assert.deepEqual(Object.keys(found[0]), ['path', 'sizeBytes', 'numRecords', 'partitionValues', 'deletionVector'])
  })

  it('runs SQL on Spark: rows as arrays, columns may share a name', async () => {
    assert.deepEqual(await json('sql', `SELECT 1 AS a, 'x' AS a, 1.25BD AS b`, ...connect), {
      schema: {
        type: 'struct',
        fields: [
          { name: 'a', type: 'integer', nullable: false, metadata: {} },
          { name: 'a', type: 'string', nullable: false, metadata: {} },
          { name: 'b', type: 'decimal(3,2)', nullable: false, metadata: {} },
        ],
      },
      rows: [[1, 'x', '1.25']],
      truncated: false,
    })
  })

  it('stops at 1,000 rows of SQL unless told otherwise, commands included', async () => {
    const cut = Object(await json('sql', 'SELECT * FROM range(2000)', ...connect))
    assert.deepEqual([cut.rows.length, cut.truncated], [1000, true])
    const all = Object(await json('sql', 'SELECT * FROM range(2000)', '--limit', 'all', ...connect))
    assert.deepEqual([all.rows.length, all.truncated], [2000, false])
    const command = Object(await json('sql', `DESCRIBE HISTORY delta.\`${table.replace('s3:', 's3a:')}\``, '--limit', '1', ...connect))
    assert.deepEqual([command.rows.length, command.truncated], [1, true])
  })

  it('runs several statements of the standard input in one session and prints the last', async () => {
    const script = `CREATE TEMPORARY VIEW seven AS SELECT 7 AS x; SELECT 'not printed';\nSELECT x, NULL, '' FROM seven`
    const { stdout, status } = await dataflow(['sql', '-', '--csv', ...connect], env, script)
    assert.deepEqual([status, stdout], [0, 'x,NULL,""\r\n7,,""\r\n'])
  })

  it('says what failed as JSON, with what Spark says', async () => {
    const { error } = Object(failure(await dataflow(['sql', 'SELECT nope FROM range(1)', '--json', ...connect], env)))
    assert.equal(error.code, 'failed')
    assert.match(error.message, /UNRESOLVED_COLUMN.*nope/)
  })

  it('says what failed for each kind of wrong S3 setting', async () => {
    const codes: [string, string][] = []
    for (const [address, change] of [
      [table, { AWS_SECRET_ACCESS_KEY: 'wrong' }],
      [table, { AWS_ACCESS_KEY_ID: 'nobody' }],
      [table, { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' }],
      ['s3://no-such-bucket/x', {}],
      [`s3://bronze/${prefix}/nothing`, {}],
    ] as const) {
      const { error } = Object(failure(await dataflow(['rows', address, '--json'], { ...env, ...change })))
      codes.push([error.code, error.hint === undefined ? 'no hint' : 'hint'])
    }
    assert.deepEqual(
      codes.map(([code]) => code),
      ['denied', 'denied', 'unreachable', 'notFound', 'notFound'],
    )
    assert.deepEqual(
      codes.slice(0, 4).map(([, hint]) => hint),
      ['hint', 'hint', 'hint', 'hint'],
    )
  })

  it('says for a person what failed, on the standard error, and prints no rows', async () => {
    const { status, stdout, stderr } = await dataflow(['rows', table, '--version', '99'], env)
    assert.deepEqual([status, stdout], [1, ''])
    assert.match(stderr, /^dataflow: .*99/)
  })

  it('ends quietly when its reader has enough', async () => {
    const child = spawnDataflow(['sql', 'SELECT * FROM range(3000000)', '--limit', 'all', '--csv', ...connect], env)
    const told = child.stderr ? text(child.stderr) : Promise.resolve('')
    const ended = once(child, 'close')
    if (child.stdout) await once(child.stdout, 'data')
    child.stdout?.destroy()
    const [status] = await ended
    assert.deepEqual([status, await told], [0, ''])
  })

  it('stops the statement at the server when it is interrupted', async () => {
    const mark = `interrupted_${prefix.replace('-', '_')}`
    const child = spawnDataflow(
      ['sql', `SELECT count(*) AS ${mark} FROM range(0, 100000000000, 1, 2) WHERE hash(id) = 1`, '--json', ...connect],
      env,
    )
    const output = child.stdout ? text(child.stdout) : Promise.resolve('')
    const ended = once(child, 'close')
    await until(async () => (await runningStatements(stack, mark)) === 1)
    child.kill('SIGINT')
    const [status] = await ended
    assert.deepEqual([status, JSON.parse(await output)], [130, { error: { code: 'cancelled', message: 'Stopped.' } }])
    await until(async () => (await runningStatements(stack, mark)) === 0)
  })

  it('says that a stack never started is stopped, and what SQL then needs', async () => {
    const { engine, state, services } = Object(await json('stack', 'status', '--project', home ?? ''))
    assert.deepEqual(
      [engine, state, services.map((service: Record<string, unknown>) => service['state'])],
      ['local', 'stopped', Array(6).fill('stopped')],
    )
    const { error } = Object(failure(await dataflow(['sql', 'SELECT 1', '--json', '--project', home ?? ''], env)))
    assert.deepEqual([error.code, /stack up.*--connect/.test(error.hint)], ['unreachable', true])
  })

  it('starts nothing for a folder that is not there, which may still be stopped', async () => {
    const folder = `${home ?? ''}/nowhere`
    for (const change of [['up'], ['plan', 'up'], ['restart']]) {
      const { error } = Object(failure(await dataflow(['stack', ...change, '--project', folder, '--json'], env)))
      assert.deepEqual([error.code, error.message], ['notFound', `There is no folder ${folder}.`])
    }
    assert.equal(Object(await json('stack', 'down', '--project', folder)).state, 'stopped')
  })
})

describe("the command line on a project's own stack", function () {
  this.timeout(180_000)
  let project: string
  let endpoint: string
  let env: Readonly<Record<string, string>>

  before(async function () {
    const stack = liveStack(this)
    project = stack.project
    endpoint = stack.s3.endpoint.endpoint
    const { DATAFLOW_HOME = '', DATAFLOW_CACHE = '' } = process.env
    env = { ...(DATAFLOW_HOME === '' ? {} : { DATAFLOW_HOME }), ...(DATAFLOW_CACHE === '' ? {} : { DATAFLOW_CACHE }) }
    const { state } = Object(await json('stack', 'status'))
    if (state !== 'running' && process.env['CI'] === undefined) {
      process.stdout.write(`  The stack of ${project} is not one of ours.\n`)
      this.skip()
    }
  })

  async function json(...args: readonly string[]): Promise<unknown> {
    const { status, stdout } = await dataflow([...args, '--project', project, '--json'], env)
    assert.equal(status, 0, stdout)
    return JSON.parse(stdout)
  }

  it('tells the state of its services, and joins them when asked to start', async () => {
    const found = Object(await json('stack', 'status'))
    assert.deepEqual([found.engine, found.state], ['local', 'running'])
    assert.deepEqual(
      found.services
        .filter(({ isActive }: Record<string, unknown>) => isActive)
        .map(({ name, state, health, pid, url, port }: Record<string, unknown>) => [
          name,
          state,
          health,
          typeof pid,
          String(url).endsWith(String(port)),
        ]),
      [
        ['s3', 'running', 'healthy', 'number', true],
        ['spark-connect', 'running', 'healthy', 'number', true],
      ],
    )
    assert.deepEqual(await json('stack', 'up'), found)
  })

  it('reads its lake and runs SQL on its Spark without a single setting, or by its address alone', async () => {
    const tables = await json('tables', 's3://gold')
    assert.ok(Array.isArray(tables))
    const metrics = tables.find(({ name }: Record<string, unknown>) => name === 'stocks_daily_metrics')
    assert.deepEqual(metrics, { path: 's3://gold/stocks_daily_metrics', name: 'stocks_daily_metrics', latestVersion: 5, error: null })
    assert.deepEqual(await json('tables', 's3://gold', '--endpoint', endpoint), tables)
    const { rows } = Object(await json('sql', 'SELECT count(*) FROM gold.stocks_daily_metrics'))
    assert.deepEqual(rows, [[5665]])
  })

  for (const table of demoTables) {
    it(`finds the checked figures in ${table.layer}/${table.name}, without Spark`, async () => {
      const { version, rows, truncated } = Object(await json('rows', `s3://${table.layer}/${table.name}`, '--limit', 'all'))
      assert.deepEqual([version, rows.length, truncated], [table.version, table.rows.at(-1), false])
      assert.ok(isSame(table.measure(rows), table.figures), JSON.stringify(table.measure(rows)))
    })
  }

  it('prints the end of the logs', async () => {
    const logs = await json('stack', 'logs', 'spark-connect', '--lines', '3')
    assert.ok(Array.isArray(logs))
    assert.deepEqual(
      logs.map(({ name, lines }: Record<string, unknown>) => [name, Array.isArray(lines) && lines.length <= 3]),
      [['spark-connect', true]],
    )
  })
})

/** The JSON of a command that failed. */
function failure({ status, stdout }: Ended): unknown {
  assert.equal(status, 1)
  return JSON.parse(stdout)
}

/** How many statements with this text run in Spark, by its REST API. */
async function runningStatements({ spark }: LiveStack, mark: string): Promise<number> {
  const applications: unknown = await (await fetch(`${spark.uiUrl}/api/v1/applications`)).json()
  const [application] = Array.isArray(applications) ? applications : []
  const found: unknown = await (await fetch(`${spark.uiUrl}/api/v1/applications/${application.id}/sql?details=true&length=1000`)).json()
  return Array.isArray(found)
    ? found.filter(({ status, planDescription }) => status === 'RUNNING' && String(planDescription).includes(mark)).length
    : 0
}

/** Asks again until it holds, for at most ten seconds. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, 'it did not come about')
    await new Promise(resolve => void setTimeout(resolve, 100))
  }
}
