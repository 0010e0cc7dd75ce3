import { concatBytes } from '#base/bytes.ts'
import { systemClock, type Clock } from '#base/clock.ts'
import { isProblem, LakehouseError } from '#base/errors.ts'
import { isClosedConnection } from '#base/networkFault.ts'
import { retry } from '#base/retry.ts'
import { answerProblem, connectionProblem, type Answer } from './problems.ts'
import type { AuthSource, MlflowAuth, MlflowServer } from './types.ts'

/** A request that changes nothing. */
export interface Request {
  /** Continues "Cannot": `list the runs of trading`. */
  readonly doing: string
  /** Below the address of the server. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | undefined>>
  /** Sent by POST as JSON. */
  readonly body?: object
}

/** The text of a good answer. @throws LakehouseError; the abort reason when `signal` aborts */
export type Send = (request: Request, signal: AbortSignal) => Promise<string>

export interface SendOptions {
  readonly clock?: Clock
  /** For one answer, its body included. */
  readonly timeoutMs?: number
  readonly mostBytes?: number
}

/** What may be no more than an overloaded or restarting server behind a proxy. */
const transientStatuses: ReadonlySet<unknown> = new Set([429, 502, 503, 504])
const attempts = { attempts: 3, firstWaitMs: 250, factor: 4, longestWaitMs: 2000, isTransient }

/** Requests to one server, each tried up to three times where that may help. */
export function createSend(server: MlflowServer, auth: AuthSource, options: SendOptions = {}): Send {
  const { clock = systemClock, timeoutMs = 30_000, mostBytes = 64 * 1024 * 1024 } = options
  const base = baseOf(server)
  const once = async (request: Request, signal: AbortSignal): Promise<string> => {
    const known = await auth(server.connection, signal)
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
    try {
      const headers = known ? { authorization: authorization(known, server) } : {}
      const answer = await fetchAnswer(base, request, { headers, signal: limit, mostBytes })
      if (answer.status !== 200 || isPage(answer)) throw answerProblem(answer, request.doing, server)
      return answer.text
    } catch (error) {
      signal.throwIfAborted()
      throw isProblem(error) ? error : connectionProblem(error, request.doing, server)
    }
  }
  return async (request, signal) => await retry(() => once(request, signal), attempts, clock, signal)
}

function isTransient(error: unknown): boolean {
  return isProblem(error) && (transientStatuses.has(error.details?.['status']) || isClosedConnection(error))
}

interface Fetching {
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  readonly mostBytes: number
}

async function fetchAnswer(base: string, { path, query = {}, body }: Request, { headers, signal, mostBytes }: Fetching): Promise<Answer> {
  const parameters = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const search = parameters.length === 0 ? '' : `?${new URLSearchParams(parameters).toString()}`
  const response = await fetch(`${base}${path}${search}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    // A text, whose length is sent along: MLflow drops the body of a chunked request without a word.
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    // Followed, a redirect would turn a POST into a GET, and may lead to a page that asks to sign in.
    redirect: 'manual',
    signal,
  })
  const text = await readText(response, mostBytes)
  const isRedirect = response.status >= 300 && response.status < 400
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    location: isRedirect ? (response.headers.get('location') ?? '') : undefined,
    text,
  }
}

async function readText({ body }: Response, mostBytes: number): Promise<string> {
  if (!body) return ''
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of body) {
    parts.push(part)
    size += part.byteLength
    if (size > mostBytes) {
      throw new LakehouseError('exhausted', `The MLflow server answered with more than ${mostBytes} bytes.`, {
        hint: 'Ask for less at once.',
      })
    }
  }
  return new TextDecoder().decode(concatBytes(parts))
}

/** @throws LakehouseError `invalid` for a token that no header can carry: what fetch throws then repeats it */
function authorization(auth: MlflowAuth, { connection }: MlflowServer): string {
  if (auth.kind === 'bearer') {
    if (/^[!-~]+$/.test(auth.token)) return `Bearer ${auth.token}`
    throw new LakehouseError('invalid', `The token of "${connection}" holds characters that no token has.`, {
      hint: 'Set it anew, without spaces and line breaks.',
    })
  }
  const bytes = new TextEncoder().encode(`${auth.username}:${auth.password}`)
  return `Basic ${btoa(String.fromCharCode(...bytes))}`
}

/** Pages that ask to sign in come with status 200; MLflow gives its version as text/html that is none. */
function isPage({ type, text }: Answer): boolean {
  return type.startsWith('text/html') && text.trimStart().startsWith('<')
}

/** @throws LakehouseError `invalid` for what is no address of a server, or holds a password */
function baseOf({ url, connection }: MlflowServer): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (!parsed || !/^https?:$/.test(parsed.protocol)) {
    // Not repeated: whoever wrote it may have put a password into it.
    throw new LakehouseError('invalid', `The address "mlflow" of "${connection}" is not that of a server.`, {
      hint: 'Write http:// or https://, a host and, if needed, a port.',
    })
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new LakehouseError('invalid', `The address "mlflow" of "${connection}" holds a user or a password.`, {
      hint: 'Take them out of the address, and set them as the credentials of the connection.',
    })
  }
  return `${parsed.origin}${parsed.pathname.replace(/\/+$/, '')}`
}
