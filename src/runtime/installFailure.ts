import { LakehouseError, type ProblemCode } from '#base/errors.ts'

interface Cause {
  readonly sign: RegExp
  readonly code: ProblemCode
  readonly reason: string
  readonly hint: string
}

const again = 'Then start again: what was fetched is kept.'

/** What pip, uv and Ivy print when it is not about a package; the first that fits. */
const causes: readonly Cause[] = [
  {
    sign: /hash mismatch|DO NOT MATCH THE HASHES/i,
    code: 'corrupt',
    reason: 'a package has other content than the lock demands',
    hint: `The details name it. If it stays, the package index delivers another file. ${again}`,
  },
  {
    sign: /No space left on device|ENOSPC|Disk quota/i,
    code: 'exhausted',
    reason: 'the disk is full',
    hint: `Some 3 GB are needed; DATAFLOW_CACHE may name a folder on another disk. ${again}`,
  },
  {
    sign: /CERTIFICATE_VERIFY_FAILED|certificate verify failed|UnknownIssuer|invalid peer certificate|PKIX path/i,
    code: 'unreachable',
    reason: 'the certificate of the server is not trusted',
    hint: `Let SSL_CERT_FILE or NODE_EXTRA_CA_CERTS name the certificates of your network. ${again}`,
  },
  {
    sign: /Connection refused|Failed to establish|Name or service not known|dns error|UnknownHost|timed? ?out|Network is unreachable|ProxyError|error sending request/i,
    code: 'unreachable',
    reason: 'the server cannot be reached',
    hint: `Check the network, the proxy, and the package index or Maven repository that are set. ${again}`,
  },
]

/** Why something could not be installed, from what the program that should have done it printed; its last lines are in `details.log`. */
export function installFailure(what: string, lines: readonly string[]): LakehouseError {
  const details = { log: lines.slice(-20).join('\n') }
  const cause = causes.find(({ sign }) => lines.some(line => sign.test(line)))
  if (cause) return new LakehouseError(cause.code, `Cannot install ${what}: ${cause.reason}.`, { hint: cause.hint, details })
  const reason = lines.findLast(line => /error|failed|not found|unresolved/i.test(line)) ?? lines.at(-1) ?? 'no reason was given'
  const hint = `Check pip's settings and the Maven repository, if you have set any. ${again}`
  return new LakehouseError('failed', `Cannot install ${what}: ${reason.trim()}`, { hint, details })
}
