import { fromBinary } from '@bufbuild/protobuf'
import type { Any } from '@bufbuild/protobuf/wkt'
import { ErrorInfoSchema, RetryInfoSchema, StatusSchema } from './proto/status_pb.ts'
import { statusCode, type TransportError } from './transport.ts'

/** A failed call, with what the server put into its trailers. */
export interface Fault {
  readonly status: number
  readonly message: string
  /** Spark's error class, like `TABLE_OR_VIEW_NOT_FOUND`. */
  readonly sparkClass?: string
  readonly sqlState?: string
  /** The Java class of the exception. */
  readonly exception?: string
  /** Under which the server can be asked for more. */
  readonly errorId?: string
  /** The server asks for another try after so many ms. */
  readonly retryAfterMs?: number
}

const classInMessage = /\[([A-Z][A-Z0-9_]*(?:\.[A-Z0-9_]+)*)\]/

/** Reads a failed call; a trailer that cannot be read is as good as none. */
export function readFault({ status, message, details }: TransportError): Fault {
  const parts = details === undefined ? [] : decodeDetails(details)
  const info = parts.find(part => part.typeUrl.endsWith('/google.rpc.ErrorInfo'))
  const again = parts.find(part => part.typeUrl.endsWith('/google.rpc.RetryInfo'))
  const { reason = '', metadata = {} } = info ? fromBinary(ErrorInfoSchema, info.value) : {}
  const delay = again ? fromBinary(RetryInfoSchema, again.value).retryDelay : undefined
  const sparkClass = metadata['errorClass'] ?? classInMessage.exec(message)?.[1]
  return {
    status,
    message,
    ...(sparkClass === undefined ? {} : { sparkClass }),
    ...(metadata['sqlState'] === undefined ? {} : { sqlState: metadata['sqlState'] }),
    ...(reason === '' ? {} : { exception: reason }),
    ...(metadata['errorId'] === undefined ? {} : { errorId: metadata['errorId'] }),
    ...(again ? { retryAfterMs: delay ? Number(delay.seconds) * 1000 + delay.nanos / 1e6 : 0 } : {}),
  }
}

/** The server does not know the operation: it never heard of it, or has dropped it. */
export function isUnknownOperation({ sparkClass }: Fault): boolean {
  return sparkClass === 'INVALID_HANDLE.OPERATION_NOT_FOUND' || sparkClass === 'INVALID_HANDLE.SESSION_NOT_FOUND'
}

/** Whether the operation may still be running, so that its stream can be taken up again. */
export function isTransient({ status, sparkClass, retryAfterMs, message }: Fault): boolean {
  if (status === statusCode.unavailable || retryAfterMs !== undefined) return true
  if (sparkClass === 'INVALID_CURSOR.DISCONNECTED' || sparkClass === 'INVALID_HANDLE.OPERATION_ALREADY_EXISTS') return true
  // A gateway or a closing server resets the stream; what Spark itself ends has a class.
  return sparkClass === undefined && (status === statusCode.cancelled || message.startsWith('Received RST_STREAM'))
}

function decodeDetails(bytes: Uint8Array): readonly Any[] {
  try {
    return fromBinary(StatusSchema, bytes).details
  } catch {
    return []
  }
}
