/** What kind of failure it is; callers decide by this, never by the message. */
export type ProblemCode =
  | 'unreachable'
  | 'denied'
  | 'notFound'
  | 'invalid'
  | 'unsupported'
  | 'corrupt'
  | 'timeout'
  | 'conflict'
  | 'exhausted'
  | 'failed'
  | 'cancelled'

/** Facts beside the sentence, for machines: Spark's class and SQLSTATE, a position, a feature name. */
export type ProblemDetails = Readonly<Record<string, string | number | boolean>>

/** A {@link LakehouseError} as plain data, for messages and JSON. */
export interface Problem {
  readonly code: ProblemCode
  readonly message: string
  readonly hint?: string
  readonly details?: ProblemDetails
}

/**
 * An expected failure, written for the person who reads it: what failed, on what, why; the hint says what to do next.
 * Bugs stay ordinary errors.
 */
export class LakehouseError extends Error implements Problem {
  override readonly name = 'LakehouseError'
  readonly code: ProblemCode
  readonly hint?: string
  readonly details?: ProblemDetails

  constructor(code: ProblemCode, message: string, more: { hint?: string; details?: ProblemDetails; cause?: unknown } = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.code = code
    if (more.hint !== undefined) this.hint = more.hint
    if (more.details !== undefined) this.details = more.details
  }
}

/** True for a {@link LakehouseError} of any bundle or realm, of this code where one is given. */
export function isProblem(error: unknown, code?: ProblemCode): error is LakehouseError {
  return error instanceof Error && error.name === 'LakehouseError' && 'code' in error && (code === undefined || error.code === code)
}

/** The plain data of an expected failure; undefined for a bug. */
export function toProblem(error: unknown): Problem | undefined {
  if (!isProblem(error)) return undefined
  const { code, message, hint, details } = error
  return { code, message, ...(hint === undefined ? {} : { hint }), ...(details === undefined ? {} : { details }) }
}

/** The reverse of {@link toProblem}. */
export function fromProblem({ code, message, hint, details }: Problem): LakehouseError {
  return new LakehouseError(code, message, { ...(hint === undefined ? {} : { hint }), ...(details === undefined ? {} : { details }) })
}

/** Any thrown value as an Error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
