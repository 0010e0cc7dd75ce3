import { isProblem, LakehouseError, type ProblemDetails } from '#base/errors.ts'
import { readFault, type Fault } from './fault.ts'
import { positionOfLine, positionOfRange, type Position, type StatementText } from './position.ts'
import { FetchErrorDetailsResponse_QueryContext_ContextType, type FetchErrorDetailsResponse_Error } from './proto/service_pb.ts'
import type { SparkSession } from './session.ts'
import { statusCode, TransportError } from './transport.ts'

const lostClasses: ReadonlySet<string | undefined> = new Set([
  'INVALID_HANDLE.SESSION_CHANGED',
  'INVALID_HANDLE.SESSION_CLOSED',
  'INVALID_HANDLE.SESSION_NOT_FOUND',
])

/** True when the failure says that the session is gone, with its views and settings. */
export function isSessionLost(error: unknown): boolean {
  return isProblem(error) && error.details?.['sessionLost'] === true
}

export function sessionChanged(address: string): LakehouseError {
  return sessionLost(address, 'The Spark server was restarted', { sparkClass: 'INVALID_HANDLE.SESSION_CHANGED' })
}

/**
 * Any failure of a call as one for the user: Spark's own message where it has one, `denied`, `unreachable`, `timeout` or
 * `cancelled` where that is what happened, else `failed`. The details carry `sparkClass`, `sqlState` and, inside `statement`,
 * `line` and `column` (from 1) with `start` and `end` (UTF-16 offsets of the whole text). A bug passes through.
 */
export async function explain(error: unknown, session: SparkSession, statement?: StatementText): Promise<unknown> {
  if (!(error instanceof TransportError)) return error
  const fault = readFault(error)
  const { address } = session.transport
  if (lostClasses.has(fault.sparkClass)) return sessionLost(address, 'The Spark session is gone', facts(fault), error)
  if (fault.sparkClass === 'OPERATION_CANCELED') return new LakehouseError('cancelled', 'Stopped.', { details: facts(fault), cause: error })
  if (fault.exception === undefined && fault.sparkClass === undefined) return connectionProblem(fault, address, error)
  const root = fault.errorId === undefined ? undefined : await rootError(session, fault.errorId)
  const details = { ...facts(fault, root), ...(statement ? place(statement, fault, root) : {}) }
  return new LakehouseError('failed', sentence(fault, root), { details, cause: error })
}

/** A failure of the connection itself; Spark has said nothing. */
function connectionProblem({ status, message }: Fault, address: string, cause: TransportError): LakehouseError {
  switch (status) {
    case statusCode.unauthenticated:
    case statusCode.permissionDenied:
      return new LakehouseError('denied', `Spark at ${address} refuses the token: ${message}`, {
        hint: 'Check the token of this connection.',
        cause,
      })
    case statusCode.unavailable:
      return new LakehouseError('unreachable', `Cannot reach Spark at ${address}: ${reasonOf(message)}.`, {
        hint: 'Start the stack, or check the address of the connection.',
        cause,
      })
    case statusCode.deadlineExceeded:
      return new LakehouseError('timeout', `Spark at ${address} did not answer in time.`, { cause })
    case statusCode.cancelled:
      return new LakehouseError('cancelled', 'Stopped.', { cause })
    default:
      return new LakehouseError('failed', `Spark at ${address}: ${message}`, { cause })
  }
}

function reasonOf(message: string): string {
  if (/ECONNREFUSED/.test(message)) return 'nothing listens there'
  if (/ENOTFOUND|EAI_AGAIN|Name resolution failed/.test(message)) return 'no such host'
  return message.replace(/\.+$/, '')
}

function sessionLost(address: string, what: string, details: ProblemDetails, cause?: unknown): LakehouseError {
  return new LakehouseError('failed', `${what} (${address}): its temporary views, settings and cached tables are lost.`, {
    hint: 'Run the cells that make them again; the next run starts a new session.',
    details: { ...details, sessionLost: true },
    cause,
  })
}

async function rootError(session: SparkSession, errorId: string): Promise<FetchErrorDetailsResponse_Error | undefined> {
  try {
    const { rootErrorIdx, errors } = await session.errorDetails(errorId)
    return rootErrorIdx === undefined ? undefined : errors[rootErrorIdx]
  } catch (error) {
    if (error instanceof TransportError) return undefined
    throw error
  }
}

function facts(fault: Fault, root?: FetchErrorDetailsResponse_Error): ProblemDetails {
  const sparkClass = root?.sparkThrowable?.errorClass ?? fault.sparkClass
  const sqlState = root?.sparkThrowable?.sqlState ?? fault.sqlState
  return {
    ...(sparkClass === undefined ? {} : { sparkClass }),
    ...(sqlState === undefined ? {} : { sqlState }),
    ...(fault.exception === undefined ? {} : { exception: fault.exception }),
  }
}

/** Spark's message; this exception alone carries the whole logical plan behind it. */
function sentence(fault: Fault, root: FetchErrorDetailsResponse_Error | undefined): string {
  const message = (root?.message || fault.message).trim()
  return fault.exception === 'org.apache.spark.sql.catalyst.ExtendedAnalysisException' ? message.replace(/;\n[^]*$/, '') : message
}

/** A context inside a view has no place in the cell; a syntax error has its place in the message alone. */
function place(statement: StatementText, fault: Fault, root: FetchErrorDetailsResponse_Error | undefined): ProblemDetails {
  const contexts = root?.sparkThrowable?.queryContexts ?? []
  const context = contexts.find(each => each.contextType === FetchErrorDetailsResponse_QueryContext_ContextType.SQL)
  if (context?.objectType) return { objectType: context.objectType, objectName: context.objectName }
  if (context) return asDetails(positionOfRange(statement, context.startIndex, context.stopIndex))
  const [, line, pos] = /\bline (\d+),? pos (\d+)/.exec(root?.message ?? fault.message) ?? []
  return line === undefined ? {} : asDetails(positionOfLine(statement, Number(line), Number(pos)))
}

function asDetails({ line, column, start, end }: Position): ProblemDetails {
  return { line, column, start, end }
}
