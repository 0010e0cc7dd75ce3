import { create } from '@bufbuild/protobuf'
import { randomUUID } from 'node:crypto'
import {
  AnalyzePlanRequestSchema,
  ConfigRequestSchema,
  FetchErrorDetailsRequestSchema,
  InterruptRequest_InterruptType,
  InterruptRequestSchema,
  ReleaseExecuteRequest_ReleaseAllSchema,
  ReleaseExecuteRequest_ReleaseUntilSchema,
  ReleaseExecuteRequestSchema,
  ReleaseSessionRequestSchema,
  SparkConnectService,
  type FetchErrorDetailsResponse,
} from './proto/service_pb.ts'
import { sessionChanged } from './problem.ts'
import type { SparkTransport } from './transport.ts'

const { method } = SparkConnectService
const callTimeoutMs = 30_000
/** For what nobody waits for with interest: interrupts and releases. */
const partingTimeoutMs = 10_000

/** What names a session to the server; a shared `id` (a UUID) and `userId` mean a shared session. */
export interface SessionOptions {
  readonly transport: SparkTransport
  readonly userId: string
  readonly clientType: string
  readonly id?: string
}

/** One session of one user on the server: its views, settings and running operations. */
export class SparkSession {
  readonly id: string
  readonly userId: string
  readonly transport: SparkTransport
  readonly #clientType: string
  readonly #background = new Set<Promise<void>>()
  #observed: string | undefined

  constructor({ transport, userId, clientType, id = randomUUID() }: SessionOptions) {
    this.id = id
    this.userId = userId
    this.transport = transport
    this.#clientType = clientType
  }

  /** The fields that every request begins with. */
  header() {
    return {
      sessionId: this.id,
      userContext: { userId: this.userId },
      clientType: this.#clientType,
      ...(this.#observed === undefined ? {} : { clientObservedServerSideSessionId: this.#observed }),
    }
  }

  /** Remembers the server's own id of this session. @throws LakehouseError when it has changed: the session is another one */
  observe(serverSideSessionId: string): void {
    if (serverSideSessionId === '') return
    if (this.#observed !== undefined && this.#observed !== serverSideSessionId) throw sessionChanged(this.transport.address)
    this.#observed = serverSideSessionId
  }

  /** Sets session settings. */
  async setConfig(pairs: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
    const value = { pairs: Object.entries(pairs).map(([key, text]) => ({ key, value: text })), silent: true }
    const request = create(ConfigRequestSchema, { ...this.header(), operation: { opType: { case: 'set', value } } })
    const answer = await this.transport.unary(method.config, request, { timeoutMs: callTimeoutMs, signal })
    this.observe(answer.serverSideSessionId)
  }

  /** The server's Spark version; a cheap call that proves that it answers. */
  async version(signal: AbortSignal, timeoutMs = callTimeoutMs): Promise<string> {
    const request = create(AnalyzePlanRequestSchema, { ...this.header(), analyze: { case: 'sparkVersion', value: {} } })
    const answer = await this.transport.unary(method.analyzePlan, request, { timeoutMs, signal })
    this.observe(answer.serverSideSessionId)
    return answer.result.case === 'sparkVersion' ? answer.result.value.version : ''
  }

  /** Stops an operation at the server. False when the server does not run it (not yet, or no more). */
  async interrupt(operationId: string): Promise<boolean> {
    const request = create(InterruptRequestSchema, {
      ...this.header(),
      interruptType: InterruptRequest_InterruptType.OPERATION_ID,
      interrupt: { case: 'operationId', value: operationId },
    })
    const answer = await this.transport.unary(method.interrupt, request, { timeoutMs: partingTimeoutMs })
    return answer.interruptedIds.includes(operationId)
  }

  /** What the server still knows of a failure; empty when it has forgotten. */
  errorDetails(errorId: string): Promise<FetchErrorDetailsResponse> {
    const request = create(FetchErrorDetailsRequestSchema, { ...this.header(), errorId })
    return this.transport.unary(method.fetchErrorDetails, request, { timeoutMs: callTimeoutMs })
  }

  /**
   * Lets the server forget an operation's messages up to `responseId`, all of them and the operation itself when absent.
   * Goes on in the background: the server drops what was never released after its own time.
   */
  releaseExecute(operationId: string, responseId?: string): void {
    const request = create(ReleaseExecuteRequestSchema, {
      ...this.header(),
      operationId,
      release:
        responseId === undefined
          ? { case: 'releaseAll', value: create(ReleaseExecuteRequest_ReleaseAllSchema) }
          : { case: 'releaseUntil', value: create(ReleaseExecuteRequest_ReleaseUntilSchema, { responseId }) },
    })
    this.#inBackground(() => this.transport.unary(method.releaseExecute, request, { timeoutMs: partingTimeoutMs }))
  }

  /** Stops an operation whose end nobody waits for, and lets the server forget it; in the background. */
  abandon(operationId: string): void {
    this.#inBackground(async () => {
      await this.interrupt(operationId)
      this.releaseExecute(operationId)
    })
  }

  /** Resolves when nothing goes on in the background. */
  async settled(): Promise<void> {
    while (this.#background.size > 0) await Promise.all(this.#background)
  }

  /** Ends the session and what runs in it; its id cannot be used again. */
  async release(): Promise<void> {
    await this.settled()
    const request = create(ReleaseSessionRequestSchema, {
      sessionId: this.id,
      userContext: { userId: this.userId },
      clientType: this.#clientType,
    })
    await this.transport.unary(method.releaseSession, request, { timeoutMs: partingTimeoutMs })
  }

  #inBackground(task: () => Promise<unknown>): void {
    const done: Promise<void> = task()
      .then(ignore, ignore)
      .finally(() => this.#background.delete(done))
    this.#background.add(done)
  }
}

function ignore(): void {}
