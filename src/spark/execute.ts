import { create } from '@bufbuild/protobuf'
import type { Clock } from '#base/clock.ts'
import { LakehouseError } from '#base/errors.ts'
import { Backoff } from './backoff.ts'
import { BatchAssembler, type RowBatch } from './batches.ts'
import { isTransient, isUnknownOperation, readFault } from './fault.ts'
import type { Plan, Relation } from './proto/plan_pb.ts'
import {
  ExecutePlanRequestSchema,
  ReattachExecuteRequestSchema,
  SparkConnectService,
  type ExecutePlanResponse,
  type ExecutePlanResponse_ExecutionProgress,
} from './proto/service_pb.ts'
import type { SparkSession } from './session.ts'
import { statusCode, TransportError } from './transport.ts'

const { method } = SparkConnectService
const releaseEveryBytes = 8 * 1024 * 1024
const interruptAgainMs = 250
const stopGraceMs = 10_000

/** Spark sends progress twice a second; a longer silence means that the connection or the server is gone. */
const usualSilence: Silence = { probeAfterMs: 15_000, probeTimeoutMs: 10_000 }

export type ExecuteEvent =
  /** What a command answered with: its rows, or a plan that yields them. */
  | { readonly kind: 'relation'; readonly relation: Relation }
  | { readonly kind: 'batch'; readonly batch: RowBatch }
  | { readonly kind: 'progress'; readonly progress: ExecutePlanResponse_ExecutionProgress }
  /** The stream broke and is being taken up where it ended. */
  | { readonly kind: 'reconnecting' }

export interface Operation {
  readonly plan: Plan
  /** A UUID of the caller's. */
  readonly id: string
  readonly tags: readonly string[]
  readonly silence?: Silence
}

/** When a stream that says nothing is given up: after so long, if the server does not answer a question in that time either. */
export interface Silence {
  readonly probeAfterMs: number
  readonly probeTimeoutMs: number
}

/**
 * Runs one operation and delivers each of its messages once, also when the connection breaks: a stream that ends without the
 * server's word of completion is taken up after the last message that came (ReattachExecute), never run again once the server
 * has answered. Aborting interrupts the operation at the server; leaving early does too.
 * @throws TransportError of the server's failure, LakehouseError when the session or the order of rows is not what it was
 */
export async function* execute(
  session: SparkSession,
  operation: Operation,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<ExecuteEvent> {
  signal.throwIfAborted()
  const run = new Execution(session, operation, clock)
  const onAbort = (): void => void run.stop()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    yield* run.events(signal)
  } finally {
    signal.removeEventListener('abort', onAbort)
    run.end()
  }
}

class Execution {
  readonly #session: SparkSession
  readonly #operation: Operation
  readonly #clock: Clock
  readonly #backoff = new Backoff()
  readonly #batches = new BatchAssembler()
  /** Drops the call of the moment. */
  readonly #drop = new AbortController()
  #sent = false
  #lastResponseId: string | undefined
  #unreleasedBytes = 0
  #heardAt = 0
  /** The server has ended the operation, well or badly. */
  #over = false

  constructor(session: SparkSession, operation: Operation, clock: Clock) {
    this.#session = session
    this.#operation = operation
    this.#clock = clock
  }

  async *events(signal: AbortSignal): AsyncGenerator<ExecuteEvent> {
    while (!this.#over) {
      const before = this.#lastResponseId
      try {
        yield* this.#attach()
        if (this.#lastResponseId === before && !this.#over) await this.#pause(this.#waitAfterNothing(), signal)
      } catch (error) {
        if (this.#over) return
        const wait = this.#waitAfter(error)
        yield { kind: 'reconnecting' }
        await this.#pause(wait, signal)
      }
    }
  }

  /** Interrupts at the server until it has, then lets the stream end by itself; a server that does not answer is left alone. */
  async stop(): Promise<void> {
    const deadline = this.#clock.now() + stopGraceMs
    while (!this.#over && this.#clock.now() < deadline) {
      const stopped = await this.#session.interrupt(this.#operation.id).catch(unheard)
      if (stopped) break
      await this.#clock.sleep(interruptAgainMs)
    }
    while (!this.#over && this.#clock.now() < deadline) await this.#clock.sleep(interruptAgainMs)
    this.#drop.abort()
  }

  /** Lets the server forget the operation, and ends it where it still runs. */
  end(): void {
    if (!this.#sent) return
    if (this.#over) this.#session.releaseExecute(this.#operation.id)
    else this.#session.abandon(this.#operation.id)
    this.#over = true
  }

  async *#attach(): AsyncGenerator<ExecuteEvent> {
    const [lost, ended] = [new AbortController(), new AbortController()]
    this.#heardAt = this.#clock.now()
    void this.#watch(lost, ended.signal)
    try {
      for await (const response of this.#open(AbortSignal.any([this.#drop.signal, lost.signal]))) {
        this.#session.observe(response.serverSideSessionId)
        this.#lastResponseId = response.responseId
        this.#heardAt = this.#clock.now()
        this.#backoff.heard()
        const event = this.#read(response)
        if (event) yield event
      }
    } finally {
      ended.abort()
    }
  }

  /** Drops a call that has fallen silent, when the server does not answer on another one either. */
  async #watch(lost: AbortController, ended: AbortSignal): Promise<void> {
    const { probeAfterMs, probeTimeoutMs } = this.#operation.silence ?? usualSilence
    try {
      for (;;) {
        await this.#clock.sleep(probeAfterMs, ended)
        if (this.#clock.now() - this.#heardAt >= probeAfterMs) await this.#session.version(ended, probeTimeoutMs)
      }
    } catch {
      if (ended.aborted) return
      this.#session.transport.reconnect()
      lost.abort()
    }
  }

  #open(signal: AbortSignal): AsyncIterable<ExecutePlanResponse> {
    const { transport } = this.#session
    const { id, plan, tags } = this.#operation
    if (this.#sent) {
      const last = this.#lastResponseId === undefined ? {} : { lastResponseId: this.#lastResponseId }
      const request = create(ReattachExecuteRequestSchema, { ...this.#session.header(), operationId: id, ...last })
      return transport.stream(method.reattachExecute, request, signal)
    }
    this.#sent = true
    const request = create(ExecutePlanRequestSchema, {
      ...this.#session.header(),
      operationId: id,
      plan,
      tags: [...tags],
      requestOptions: [
        { requestOption: { case: 'reattachOptions', value: { reattachable: true } } },
        { requestOption: { case: 'resultChunkingOptions', value: { allowArrowBatchChunking: true } } },
      ],
    })
    return transport.stream(method.executePlan, request, signal)
  }

  #read({ responseType, responseId }: ExecutePlanResponse): ExecuteEvent | undefined {
    switch (responseType.case) {
      case 'arrowBatch': {
        this.#releaseRead(responseType.value.data.byteLength, responseId)
        const batch = this.#batches.add(responseType.value)
        return batch && { kind: 'batch', batch }
      }
      case 'sqlCommandResult':
        return responseType.value.relation && { kind: 'relation', relation: responseType.value.relation }
      case 'executionProgress':
        return responseType.value.stages.length > 0 ? { kind: 'progress', progress: responseType.value } : undefined
      case 'resultComplete':
        this.#over = true
        break
      case undefined:
        break
    }
    return undefined
  }

  /** Keeps the server's buffer of delivered messages small. */
  #releaseRead(bytes: number, responseId: string): void {
    this.#unreleasedBytes += bytes
    if (this.#unreleasedBytes < releaseEveryBytes) return
    this.#unreleasedBytes = 0
    this.#session.releaseExecute(this.#operation.id, responseId)
  }

  /** Ms to wait before the stream is taken up again. @throws the error itself when it is final */
  #waitAfter(error: unknown): number {
    if (!(error instanceof TransportError)) throw error
    if (this.#drop.signal.aborted) throw this.#unheardStop()
    const fault = readFault(error)
    const unknown = isUnknownOperation(fault)
    if (unknown && this.#lastResponseId === undefined) this.#sent = false
    const final = unknown ? this.#lastResponseId !== undefined : !isTransient(fault)
    const wait = final ? undefined : this.#backoff.next({ ...fault, refused: /ECONNREFUSED/.test(fault.message) })
    if (wait !== undefined) return wait
    this.#over ||= fault.exception !== undefined
    throw error
  }

  #waitAfterNothing(): number {
    const wait = this.#backoff.next({})
    if (wait === undefined) throw new TransportError(statusCode.unavailable, 'the server ends the stream again and again')
    return wait
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    await this.#clock.sleep(ms, signal).catch((error: unknown) => {
      throw signal.aborted ? this.#unheardStop() : error
    })
  }

  #unheardStop(): LakehouseError {
    return new LakehouseError('cancelled', `Stopped here, but Spark at ${this.#session.transport.address} does not answer.`, {
      hint: 'The statement may still run there.',
    })
  }
}

/** An interrupt that failed did not arrive; how the operation ends, its stream tells. */
function unheard(): false {
  return false
}
