import type { DescMethodServerStreaming, DescMethodUnary, MessageShape, DescMessage } from '@bufbuild/protobuf'
import type { Disposable } from '#base/disposable.ts'

/** One connection to a Spark Connect server, shared by its sessions; the port that hides gRPC. */
export interface SparkTransport extends Disposable {
  /** `host:port`, for messages. */
  readonly address: string
  /** One request, one answer. `timeoutMs` is the deadline of the call. @throws TransportError */
  unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageShape<I>,
    options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
  ): Promise<MessageShape<O>>
  /** Messages as they arrive; ends when the server ends the stream, aborting drops the call. @throws TransportError */
  stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodServerStreaming<I, O>,
    request: MessageShape<I>,
    signal: AbortSignal,
  ): AsyncIterable<MessageShape<O>>
  /** Makes the next call open a new connection: the present one answers nobody. */
  reconnect(): void
}

/** The gRPC status codes this client tells apart. */
export const statusCode = {
  cancelled: 1,
  deadlineExceeded: 4,
  permissionDenied: 7,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const

/** A call that ended with another status than OK. */
export class TransportError extends Error {
  override readonly name = 'TransportError'
  /** gRPC status code. */
  readonly status: number
  /** An encoded google.rpc.Status, where the server sent one. */
  readonly details: Uint8Array | undefined

  constructor(status: number, message: string, details?: Uint8Array) {
    super(message)
    this.status = status
    this.details = details
  }
}
