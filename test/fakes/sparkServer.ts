import { randomUUID } from 'node:crypto'
import {
  Metadata,
  Server,
  ServerCredentials,
  status,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
} from '@grpc/grpc-js'
import { create, equals, fromBinary, toBinary, type DescMethod, type MessageInitShape } from '@bufbuild/protobuf'
import { anyPack, type Any } from '@bufbuild/protobuf/wkt'
import { PlanSchema, type Plan } from '#spark/proto/plan_pb.ts'
import {
  AnalyzePlanResponseSchema,
  ConfigResponseSchema,
  ExecutePlanResponseSchema,
  FetchErrorDetailsResponseSchema,
  InterruptResponseSchema,
  ReleaseExecuteResponseSchema,
  ReleaseSessionResponseSchema,
  SparkConnectService,
  type AnalyzePlanRequest,
  type AnalyzePlanResponse,
  type ConfigRequest,
  type ConfigResponse,
  type ExecutePlanRequest,
  type ExecutePlanResponse,
  type FetchErrorDetailsRequest,
  type FetchErrorDetailsResponse,
  type InterruptRequest,
  type InterruptResponse,
  type ReattachExecuteRequest,
  type ReleaseExecuteRequest,
  type ReleaseExecuteResponse,
  type ReleaseSessionRequest,
  type ReleaseSessionResponse,
} from '#spark/proto/service_pb.ts'
import { ErrorInfoSchema, RetryInfoSchema, StatusSchema } from '#spark/proto/status_pb.ts'

/** What one message of an operation says. */
export type FakeMessage = NonNullable<MessageInitShape<typeof ExecutePlanResponseSchema>['responseType']>

/** A failure as the server answers it. */
export interface FakeFailure {
  readonly status?: number
  readonly message: string
  readonly sparkClass?: string
  readonly sqlState?: string
  readonly exception?: string
  readonly errorId?: string
  readonly retryAfterMs?: number
}

/** What a statement yields: its messages (completion is added), and how it ends. */
export interface FakeAnswer {
  readonly messages?: readonly FakeMessage[]
  readonly end?: 'complete' | 'run on' | FakeFailure
}

/** How one attach of a stream ends early, after so many messages of its own. */
export interface FakeCut {
  readonly after: number
  readonly end: 'ok' | 'drop' | 'silence' | FakeFailure
  /** The server loses the operation too. */
  readonly forget?: boolean
}

interface Operation {
  readonly plan: Plan
  readonly messages: ExecutePlanResponse[]
  readonly answer: FakeAnswer
  interrupted: boolean
  wake: () => void
}

type Call<I, O> = ServerUnaryCall<I, O>

/** A Spark Connect server over real gRPC that keeps to the protocol: sessions, reattachable operations, release, interrupt. */
export class FakeSpark {
  /** What each SQL text yields; a text that is not here fails the test's call. */
  readonly answers = new Map<string, FakeAnswer>()
  /** How the next attaches end; without one, a stream delivers all it has. */
  readonly cuts: FakeCut[] = []
  /** SQL texts in the order they were run. */
  readonly ran: string[] = []
  /** Every call: method name, and for streams what it was about. */
  readonly calls: string[] = []
  readonly settings = new Map<string, string>()
  readonly tags: string[] = []
  readonly errors = new Map<string, MessageInitShape<typeof FetchErrorDetailsResponseSchema>>()
  readonly interrupted: string[] = []
  /** So many interrupts find no operation, as when they overtake it. */
  deafInterrupts = 0
  token: string | undefined
  port = 0
  readonly #operations = new Map<string, Operation>()
  readonly #waiting = new Map<string, () => void>()
  readonly #sessions = new Map<string, string>()
  readonly #closed = new Set<string>()
  readonly #server = new Server({ 'grpc.max_send_message_length': -1 })

  static async start(): Promise<FakeSpark> {
    const fake = new FakeSpark()
    await fake.#listen()
    return fake
  }

  /** Operations that were never released. */
  get held(): readonly string[] {
    return [...this.#operations.keys()]
  }

  get sessionCount(): number {
    return this.#sessions.size
  }

  /** Resolves when the next unary call of this name has come. */
  heard(name: string): Promise<void> {
    return new Promise(resolve => this.#waiting.set(name, resolve))
  }

  /** As a new process would be: no session and no operation is known. */
  restart(): void {
    this.#operations.clear()
    this.#sessions.clear()
    this.#closed.clear()
  }

  dispose(): void {
    this.#server.forceShutdown()
  }

  async #listen(): Promise<void> {
    this.#server.addService(definition, {
      executePlan: stream((call: ServerWritableStream<ExecutePlanRequest, ExecutePlanResponse>) => this.#execute(call)),
      reattachExecute: stream((call: ServerWritableStream<ReattachExecuteRequest, ExecutePlanResponse>) => this.#reattach(call)),
      releaseExecute: this.#unary('releaseExecute', (request: ReleaseExecuteRequest): ReleaseExecuteResponse => this.#release(request)),
      interrupt: this.#unary('interrupt', (request: InterruptRequest): InterruptResponse => this.#interrupt(request)),
      config: this.#unary('config', (request: ConfigRequest): ConfigResponse => this.#config(request)),
      analyzePlan: this.#unary('analyzePlan', (request: AnalyzePlanRequest): AnalyzePlanResponse => {
        const result = { case: 'sparkVersion', value: { version: '4.2.0' } } as const
        return create(AnalyzePlanResponseSchema, { ...this.#ids(request), result })
      }),
      fetchErrorDetails: this.#unary('fetchErrorDetails', (request: FetchErrorDetailsRequest): FetchErrorDetailsResponse =>
        create(FetchErrorDetailsResponseSchema, this.errors.get(request.errorId) ?? {}),
      ),
      releaseSession: this.#unary('releaseSession', (request: ReleaseSessionRequest): ReleaseSessionResponse => {
        const ids = this.#ids({ ...request, clientObservedServerSideSessionId: undefined })
        this.#sessions.delete(request.sessionId)
        this.#closed.add(request.sessionId)
        return create(ReleaseSessionResponseSchema, ids)
      }),
    })
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    const listening = (error: Error | null, port: number): void => (error ? reject(error) : resolve(port))
    this.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), listening)
    this.port = await promise
  }

  #unary<I, O>(name: string, answer: (request: I) => O): handleUnaryCall<I, O> {
    return (call: Call<I, O>, respond: sendUnaryData<O>) => {
      this.calls.push(name)
      this.#waiting.get(name)?.()
      try {
        this.#authorize(call.metadata)
        respond(null, answer(call.request))
      } catch (error) {
        respond(statusOf(error))
      }
    }
  }

  #authorize(metadata: Metadata): void {
    if (this.token === undefined || metadata.get('authorization')[0] === `Bearer ${this.token}`) return
    throw new Refusal({ status: status.UNAUTHENTICATED, message: 'Invalid authentication token' })
  }

  /** The ids of an answer; the first call naming a session makes it. */
  #ids(request: { readonly sessionId: string; readonly clientObservedServerSideSessionId?: string | undefined }) {
    const { sessionId, clientObservedServerSideSessionId: observed } = request
    if (this.#closed.has(sessionId)) throw new Refusal(handle('SESSION_CLOSED'))
    const known = this.#sessions.get(sessionId)
    if (observed !== undefined && observed !== known) throw new Refusal(handle('SESSION_CHANGED'))
    const serverSideSessionId = known ?? randomUUID()
    this.#sessions.set(sessionId, serverSideSessionId)
    return { sessionId, serverSideSessionId }
  }

  #config(request: ConfigRequest): ConfigResponse {
    const ids = this.#ids(request)
    const operation = request.operation?.opType
    if (operation?.case === 'set') for (const { key, value = '' } of operation.value.pairs) this.settings.set(key, value)
    return create(ConfigResponseSchema, ids)
  }

  #release(request: ReleaseExecuteRequest): ReleaseExecuteResponse {
    const ids = this.#ids(request)
    if (request.release.case === 'releaseAll') this.#operations.delete(request.operationId)
    return create(ReleaseExecuteResponseSchema, ids)
  }

  #interrupt(request: InterruptRequest): InterruptResponse {
    const ids = this.#ids(request)
    const id = request.interrupt.case === 'operationId' ? request.interrupt.value : ''
    const operation = this.#operations.get(id)
    if (!operation || this.deafInterrupts-- > 0) return create(InterruptResponseSchema, ids)
    this.interrupted.push(id)
    operation.interrupted = true
    operation.wake()
    return create(InterruptResponseSchema, { ...ids, interruptedIds: [id] })
  }

  async #execute(call: ServerWritableStream<ExecutePlanRequest, ExecutePlanResponse>): Promise<void> {
    const { operationId = randomUUID(), plan, tags } = call.request
    this.calls.push('executePlan')
    this.#authorize(call.metadata)
    const ids = this.#ids(call.request)
    const known = this.#operations.get(operationId)
    if (known && !(plan && equals(PlanSchema, plan, known.plan))) throw new Refusal(handle('OPERATION_ALREADY_EXISTS'))
    if (known) return await this.#deliver(call, operationId, known, 0)
    const sql = sqlOf(plan)
    const answer = this.answers.get(sql)
    if (!answer) throw new Refusal({ message: `The fake has no answer to: ${sql}` })
    this.ran.push(sql)
    this.tags.push(...tags)
    const complete: FakeMessage[] = answer.end === undefined || answer.end === 'complete' ? [{ case: 'resultComplete', value: {} }] : []
    const messages = [...(answer.messages ?? []), ...complete].map(responseType =>
      create(ExecutePlanResponseSchema, { ...ids, operationId, responseId: randomUUID(), responseType }),
    )
    const operation: Operation = { plan: plan ?? create(PlanSchema), messages, answer, interrupted: false, wake: () => {} }
    this.#operations.set(operationId, operation)
    await this.#deliver(call, operationId, operation, 0)
  }

  async #reattach(call: ServerWritableStream<ReattachExecuteRequest, ExecutePlanResponse>): Promise<void> {
    const { operationId, lastResponseId } = call.request
    const operation = this.#operations.get(operationId)
    const last = operation?.messages.findIndex(message => message.responseId === lastResponseId) ?? -1
    this.calls.push(`reattachExecute after ${last + 1}`)
    this.#authorize(call.metadata)
    this.#ids(call.request)
    if (!operation) throw new Refusal(handle('OPERATION_NOT_FOUND'))
    await this.#deliver(call, operationId, operation, last + 1)
  }

  async #deliver<I>(call: ServerWritableStream<I, ExecutePlanResponse>, id: string, operation: Operation, from: number): Promise<void> {
    const cut = this.cuts.shift()
    const rest = operation.messages.slice(from, cut && from + cut.after)
    for (const message of rest) call.write(message)
    if (cut?.forget) this.#operations.delete(id)
    if (cut?.end === 'drop') {
      await new Promise(resolve => setTimeout(resolve, 20)) // until the messages are out
      this.#server.drain(`127.0.0.1:${this.port}`, 0)
      return
    }
    if (cut?.end === 'ok') return void call.end()
    if (cut?.end === 'silence') return
    if (cut) throw new Refusal(cut.end)
    const { end } = operation.answer
    if (end === 'run on' && !operation.interrupted) await new Promise<void>(resolve => (operation.wake = resolve))
    if (operation.interrupted) throw new Refusal(cancelled)
    if (typeof end === 'object') throw new Refusal(end)
    call.end()
  }
}

const cancelled: FakeFailure = {
  message: '[OPERATION_CANCELED] Operation has been canceled.',
  sparkClass: 'OPERATION_CANCELED',
  sqlState: 'HY008',
  exception: 'org.apache.spark.SparkSQLException',
}

/** Spark's refusal of a session or operation it does not know. */
export function handle(reason: string): FakeFailure {
  return {
    message: `[INVALID_HANDLE.${reason}] The handle is invalid.`,
    sparkClass: `INVALID_HANDLE.${reason}`,
    exception: 'SparkException',
  }
}

class Refusal extends Error {
  readonly failure: FakeFailure

  constructor(failure: FakeFailure) {
    super(failure.message)
    this.failure = failure
  }
}

function statusOf(error: unknown) {
  if (!(error instanceof Refusal)) return { code: status.UNKNOWN, details: String(error) }
  const { message, sparkClass, sqlState, exception, errorId, retryAfterMs } = error.failure
  const code = error.failure.status ?? status.INTERNAL
  const facts = Object.entries({ errorClass: sparkClass, sqlState, errorId }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  const details: Any[] = []
  if (exception !== undefined)
    details.push(anyPack(ErrorInfoSchema, create(ErrorInfoSchema, { reason: exception, metadata: Object.fromEntries(facts) })))
  if (retryAfterMs !== undefined) {
    details.push(anyPack(RetryInfoSchema, create(RetryInfoSchema, { retryDelay: { seconds: 0n, nanos: retryAfterMs * 1e6 } })))
  }
  const metadata = new Metadata()
  if (details.length > 0) {
    metadata.set('grpc-status-details-bin', Buffer.from(toBinary(StatusSchema, create(StatusSchema, { code, message, details }))))
  }
  return { code, details: message, metadata }
}

function stream<I>(
  serve: (call: ServerWritableStream<I, ExecutePlanResponse>) => Promise<void>,
): handleServerStreamingCall<I, ExecutePlanResponse> {
  return call => void serve(call).catch((error: unknown) => call.emit('error', statusOf(error)))
}

/** The SQL of a plan that our client builds. */
function sqlOf(plan: ExecutePlanRequest['plan']): string {
  const type = plan?.opType
  const command = type?.case === 'command' && type.value.commandType.case === 'sqlCommand' ? type.value.commandType.value.input : undefined
  const root = type?.case === 'root' ? type.value : command
  const relation = root?.relType.case === 'limit' ? root.relType.value.input : root
  return relation?.relType.case === 'sql' ? relation.relType.value.query : `(${relation?.relType.case ?? 'nothing'})`
}

const definition: ServiceDefinition = Object.fromEntries(
  SparkConnectService.methods.map((method: DescMethod) => [
    method.localName,
    {
      path: `/${method.parent.typeName}/${method.name}`,
      requestStream: false,
      responseStream: method.methodKind === 'server_streaming',
      requestSerialize: message => Buffer.from(toBinary(method.input, message)),
      requestDeserialize: bytes => fromBinary(method.input, bytes),
      responseSerialize: message => Buffer.from(toBinary(method.output, message)),
      responseDeserialize: bytes => fromBinary(method.output, bytes),
    },
  ]),
)
