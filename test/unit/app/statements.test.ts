import assert from 'node:assert/strict'
import { systemClock } from '#base/clock.ts'
import type { Problem } from '#base/errors.ts'
import { createStatements, type StatementEvent, type Statements } from '#app/statements.ts'
import { createGrpcTransport } from '#spark/grpcTransport.ts'
import type { SparkTransport } from '#spark/transport.ts'
import { FakeSpark } from '../../fakes/sparkServer.ts'
import { batchMessage, idStream } from '../../support/sparkMessages.ts'

const options = { connection: 'lake', notebookId: 'n1', limitRows: 100 }
const failing = { message: '[OOPS] no', sparkClass: 'OOPS', exception: 'X' }

describe('statements', () => {
  let spark: FakeSpark
  let transport: SparkTransport
  let statements: Statements

  const connectTo = (): SparkTransport => createGrpcTransport({ host: '127.0.0.1', port: spark.port, tls: false, headers: {} })

  beforeEach(async () => {
    spark = await FakeSpark.start()
    transport = connectTo()
    statements = createStatements({ connect: async () => ({ transport, userId: 'me', clientType: 'test' }), clock: systemClock })
    spark.answers.set('SELECT 1', { messages: [batchMessage(0, 2), batchMessage(2, 1)] })
    spark.answers.set('SHOW THINGS', { messages: [local(idStream(0, 5))] })
    spark.answers.set('CREATE THING', { messages: [local(undefined)] })
    spark.answers.set('FAIL', { end: failing })
  })

  afterEach(() => {
    transport.dispose()
    spark.dispose()
  })

  /** Events as short texts: kind, and what counts of it. */
  async function run(
    text: string,
    more: Partial<typeof options> & { limitBytes?: number } = {},
    signal = new AbortController().signal,
  ): Promise<string[]> {
    const seen: string[] = []
    for await (const event of statements.run(text, { ...options, ...more }, signal)) seen.push(short(event))
    return seen
  }

  it('runs statements in order, each with its rows', async () => {
    assert.deepEqual(await run('CREATE THING; SELECT 1; SHOW THINGS'), [
      'started 0 of 3',
      'finished 0',
      'started 1 of 3',
      'batch 0+2',
      'batch 2+1',
      'finished 3',
      'started 2 of 3',
      'batch 0+5',
      'finished 5',
    ])
  })

  it('stops at the first failure', async () => {
    assert.deepEqual(await run('SELECT 1; FAIL; CREATE THING'), [
      'started 0 of 3',
      'batch 0+2',
      'batch 2+1',
      'finished 3',
      'started 1 of 3',
      'failed failed OOPS',
    ])
    assert.deepEqual(spark.ran, ['SELECT 1', 'FAIL'])
  })

  it('does nothing for a text without a statement', async () => {
    assert.deepEqual(await run('-- nothing\n;'), [])
    assert.deepEqual(spark.calls, [])
  })

  it('needs one call for a query and one for a command', async () => {
    await run('SELECT 1; SHOW THINGS; CREATE THING')
    assert.deepEqual(spark.calls.filter(call => call === 'executePlan').length, 3)
  })

  it('fetches the rows of an answer that is only a plan', async () => {
    const relation = { relType: { case: 'sql', value: { query: 'SELECT 1' } } } as const
    spark.answers.set('CALL thing()', { messages: [{ case: 'sqlCommandResult', value: { relation } }] })
    assert.deepEqual(await run('CALL thing()'), ['started 0 of 1', 'batch 0+2', 'batch 2+1', 'finished 3'])
    assert.deepEqual(spark.ran, ['CALL thing()', 'SELECT 1'])
  })

  it('keeps one session for a notebook and another for the next', async () => {
    await run('SELECT 1')
    await run('SELECT 1')
    const first = spark.sessionCount
    await run('SELECT 1', { notebookId: 'n2' })
    assert.deepEqual([first, spark.sessionCount], [1, 2])
  })

  it('asks the server for progress twice a second', async () => {
    await run('SELECT 1')
    assert.deepEqual(Object.fromEntries(spark.settings), { 'spark.connect.progress.reportInterval': '500ms' })
  })

  it('adds up the progress of the stages', async () => {
    const stages = [
      { stageId: 1n, numTasks: 4n, numCompletedTasks: 4n, inputBytesRead: 100n, done: true },
      { stageId: 2n, numTasks: 8n, numCompletedTasks: 3n, inputBytesRead: 50n },
    ]
    spark.answers.set('SELECT 2', {
      messages: [{ case: 'executionProgress', value: { stages, numInflightTasks: 2n } }, batchMessage(0, 1)],
    })
    const seen: StatementEvent[] = []
    for await (const event of statements.run('SELECT 2', options, new AbortController().signal)) seen.push(event)
    assert.deepEqual(
      seen.flatMap(event => (event.kind === 'progress' ? [event.progress] : [])),
      [{ tasks: 12, tasksDone: 7, tasksRunning: 2, stages: 2, stagesDone: 1, bytesRead: 150 }],
    )
  })

  it('says that it reconnects', async () => {
    spark.cuts.push({ after: 1, end: { status: 14, message: 'gone' } })
    assert.deepEqual(await run('SELECT 1'), ['started 0 of 1', 'batch 0+2', 'reconnecting', 'batch 2+1', 'finished 3'])
  })

  it('reads no further than the bytes it may, and goes on with the next statement', async () => {
    spark.answers.set('SELECT 3', { messages: [batchMessage(0, 2000), batchMessage(2000, 2000), batchMessage(4000, 2000)], end: 'run on' })
    assert.deepEqual(await run('SELECT 3; SHOW THINGS', { limitBytes: 20_000 }), [
      'started 0 of 2',
      'batch 0+2000',
      'batch 2000+2000',
      'finished 4000',
      'started 1 of 2',
      'batch 0+5',
      'finished 5',
    ])
    await statements.release('n1')
    assert.equal(spark.interrupted.length, 1)
  })

  it('refuses rows that are fewer than announced', async () => {
    spark.answers.set('SELECT 4', { messages: [{ case: 'arrowBatch', value: { data: idStream(0, 3), rowCount: 4n, startOffset: 0n } }] })
    assert.deepEqual(await run('SELECT 4'), ['started 0 of 1', 'failed corrupt'])
  })

  it('stops the statement at the server and runs none after it', async () => {
    spark.answers.set('SELECT 5', { messages: [batchMessage(0, 1)], end: 'run on' })
    const controller = new AbortController()
    const seen: string[] = []
    for await (const event of statements.run('SELECT 5; CREATE THING', options, controller.signal)) {
      seen.push(short(event))
      if (event.kind === 'batch') controller.abort()
    }
    assert.deepEqual(seen, ['started 0 of 2', 'batch 0+1', 'failed cancelled OPERATION_CANCELED'])
    assert.deepEqual([spark.interrupted.length, spark.ran], [1, ['SELECT 5']])
  })

  it('runs nothing when it is stopped before', async () => {
    assert.deepEqual(await run('CREATE THING', {}, AbortSignal.abort()), ['started 0 of 1', 'failed cancelled'])
    assert.deepEqual(spark.ran, [])
  })

  it('says once that the session is lost, and starts a new one with the next run', async () => {
    await run('SELECT 1')
    spark.restart()
    const lost = await run('CREATE THING')
    assert.deepEqual([lost, spark.ran], [['started 0 of 1', 'failed failed INVALID_HANDLE.SESSION_CHANGED'], ['SELECT 1']])
    assert.deepEqual(await run('CREATE THING'), ['started 0 of 1', 'finished 0'])
  })

  it('says that the session is lost when the connection leads to another server', async () => {
    await run('SELECT 1')
    const before = transport
    transport = connectTo()
    assert.deepEqual(await run('CREATE THING'), ['started 0 of 1', 'failed failed INVALID_HANDLE.SESSION_CHANGED'])
    assert.deepEqual(await run('CREATE THING'), ['started 0 of 1', 'finished 0'])
    before.dispose()
  })

  it('is denied with a wrong token, and works with the right one', async () => {
    spark.token = 'right'
    assert.deepEqual(await run('SELECT 1'), ['started 0 of 1', 'failed denied'])
    spark.token = undefined
    assert.deepEqual(await run('CREATE THING'), ['started 0 of 1', 'finished 0'])
  })

  it('is unreachable when nobody listens', async () => {
    spark.dispose()
    assert.deepEqual(await run('SELECT 1'), ['started 0 of 1', 'failed unreachable'])
  })

  it('makes one session for two runs at once', async () => {
    await Promise.all([run('SELECT 1'), run('SHOW THINGS')])
    assert.deepEqual([spark.sessionCount, spark.ran.toSorted()], [1, ['SELECT 1', 'SHOW THINGS']])
  })

  it('gives idle sessions a sign of life, and survives a server that is away', async () => {
    const ticks: (() => void)[] = []
    const every = (_: number, task: () => void) => ({ dispose: () => {}, started: ticks.push(task) })
    statements = createStatements({ connect: async () => ({ transport, userId: 'me', clientType: 'test' }), clock: systemClock, every })
    await run('SELECT 1')
    const answered = spark.heard('analyzePlan')
    ticks[0]?.()
    await answered
    spark.dispose()
    ticks[0]?.()
    assert.deepEqual(await run('SELECT 1', { notebookId: 'n2' }), ['started 0 of 1', 'failed unreachable'])
  })

  it('uses a session that others share, and leaves it to them', async () => {
    const sessionId = '7c9e6679-7425-40de-944b-e07fc1f90ae7'
    statements = createStatements({ connect: async () => ({ transport, userId: 'me', clientType: 'test', sessionId }), clock: systemClock })
    await run('SELECT 1')
    await run('SELECT 1', { notebookId: 'n2' })
    await statements.release('n1')
    assert.deepEqual([spark.sessionCount, spark.calls.includes('releaseSession')], [1, false])
  })

  it('ends the sessions of a closed notebook and waits for what is under way', async () => {
    await run('SELECT 1')
    await statements.release('n1')
    assert.deepEqual([spark.held, spark.sessionCount, spark.calls.at(-1)], [[], 0, 'releaseSession'])
  })

  it('gathers the rows of a statement, as Arrow and as text', async () => {
    const collector = statements.collect({ rows: 2, bytes: 10_000 })
    for await (const event of statements.run('SELECT 1', options, new AbortController().signal))
      if (event.kind === 'batch') collector.add(event)
    const { rows, cut, text } = collector.result() ?? {}
    assert.deepEqual({ rows, cut, text }, { rows: 2, cut: 'rows', text: 'id\n--\n 0\n 1' })
  })
})

function local(data: Uint8Array | undefined) {
  const value = data === undefined ? {} : { data }
  return { case: 'sqlCommandResult', value: { relation: { relType: { case: 'localRelation', value } } } } as const
}

function short(event: StatementEvent): string {
  switch (event.kind) {
    case 'started':
      return `started ${event.index} of ${event.of}`
    case 'batch':
      return `batch ${event.offset}+${event.rows}`
    case 'finished':
      return `finished ${event.rows}`
    case 'failed':
      return ['failed', event.problem.code, sparkClass(event.problem)].join(' ').trim()
    case 'progress':
    case 'reconnecting':
      break
  }
  return event.kind
}

function sparkClass({ details }: Problem): string {
  return String(details?.['sparkClass'] ?? '')
}
