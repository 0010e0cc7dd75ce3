import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { decodeArrow } from '#arrow/ipc.ts'
import { systemClock } from '#base/clock.ts'
import { fromProblem, isProblem, type Problem } from '#base/errors.ts'
import { createSparkServers } from '#app/sparkServers.ts'
import { createSqlRunner, type SqlRunner } from '#app/sqlRunner.ts'
import { createStatements, type StatementEvent, type Statements } from '#app/statements.ts'
import { liveStack, type LiveStack } from '../support/liveStack.ts'
import { openTcpProxy, type TcpProxy } from '../support/tcpProxy.ts'

const never = new AbortController().signal

describe('Spark Connect', function () {
  this.timeout(120_000)
  let spark: LiveStack['spark']
  let proxy: TcpProxy
  let ends: (() => Promise<void>)[]

  before(async function () {
    spark = liveStack(this).spark
    proxy = await openTcpProxy(spark)
    ends = []
  })

  after(async () => {
    for (const end of ends) await end()
    proxy.dispose()
  })

  /** The product's client; `address` and `token` default to the live ones. */
  function client({ address = `sc://${spark.host}:${spark.port}`, token = spark.token } = {}): Statements {
    const servers = createSparkServers(
      { get: name => ({ name, spark: address }), sparkToken: () => Promise.resolve(token) },
      { userId: 'acceptance', clientType: 'dataflow-lab acceptance' },
    )
    const statements = createStatements({ connect: servers.connect, clock: systemClock })
    ends.push(async () => {
      await statements.release('a')
      await statements.release('b')
      servers.dispose()
    })
    return statements
  }

  it('keeps views and settings in the session of a notebook, apart from the next', async () => {
    const statements = client()
    await runner(statements)('CREATE TEMPORARY VIEW mine AS SELECT 42 AS answer; SET dataflow.test.value = 7', never)
    assert.deepEqual(await runner(statements)('SELECT * FROM mine', never), [{ answer: 42 }])
    assert.deepEqual(await runner(statements)('SET dataflow.test.value', never), [{ key: 'dataflow.test.value', value: '7' }])
    await assert.rejects(runner(statements, 'b')('SELECT * FROM mine', never), isUnknownTable)
  })

  it('starts anew after the session was released', async () => {
    const statements = client()
    await runner(statements)('CREATE TEMPORARY VIEW mine AS SELECT 1', never)
    await statements.release('a')
    await assert.rejects(runner(statements)('SELECT * FROM mine', never), { code: 'failed' })
  })

  it('delivers a million rows exactly once across connections that drop', async () => {
    const statements = client({ address: `sc://127.0.0.1:${proxy.port}` })
    const sql = 'SELECT id FROM range(0, 1000000, 1, 20) ORDER BY id'
    const seen = new Uint8Array(1_000_000)
    const kinds: string[] = []
    let rows = 0
    let batches = 0
    for await (const event of statements.run(sql, { connection: 'live', notebookId: 'a', limitRows: 2_000_000 }, never)) {
      if (event.kind === 'failed') throw fromProblem(event.problem)
      kinds.push(event.kind)
      if (event.kind !== 'batch') continue
      for (const { id } of decodeArrow(event.arrow)) {
        assert.equal(Number(id), rows)
        seen[rows] = (seen[rows] ?? 0) + 1
        rows += 1
      }
      batches += 1
      if (batches === 3 || batches === 30) proxy.drop()
    }
    assert.equal(rows, 1_000_000)
    assert.ok(seen.every(times => times === 1))
    assert.ok(proxy.connections >= 3, `${proxy.connections} connections`)
    assert.ok(kinds.filter(kind => kind === 'reconnecting').length >= 2)
  })

  it('reports progress while a statement runs', async () => {
    const seen: StatementEvent[] = []
    const sql = 'SELECT max(hash(id, id + 1)) AS h FROM range(0, 60000000, 1, 16)'
    for await (const event of client().run(sql, { connection: 'live', notebookId: 'a', limitRows: 10 }, never)) seen.push(event)
    const progress = seen.flatMap(event => (event.kind === 'progress' ? [event.progress] : []))
    assert.equal(seen.at(-1)?.kind, 'finished')
    assert.ok(new Set(progress.map(({ tasksDone }) => tasksDone)).size >= 3, JSON.stringify(progress))
    assert.ok(Math.max(...progress.map(({ tasks }) => tasks)) >= 16)
    assert.ok(progress.some(({ tasksRunning }) => tasksRunning > 0))
  })

  it('stops a statement: two seconds later no job of it runs at the server', async () => {
    const controller = new AbortController()
    const sql = 'SELECT count(DISTINCT hash(id, id * 7)) FROM range(0, 1000000000000, 1, 64)'
    let statementId = ''
    let stoppedAt = 0
    let problem: Problem | undefined
    for await (const event of client().run(sql, { connection: 'live', notebookId: 'a', limitRows: 10 }, controller.signal)) {
      if (event.kind === 'started') statementId = event.statementId
      if (event.kind === 'failed') problem = event.problem
      if (event.kind !== 'progress' || event.progress.tasksRunning === 0 || stoppedAt > 0) continue
      assert.notEqual(await runningJobs(spark.uiUrl, statementId), 0)
      stoppedAt = Date.now()
      controller.abort()
    }
    const endedAfter = Date.now() - stoppedAt
    while ((await runningJobs(spark.uiUrl, statementId)) > 0) assert.ok(Date.now() - stoppedAt < 2000, 'still running after 2 s')
    assert.ok(endedAfter < 2000, `the statement ended after ${endedAfter} ms`)
    assert.equal(problem?.code, 'cancelled')
  })

  it("shows Spark's class, SQLSTATE and message, and the place in the text", async () => {
    const text = "SELECT 1; -- 😀\nSELECT '😀', missing FROM range(3)"
    const problem = await problemOf(client(), text)
    const { start, end, ...details } = problem.details ?? {}
    assert.equal(problem.code, 'failed')
    assert.match(
      problem.message,
      /^\[UNRESOLVED_COLUMN\.WITH_SUGGESTION\] A column, variable, or function parameter with name `missing` cannot be resolved/,
    )
    assert.equal(text.slice(Number(start), Number(end)), 'missing')
    assert.deepEqual(details, {
      sparkClass: 'UNRESOLVED_COLUMN.WITH_SUGGESTION',
      sqlState: '42703',
      exception: 'org.apache.spark.sql.catalyst.ExtendedAnalysisException',
      line: 2,
      column: 14,
    })
  })

  it('places a syntax error', async () => {
    const { details } = await problemOf(client(), 'SELECT 1;\n\n  SELECT 1\n    FRM range(3) WHERE')
    assert.deepEqual([details?.['sparkClass'], details?.['sqlState'], details?.['line']], ['PARSE_SYNTAX_ERROR', '42601', 4])
  })

  it('names a failure at run time', async () => {
    const { details, message } = await problemOf(client(), 'SELECT 1 / (id - 3) FROM range(10)')
    assert.deepEqual([details?.['sparkClass'], details?.['sqlState']], ['DIVIDE_BY_ZERO', '22012'])
    assert.match(message, /Division by zero/)
  })

  it('gives a message longer than a trailer whole', async () => {
    const { message } = await problemOf(client(), `SELECT raise_error('${'x'.repeat(4000)}')`)
    assert.ok(message.includes('x'.repeat(4000)))
  })

  it('is denied with a wrong token', async () => {
    const problem = await problemOf(client({ token: 'wrong' }), 'SELECT 1')
    assert.equal(problem.code, 'denied')
    assert.match(problem.message, /Invalid authentication token/)
  })

  it('is unreachable where nobody listens', async () => {
    const problem = await problemOf(client({ address: 'sc://127.0.0.1:1' }), 'SELECT 1')
    assert.deepEqual([problem.code, problem.message], ['unreachable', 'Cannot reach Spark at 127.0.0.1:1: nothing listens there.'])
  })

  it('runs each write of a text exactly once, however it is written', async () => {
    const run = runner(client())
    const schema = `spark_${randomUUID().replaceAll('-', '')}`
    await run(
      `CREATE DATABASE ${schema} LOCATION 's3a://bronze/${schema}'; USE ${schema}; CREATE TABLE t (id INT, note STRING) USING delta`,
      never,
    )
    try {
      await run("-- first a comment; with a semicolon\n/* and /* nested */ more */ INSERT INTO t VALUES (1, 'comment first')", never)
      await run("WITH a AS (SELECT 2 AS id, 'with' AS note) INSERT INTO t SELECT * FROM a", never)
      await run("FROM (SELECT 3 AS id, 'from' AS note) INSERT INTO t SELECT *", never)
      await run(
        "INSERT INTO t VALUES (4, 'several; one'); INSERT INTO t VALUES (5, 'several; two');\nSELECT count(*) FROM t; DELETE FROM t WHERE id = 5;",
        never,
      )
      await run("BEGIN INSERT INTO t VALUES (6, 'script'); UPDATE t SET note = 'updated' WHERE id = 6; END", never)
      await run("WITH a AS (SELECT 7 AS id, 'merged' AS note) MERGE INTO t USING a ON t.id = a.id WHEN NOT MATCHED THEN INSERT *", never)
      const history = await run('DESCRIBE HISTORY t', never)
      assert.deepEqual(history.map(({ operation }) => operation).toReversed(), [
        'CREATE TABLE',
        'WRITE',
        'WRITE',
        'WRITE',
        'WRITE',
        'WRITE',
        'DELETE',
        'WRITE',
        'UPDATE',
        'MERGE',
      ])
      assert.deepEqual(
        await run('SELECT id FROM t ORDER BY id', never),
        [1, 2, 3, 4, 6, 7].map(id => ({ id })),
      )
    } finally {
      await run(`USE default; DROP DATABASE ${schema} CASCADE`, never)
    }
  })
})

function runner(statements: Statements, notebookId = 'a'): SqlRunner {
  return createSqlRunner(statements, 'live', notebookId)
}

async function problemOf(statements: Statements, sql: string): Promise<Problem> {
  for await (const event of statements.run(sql, { connection: 'live', notebookId: 'a', limitRows: 10 }, never)) {
    if (event.kind === 'failed') return event.problem
  }
  throw new Error(`It did not fail: ${sql}`)
}

function isUnknownTable(error: unknown): boolean {
  return isProblem(error) && error.details?.['sparkClass'] === 'TABLE_OR_VIEW_NOT_FOUND'
}

/** Running jobs that carry the operation, by Spark's REST API. */
async function runningJobs(uiUrl: string, operationId: string): Promise<number> {
  const [application] = await readList(`${uiUrl}/api/v1/applications`)
  const id = typeof application === 'object' && application !== null && 'id' in application ? String(application.id) : ''
  const jobs = await readList(`${uiUrl}/api/v1/applications/${id}/jobs?status=running`)
  return jobs.filter(job => JSON.stringify(job).includes(operationId)).length
}

async function readList(url: string): Promise<unknown[]> {
  const value: unknown = await (await fetch(url)).json()
  if (!Array.isArray(value)) throw new Error(`${url} is no list: ${JSON.stringify(value)}`)
  return value
}
