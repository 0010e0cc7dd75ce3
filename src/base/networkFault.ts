import { isProblem, type ProblemCode } from './errors.ts'

/** Why a service could not be spoken to. */
export interface NetworkFault {
  readonly code: ProblemCode
  /** Ends the sentence "Cannot read …: ". */
  readonly why: string
  readonly hint: string
}

/** What was called, and the words for where its address stands: `the endpoint of "minio"`. */
export interface Called {
  readonly at: string
  readonly setting: string
}

const certificateCodes: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_UNTRUSTED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

/** The failure of a connection in words; undefined for an error that is none. */
export function networkFault(error: Error, { at, setting }: Called): NetworkFault | undefined {
  const code = networkCode(error)
  const wrongAddress = `Check ${setting}.`
  if (error.name === 'TimeoutError' || timeoutCodes.has(code)) {
    return {
      code: 'timeout',
      why: `${at} did not answer in time`,
      hint: 'Check the network and whether the service is overloaded, then try again.',
    }
  }
  if (code === 'ECONNREFUSED') {
    return { code: 'unreachable', why: `nothing listens at ${at}`, hint: `Start the service, or check ${setting}.` }
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return { code: 'unreachable', why: `the name of ${at} cannot be resolved`, hint: wrongAddress }
  }
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') {
    return { code: 'unreachable', why: `there is no route to ${at}`, hint: 'Check the network and any VPN.' }
  }
  if (closedCodes.has(code)) {
    return {
      code: 'unreachable',
      why: `${at} closed the connection`,
      hint: 'Try again; if it happens again, look into the log of the service.',
    }
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) {
    return { code: 'unreachable', why: `${at} does not speak TLS`, hint: `Give ${setting} with http:// instead of https://.` }
  }
  if (certificateCodes.has(code)) {
    return {
      code: 'unreachable',
      why: `the certificate of ${at} is not trusted (${code})`,
      hint: 'Name the certificate authority in NODE_EXTRA_CA_CERTS, or check the host name.',
    }
  }
  if (code.startsWith('HPE_')) return { code: 'invalid', why: `${at} does not speak HTTP`, hint: wrongAddress }
  return undefined
}

/** Those of sockets, and of fetch. */
const timeoutCodes: ReadonlySet<string> = new Set([
  'ETIMEDOUT',
  'ESOCKETTIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
])
const closedCodes: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'UND_ERR_SOCKET'])

/** True where the other side ended a connection that was open: the same request may succeed on another one. */
export function isClosedConnection(error: unknown): boolean {
  return closedCodes.has(networkCode(error))
}

/** The system's code of a broken connection, also of one tried on several addresses; empty when there is none. */
function networkCode(error: unknown): string {
  if (!(error instanceof Error)) return ''
  if ('code' in error && typeof error.code === 'string' && !isProblem(error)) return error.code
  if (error.message === 'aborted') return 'ECONNRESET'
  if (error instanceof AggregateError && error.errors.length > 0) return networkCode(error.errors[0])
  return error.cause === undefined ? '' : networkCode(error.cause)
}
