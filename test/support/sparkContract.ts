import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { create } from '@bufbuild/protobuf'
import { readFault, type Fault } from '#spark/fault.ts'
import { queryPlan } from '#spark/plan.ts'
import {
  ExecutePlanRequestSchema,
  ReattachExecuteRequestSchema,
  SparkConnectService,
  type ExecutePlanResponse,
} from '#spark/proto/service_pb.ts'
import { SparkSession } from '#spark/session.ts'
import { TransportError, type SparkTransport } from '#spark/transport.ts'

const { method } = SparkConnectService
const never = new AbortController().signal

/** A query of at least one row that the server under test knows. */
export const contractQuery = 'SELECT 1 AS one'

/** What our client relies on in a Spark Connect server; run against the real one and the fake, so that the fake cannot lie. */
export function sparkContract(open: (token?: string) => SparkTransport): void {
  let transport: SparkTransport
  let session: SparkSession

  beforeEach(() => {
    transport = open()
    session = new SparkSession({ transport, userId: 'contract', clientType: 'test' })
  })

  afterEach(() => transport.dispose())

  const executeRequest = (operationId: string) =>
    create(ExecutePlanRequestSchema, {
      ...session.header(),
      operationId,
      plan: queryPlan(contractQuery, 10),
      requestOptions: [{ requestOption: { case: 'reattachOptions', value: { reattachable: true } } }],
    })

  async function run(operationId: string): Promise<ExecutePlanResponse[]> {
    return await Array.fromAsync(transport.stream(method.executePlan, executeRequest(operationId), never))
  }

  async function reattach(operationId: string, lastResponseId?: string): Promise<ExecutePlanResponse[]> {
    const last = lastResponseId === undefined ? {} : { lastResponseId }
    const request = create(ReattachExecuteRequestSchema, { ...session.header(), operationId, ...last })
    return await Array.fromAsync(transport.stream(method.reattachExecute, request, never))
  }

  it('names its version, and the session always by the same id', async () => {
    assert.match(await session.version(never), /^\d+\.\d+/)
    await session.setConfig({ 'spark.sql.session.timeZone': 'UTC' }, never)
  })

  it('gives each message an id and ends with the word of completion', async () => {
    const messages = await run(randomUUID())
    assert.equal(new Set(messages.map(({ responseId }) => responseId)).size, messages.length)
    assert.equal(messages.findLast(({ responseType }) => responseType.case !== undefined)?.responseType.case, 'resultComplete')
    const batches = messages.flatMap(({ responseType }) => (responseType.case === 'arrowBatch' ? [responseType.value] : []))
    assert.ok(batches.length > 0)
    assert.equal(batches[0]?.startOffset, 0n)
    await session.release()
  })

  it('delivers what came after a message again, as often as asked', async () => {
    const id = randomUUID()
    const messages = await run(id)
    const batch = messages.find(({ responseType }) => responseType.case === 'arrowBatch')
    assert.deepEqual(kinds(await reattach(id, batch?.responseId)), kinds(messages).slice(1))
    assert.deepEqual(kinds(await reattach(id)), kinds(messages))
  })

  it('runs an operation once: a second call with its id and plan takes it up', async () => {
    const id = randomUUID()
    const first = await run(id)
    assert.deepEqual(
      (await run(id)).map(({ responseId }) => responseId),
      first.map(({ responseId }) => responseId),
    )
  })

  it('refuses another plan under the id of an operation', async () => {
    const id = randomUUID()
    await run(id)
    const request = { ...executeRequest(id), plan: queryPlan(contractQuery, 11) }
    const fault = await faultOf(Array.fromAsync(transport.stream(method.executePlan, request, never)))
    assert.equal(fault.sparkClass, 'INVALID_HANDLE.OPERATION_ALREADY_EXISTS')
  })

  it('does not know an operation that it never had', async () => {
    await session.version(never)
    assert.equal((await faultOf(reattach(randomUUID()))).sparkClass, 'INVALID_HANDLE.OPERATION_NOT_FOUND')
  })

  it('never runs an operation again that was released', async () => {
    const id = randomUUID()
    await run(id)
    session.releaseExecute(id)
    await session.settled()
    assert.ok(
      ['INVALID_HANDLE.OPERATION_NOT_FOUND', 'INVALID_HANDLE.OPERATION_ABANDONED'].includes((await faultOf(reattach(id))).sparkClass ?? ''),
    )
  })

  it('interrupts nothing that does not run', async () => {
    await session.version(never)
    assert.equal(await session.interrupt(randomUUID()), false)
  })

  it('says so when the session is not the one that the client saw', async () => {
    await session.version(never)
    const other = new SparkSession({ transport, userId: 'contract', clientType: 'test', id: session.id })
    other.observe(randomUUID())
    assert.equal((await faultOf(other.version(never))).sparkClass, 'INVALID_HANDLE.SESSION_CHANGED')
  })

  it('refuses a session that was released', async () => {
    await session.version(never)
    await session.release()
    assert.equal((await faultOf(session.version(never))).sparkClass, 'INVALID_HANDLE.SESSION_CLOSED')
  })

  it('knows nothing of an error that never was', async () => {
    assert.deepEqual((await session.errorDetails(randomUUID())).errors, [])
  })

  it('refuses a wrong token', async () => {
    const stranger = open('wrong')
    try {
      const fault = await faultOf(new SparkSession({ transport: stranger, userId: 'contract', clientType: 'test' }).version(never))
      assert.deepEqual([fault.status, fault.exception], [16, undefined])
    } finally {
      stranger.dispose()
    }
  })
}

async function faultOf(call: Promise<unknown>): Promise<Fault> {
  try {
    await call
  } catch (error) {
    if (error instanceof TransportError) return readFault(error)
    throw error
  }
  throw new Error('The call did not fail.')
}

/** What the messages say, progress left out. */
function kinds(messages: readonly ExecutePlanResponse[]): string[] {
  return messages.flatMap(({ responseType }) =>
    responseType.case === undefined || responseType.case === 'executionProgress' ? [] : [responseType.case],
  )
}
