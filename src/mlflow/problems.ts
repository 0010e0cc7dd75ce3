import { LakehouseError, type ProblemCode } from '#base/errors.ts'
import { networkFault } from '#base/networkFault.ts'
import { isWire, parseJson, textOr } from '#base/wire.ts'
import type { MlflowServer } from './types.ts'

/** What a server said that was not what it was asked for. */
export interface Answer {
  readonly status: number
  /** `content-type`, empty without one. */
  readonly type: string
  /** `location` of a redirect. */
  readonly location: string | undefined
  readonly text: string
}

interface Told {
  readonly code: ProblemCode
  /** Ends the sentence "Cannot …: ". */
  readonly why: string
  readonly hint?: string
}

/** An answer that is a refusal as a failure; `doing` continues "Cannot". */
export function answerProblem(answer: Answer, doing: string, server: MlflowServer): LakehouseError {
  const { code, why, hint } = told(answer, server)
  return new LakehouseError(code, `Cannot ${doing}: ${why}.`, {
    ...(hint === undefined ? {} : { hint }),
    details: { service: server.url, status: answer.status },
  })
}

/** What fetch threw as a failure; a bug stays what it is. */
export function connectionProblem(error: unknown, doing: string, server: MlflowServer): unknown {
  if (!(error instanceof Error)) return error
  const fault = networkFault(error, { at: server.url, setting: `the address "mlflow" of "${server.connection}"` })
  if (!fault) return error
  return new LakehouseError(fault.code, `Cannot ${doing}: ${fault.why}.`, {
    hint: fault.hint,
    details: { service: server.url },
    cause: error,
  })
}

/** An answer of the right status whose content is not what MLflow sends. */
export function contentProblem(doing: string, server: MlflowServer, cause: Error): LakehouseError {
  return new LakehouseError('corrupt', `Cannot ${doing}: ${server.url} answered with something else than MLflow sends.`, {
    hint: 'Check that both sides are of versions that fit together.',
    details: { service: server.url, why: cause.message },
    cause,
  })
}

function told(answer: Answer, server: MlflowServer): Told {
  const { status, location, text } = answer
  const { url, connection } = server
  const error = errorOf(text)
  if (status === 401) {
    return {
      code: 'denied',
      why: `${url} asks who you are`,
      hint: `Set the credentials of "${connection}": a user and password, or a token.`,
    }
  }
  if (status === 403 && !error && text.includes('Invalid Host header')) return hostRefused(server)
  if (status === 403) {
    return { code: 'denied', why: error?.message ?? 'access denied', hint: `Check what the user of "${connection}" may do in MLflow.` }
  }
  if (location !== undefined) {
    return {
      code: 'invalid',
      why: `${url} sends on to another address`,
      hint: `Give the address that it sends to, or sign in there: ${cut(location)}`,
    }
  }
  if (error) return { code: codeOf(error.code, status), why: error.message }
  if (status === 404) {
    return {
      code: 'unsupported',
      why: `${url} does not know this request`,
      hint: 'Check that the address is that of an MLflow tracking server, of version 2.0 or newer.',
    }
  }
  if (status === 429) return { code: 'exhausted', why: `${url} asks for fewer requests`, hint: 'Try again in a moment.' }
  if (status < 400) return webPage(server)
  return { code: 'failed', why: `${url} answered with status ${status}`, hint: 'Look into the log of the MLflow server.' }
}

/** MLflow 3.5 and newer answer only to names they were told: DNS rebinding is a way into a server without a password. */
function hostRefused({ url }: MlflowServer): Told {
  const { host } = new URL(url)
  return {
    code: 'denied',
    why: `the MLflow server does not answer to the name ${host}`,
    hint: `Start it with --allowed-hosts "${host}" (or MLFLOW_SERVER_ALLOWED_HOSTS), which replaces its list, or use a name that is on it, such as 127.0.0.1.`,
  }
}

function webPage({ url, connection }: MlflowServer): Told {
  return {
    code: 'invalid',
    why: `${url} answers with a web page instead of data`,
    hint: `It may ask to sign in, or be another service. Check the address "mlflow" of "${connection}".`,
  }
}

function errorOf(text: string): { readonly code: string; readonly message: string } | undefined {
  const body = parseJson(text)
  const code = isWire(body) ? textOr(body, 'error_code') : undefined
  if (!isWire(body) || code === undefined) return undefined
  const message = cut(textOr(body, 'message') ?? code).replace(/\.$/, '')
  return { code, message: message === '' ? code : message }
}

function codeOf(code: string, status: number): ProblemCode {
  const known = Object.hasOwn(codes, code) ? codes[code] : undefined
  if (known) return known
  return status >= 500 ? 'failed' : 'invalid'
}

/** https://mlflow.org/docs/latest/api_reference/rest-api.html, of `databricks.proto` */
const codes: Readonly<Record<string, ProblemCode>> = {
  RESOURCE_DOES_NOT_EXIST: 'notFound',
  NOT_FOUND: 'notFound',
  PERMISSION_DENIED: 'denied',
  UNAUTHENTICATED: 'denied',
  ENDPOINT_NOT_FOUND: 'unsupported',
  FEATURE_DISABLED: 'unsupported',
  NOT_IMPLEMENTED: 'unsupported',
  RESOURCE_CONFLICT: 'conflict',
  REQUEST_LIMIT_EXCEEDED: 'exhausted',
  TEMPORARILY_UNAVAILABLE: 'unreachable',
}

/** A server's words in one line of a bounded length. */
function cut(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim()
  return line.length > mostCharacters ? `${line.slice(0, mostCharacters)}…` : line
}

const mostCharacters = 500
