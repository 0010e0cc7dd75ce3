import { LakehouseError } from '#base/errors.ts'

/** A Spark Connect server and how to speak to it. */
export interface ConnectTarget {
  readonly host: string
  readonly port: number
  readonly tls: boolean
  readonly token?: string
  /** Whose session it is; the user at the keyboard when absent. */
  readonly userId?: string
  /** A session to share; a new one when absent. */
  readonly sessionId?: string
  /** Sent with every call: what a gateway before the server asks for. */
  readonly headers: Readonly<Record<string, string>>
}

const defaultPort = 15_002
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const clientSettings = new Set(['user_agent', 'grpc_max_message_size', 'use_ssl', 'token', 'user_id', 'session_id'])

/**
 * Reads `sc://host:port/;key=value;…` as PySpark does: keys are case-sensitive, values percent-encoded, a key that is not a
 * setting becomes a header. `keptToken` stands for a token that is not written there. A token turns TLS on for another machine
 * unless `use_ssl=false` says otherwise.
 * @throws LakehouseError `invalid`
 */
export function parseConnectionString(text: string, keptToken?: string): ConnectTarget {
  const [, authority, path = '', parameters = ''] = /^sc:\/\/([^/;]+)(\/[^;]*)?(?:;(.*))?$/.exec(text.trim()) ?? []
  if (authority === undefined || (path !== '' && path !== '/')) throw invalid(text)
  const settings = readParameters(text, parameters)
  const { host, port } = readAuthority(text, authority)
  const token = settings.get('token') ?? keptToken
  const sessionId = settings.get('session_id')
  if (sessionId !== undefined && !uuid.test(sessionId)) throw invalid(text, 'session_id must be a UUID.')
  const ssl = settings.get('use_ssl')
  if (ssl !== undefined && ssl !== 'true' && ssl !== 'false') throw invalid(text, 'use_ssl is true or false.')
  const userId = settings.get('user_id')
  return {
    host,
    port,
    tls: ssl === undefined ? token !== undefined && !isLoopback(host) : ssl === 'true',
    ...(token === undefined ? {} : { token }),
    ...(userId === undefined ? {} : { userId }),
    ...(sessionId === undefined ? {} : { sessionId }),
    headers: Object.fromEntries([...settings].filter(([key]) => !clientSettings.has(key) && !key.startsWith('grpc_'))),
  }
}

/** True for a name or address of this machine itself. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
}

function readAuthority(text: string, authority: string): { host: string; port: number } {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+))(?::(\d+))?$/.exec(authority) ?? []
  const host = bracketed ?? plain
  const port = digits === undefined ? defaultPort : Number(digits)
  if (host === undefined || port < 1 || port > 65_535) throw invalid(text)
  return { host, port }
}

function readParameters(text: string, parameters: string): Map<string, string> {
  const settings = new Map<string, string>()
  for (const part of parameters.split(';').filter(each => each !== '')) {
    const split = part.indexOf('=')
    if (split < 1) throw invalid(text, `"${part.slice(0, 20)}" is not key=value.`)
    settings.set(part.slice(0, split), decode(text, part.slice(split + 1)))
  }
  return settings
}

function decode(text: string, value: string): string {
  try {
    return decodeURIComponent(value)
  } catch (cause) {
    throw invalid(text, 'A value is not percent-encoded.', cause)
  }
}

/** The parameters stay out of the message: one of them may be a token. */
function invalid(text: string, why?: string, cause?: unknown): LakehouseError {
  const shown = text.split(';')[0]
  return new LakehouseError('invalid', `"${shown}" is not a Spark Connect address.${why === undefined ? '' : ` ${why}`}`, {
    hint: 'Write sc://host:port, with ;use_ssl=true for TLS.',
    cause,
  })
}
