import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { decodeArrow } from '#arrow/ipc.ts'
import { systemClock, type Clock } from '#base/clock.ts'
import { isProblem } from '#base/errors.ts'
import { execute, type ExecuteEvent } from '#spark/execute.ts'
import { createGrpcTransport } from '#spark/grpcTransport.ts'
import { commandPlan } from '#spark/plan.ts'
import { explain, isSessionLost } from '#spark/problem.ts'
import { SparkSession } from '#spark/session.ts'
import type { SparkTransport } from '#spark/transport.ts'
import { fakeClock } from '../../fakes/clock.ts'
import { FakeSpark, handle, type FakeCut } from '../../fakes/sparkServer.ts'
import { openTcpProxy, type TcpProxy } from '../../support/tcpProxy.ts'
import { batchMessage, chunkMessages } from '../../support/sparkMessages.ts'

const sql = 'SELECT id'
const disconnected = {
  message: '[INVALID_CURSOR.DISCONNECTED] The cursor is gone.',
  sparkClass: 'INVALID_CURSOR.DISCONNECTED',
  exception: 'X',
}
const unavailable = { status: 14, message: 'try again' }

const endless = { probeAfterMs: 1e9, probeTimeoutMs: 1 }

describe('execution', () => {
  let spark: FakeSpark
  let transport: SparkTransport
  let session: SparkSession
  let clock: ReturnType<typeof fakeClock>

  beforeEach(async () => {
    spark = await FakeSpark.start()
    transport = createGrpcTransport({ host: '127.0.0.1', port: spark.port, tls: false, headers: {} })
    session = new SparkSession({ transport, userId: 'me', clientType: 'test' })
    clock = fakeClock()
    spark.answers.set(sql, { messages: [0, 1, 2, 3, 4].map(index => batchMessage(index * 10, 10)) })
  })

  afterEach(() => {
    transport.dispose()
    spark.dispose()
  })

  function start(signal = new AbortController().signal): AsyncGenerator<ExecuteEvent> {
    return execute(session, { plan: commandPlan(sql), id: randomUUID(), tags: ['a-tag'], silence: endless }, patient(clock), signal)
  }

  /** Row ids and other events in order. */
  async function run(
    signal = new AbortController().signal,
    onEvent: (event: ExecuteEvent) => void = () => {},
  ): Promise<(string | bigint)[]> {
    const seen: (string | bigint)[] = []
    for await (const event of start(signal)) {
      onEvent(event)
      if (event.kind !== 'batch') seen.push(event.kind)
      else for (const row of decodeArrow(event.batch.arrow)) seen.push(row['id'])
    }
    return seen
  }

  const allRows = Array.from({ length: 50 }, (_, index) => BigInt(index))

  it('delivers all rows in one attach, then lets the server forget the operation', async () => {
    assert.deepEqual(await run(), allRows)
    await session.settled()
    assert.deepEqual(
      { calls: spark.calls, held: spark.held, tags: spark.tags },
      { calls: ['executePlan', 'releaseExecute'], held: [], tags: ['a-tag'] },
    )
  })

  const breaks: readonly (readonly [title: string, end: FakeCut['end']])[] = [
    ['the server ends the stream in good order', 'ok'],
    ['the connection drops', 'drop'],
    ['the server is unavailable', unavailable],
    ['the cursor is disconnected', disconnected],
    ['the server asks for another try', { status: 8, message: 'busy', retryAfterMs: 70, exception: 'X' }],
    ['a gateway resets the stream', { status: 13, message: 'Received RST_STREAM with code 2 (Internal server error)' }],
  ]
  for (const [title, end] of breaks) {
    for (const after of [0, 1, 3, 5, 6]) {
      it(`delivers each row once when ${title} after ${after} messages`, async () => {
        spark.cuts.push({ after, end })
        assert.deepEqual(rowsOf(await run()), allRows)
        assert.deepEqual(spark.ran, [sql])
        await session.settled()
        assert.deepEqual(spark.held, [])
      })
    }
  }

  it('survives one break after another, and says each time that it reconnects', async () => {
    spark.cuts.push({ after: 1, end: unavailable }, { after: 0, end: unavailable }, { after: 2, end: 'drop' }, { after: 1, end: 'ok' })
    const seen = await run()
    assert.deepEqual(rowsOf(seen), allRows)
    assert.deepEqual(
      spark.calls.filter(call => call.startsWith('reattach')),
      [1, 1, 3, 4].map(after => `reattachExecute after ${after}`),
    )
    assert.equal(seen.filter(each => each === 'reconnecting').length, 3)
  })

  it('waits longer from break to break, and starts over when a message came', async () => {
    spark.cuts.push(...[0, 0, 0, 0, 1, 0].map(after => ({ after, end: unavailable })))
    await run()
    assert.deepEqual(
      clock.sleeps.map(ms => (ms < 2000 ? ms : 'long with jitter')),
      [50, 200, 800, 'long with jitter', 50, 200],
    )
  })

  it('waits as long as the server asks', async () => {
    spark.cuts.push({ after: 1, end: { message: 'busy', retryAfterMs: 900, exception: 'X' } })
    await run()
    assert.deepEqual(clock.sleeps, [900])
  })

  it('gives up after fifteen attempts without a message', async () => {
    spark.cuts.push({ after: 1, end: 'ok' }, ...Array.from({ length: 30 }, () => ({ after: 0, end: unavailable })))
    await assert.rejects(run(), { name: 'TransportError', status: 14 })
    assert.equal(clock.sleeps.length, 14)
    assert.ok(Math.max(...clock.sleeps) <= 30_500)
  })

  it('gives up too when streams end empty again and again', async () => {
    spark.cuts.push(...Array.from({ length: 30 }, () => ({ after: 0, end: 'ok' }) as const))
    await assert.rejects(run(), { name: 'TransportError', status: 14 })
  })

  it('runs the operation when the server never heard of it', async () => {
    spark.cuts.push({ after: 0, end: unavailable, forget: true })
    assert.deepEqual(rowsOf(await run()), allRows)
    assert.deepEqual(spark.calls.slice(0, 3), ['executePlan', 'reattachExecute after 0', 'executePlan'])
  })

  it('never runs an operation again that has answered', async () => {
    spark.cuts.push({ after: 1, end: unavailable, forget: true })
    await assert.rejects(run(), { message: /OPERATION_NOT_FOUND/ })
    assert.deepEqual(spark.ran, [sql])
  })

  it('takes an operation up that the server already has', async () => {
    spark.cuts.push({ after: 0, end: unavailable }, { after: 0, end: handle('OPERATION_NOT_FOUND') })
    assert.deepEqual(rowsOf(await run()), allRows)
    assert.deepEqual(spark.ran, [sql])
  })

  it('does not take up what failed at the server', async () => {
    spark.answers.set(sql, {
      messages: [batchMessage(0, 10)],
      end: { message: '[DIVIDE_BY_ZERO] no', sparkClass: 'DIVIDE_BY_ZERO', exception: 'X' },
    })
    await assert.rejects(run(), { name: 'TransportError', message: /DIVIDE_BY_ZERO/ })
    await session.settled()
    assert.deepEqual(spark.calls, ['executePlan', 'releaseExecute'])
  })

  it('puts a batch in pieces together, across a break between them', async () => {
    spark.answers.set(sql, { messages: [batchMessage(0, 10), ...chunkMessages(10, 40, 4)] })
    spark.cuts.push({ after: 3, end: 'drop' })
    assert.deepEqual(rowsOf(await run()), allRows)
  })

  it('refuses rows out of order', async () => {
    spark.answers.set(sql, { messages: [batchMessage(0, 10), batchMessage(20, 10)] })
    await assert.rejects(run(), error => isProblem(error, 'corrupt'))
    spark.answers.set(sql, { messages: chunkMessages(0, 10, 3).toReversed() })
    await assert.rejects(run(), error => isProblem(error, 'corrupt'))
  })

  it('lets the server forget what has been read of a large result', async () => {
    const data = new Uint8Array(5_000_000)
    spark.answers.set(sql, {
      messages: [0n, 1n, 2n].map(startOffset => ({ case: 'arrowBatch', value: { data, rowCount: 1n, startOffset } })),
    })
    for await (const _ of start()) continue
    await session.settled()
    assert.deepEqual(spark.calls, ['executePlan', 'releaseExecute', 'releaseExecute'])
  })

  it('interrupts the operation at the server when aborted, and ends when it has ended', async () => {
    spark.answers.set(sql, { messages: [batchMessage(0, 10)], end: 'run on' })
    const controller = new AbortController()
    await assert.rejects(
      run(controller.signal, () => controller.abort()),
      { message: /OPERATION_CANCELED/ },
    )
    await session.settled()
    assert.equal(spark.interrupted.length, 1)
    assert.deepEqual(spark.held, [])
  })

  it('interrupts again until the server has the operation', async () => {
    spark.answers.set(sql, { messages: [batchMessage(0, 10)], end: 'run on' })
    spark.deafInterrupts = 2
    const controller = new AbortController()
    await assert.rejects(
      run(controller.signal, () => controller.abort()),
      { message: /OPERATION_CANCELED/ },
    )
    assert.equal(spark.calls.filter(call => call === 'interrupt').length, 3)
  })

  it('says that the statement may still run when it is stopped while the server is away', async () => {
    spark.answers.set(sql, { messages: [batchMessage(0, 10)], end: 'run on' })
    spark.cuts.push({ after: 1, end: unavailable })
    const controller = new AbortController()
    await assert.rejects(
      run(controller.signal, event => {
        if (event.kind !== 'reconnecting') return
        spark.dispose()
        controller.abort()
      }),
      error => isProblem(error, 'cancelled') && error.hint === 'The statement may still run there.',
    )
  })

  it('ends at once when the connection is closed under it', async () => {
    spark.answers.set(sql, { messages: [batchMessage(0, 10)], end: 'run on' })
    spark.cuts.push({ after: 1, end: unavailable })
    const closing = run(undefined, event => {
      if (event.kind === 'reconnecting') transport.dispose()
    })
    await assert.rejects(closing, error => isProblem(error, 'cancelled') && error.message.endsWith('was closed.'))
    assert.equal(clock.sleeps.length, 1)
  })

  it('starts nothing when it is aborted before', async () => {
    await assert.rejects(run(AbortSignal.abort()), { name: 'AbortError' })
    assert.deepEqual(spark.calls, [])
  })

  it('interrupts an operation that the reader leaves', async () => {
    spark.answers.set(sql, { messages: [batchMessage(0, 10)], end: 'run on' })
    for await (const event of start()) {
      if (event.kind === 'batch') break
    }
    await session.settled()
    assert.equal(spark.interrupted.length, 1)
    assert.deepEqual(spark.held, [])
  })

  describe('over a connection that falls silent', () => {
    const soon = { probeAfterMs: 60, probeTimeoutMs: 60 }
    let proxy: TcpProxy

    beforeEach(async () => {
      proxy = await openTcpProxy({ host: '127.0.0.1', port: spark.port })
      transport.dispose()
      transport = createGrpcTransport({ host: '127.0.0.1', port: proxy.port, tls: false, headers: {} })
      session = new SparkSession({ transport, userId: 'me', clientType: 'test' })
    })

    afterEach(() => proxy.dispose())

    it('takes the operation up on a new connection', async () => {
      spark.answers.set(sql, { messages: [batchMessage(0, 10), batchMessage(10, 40)] })
      spark.cuts.push({ after: 1, end: 'silence' })
      const seen: ExecuteEvent['kind'][] = []
      const operation = { plan: commandPlan(sql), id: randomUUID(), tags: [], silence: soon }
      for await (const event of execute(session, operation, systemClock, new AbortController().signal)) {
        seen.push(event.kind)
        if (seen.length === 1) proxy.freeze()
      }
      assert.deepEqual([seen, spark.ran, proxy.connections], [['batch', 'reconnecting', 'batch'], [sql], 2])
    })

    it('waits on while the server still answers', async () => {
      spark.answers.set(sql, { messages: [batchMessage(0, 10)], end: 'run on' })
      const controller = new AbortController()
      const operation = { plan: commandPlan(sql), id: randomUUID(), tags: [], silence: soon }
      const seen: ExecuteEvent['kind'][] = []
      setTimeout(() => controller.abort(), 400)
      await assert.rejects(
        async () => {
          for await (const event of execute(session, operation, systemClock, controller.signal)) seen.push(event.kind)
        },
        { message: /OPERATION_CANCELED/ },
      )
      assert.deepEqual([seen, proxy.connections], [['batch'], 1])
      assert.ok(spark.calls.filter(call => call === 'analyzePlan').length >= 3)
    })
  })

  it('fails and runs nothing when the server was restarted in between', async () => {
    await session.version(new AbortController().signal)
    spark.restart()
    const error = await run().then(
      () => undefined,
      (thrown: unknown) => explain(thrown, session),
    )
    assert.ok(isSessionLost(error))
    assert.deepEqual(spark.ran, [])
  })

  it('runs nothing again when the server is restarted during the operation', async () => {
    spark.answers.set(sql, { messages: [batchMessage(0, 10)] })
    spark.cuts.push({ after: 1, end: unavailable })
    const error = await run(undefined, () => spark.restart()).then(
      () => undefined,
      (thrown: unknown) => explain(thrown, session),
    )
    assert.ok(isSessionLost(error))
    assert.deepEqual(spark.ran, [sql])
  })
})

function rowsOf(seen: readonly (string | bigint)[]): bigint[] {
  return seen.filter(each => typeof each === 'bigint')
}

/** The fake clock, but that an endless sleep lasts until it is called off. */
function patient(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    sleep: (ms, signal) => (ms === endless.probeAfterMs ? systemClock.sleep(ms, signal) : clock.sleep(ms, signal)),
  }
}
