import { asError, isProblem, LakehouseError, type ProblemCode } from '#base/errors.ts'
import { networkFault } from '#base/networkFault.ts'

interface Told {
  readonly words: RegExp
  readonly code: ProblemCode
  readonly hint: string
}

/** Engines say most of it in words alone: with status 500, or within an answer that began well. */
const told: readonly Told[] = [
  {
    words: /no space left on device/i,
    code: 'exhausted',
    hint: "The engine's disk is full: `docker system df` shows what takes it, `docker system prune` frees it.",
  },
  {
    words: /too ?many ?requests/i,
    code: 'exhausted',
    hint: 'The registry limits anonymous downloads: wait, or sign in with `docker login`.',
  },
  {
    words: /unauthorized|authentication required|access denied|access to the resource is denied|no basic auth/i,
    code: 'denied',
    hint: 'The image does not exist there, or its registry wants another login: sign in with `docker login`.',
  },
  {
    words: /manifest unknown|manifest .* not found|repository .* not found|does not exist|no such image|not found/i,
    code: 'notFound',
    hint: 'Check the name and the tag of the image.',
  },
  {
    words:
      /no such host|dial tcp|connection refused|i\/o timeout|network is unreachable|server misbehaving|failed to resolve|unexpected EOF|connection reset|\bEOF\b|timeout/i,
    code: 'unreachable',
    hint: 'Check the network and the proxy of the engine. Without a network, the local engine needs no images.',
  },
]

const byStatus: Readonly<Record<number, ProblemCode>> = {
  400: 'invalid',
  401: 'denied',
  403: 'denied',
  404: 'notFound',
  409: 'conflict',
}

/** What a call to an engine failed with, as a sentence; `doing` continues "Cannot". Expected failures and bugs pass. */
export function engineFault(thrown: unknown, doing: string, address: string): unknown {
  if (isProblem(thrown)) return thrown
  const error = asError(thrown)
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : undefined
  if (status !== undefined) return refusal(messageOf(error), doing, { status })
  const fault = socketFault(error, address) ?? networkFault(error, { at: address, setting: 'DOCKER_HOST' })
  if (!fault) return thrown
  return new LakehouseError(fault.code, `Cannot ${doing}: ${fault.why}.`, { hint: fault.hint, details: { engine: address }, cause: thrown })
}

/** What an engine said, within an answer where there is no status. */
export function refusal(message: string, doing: string, { status }: { readonly status?: number } = {}): LakehouseError {
  const words = message.trim().replace(/\.$/, '')
  const known = told.find(other => other.words.test(words))
  // A status says more than words do, but for 500.
  const code = status === undefined ? undefined : byStatus[status]
  const hint = known && (code === undefined || code === known.code) ? { hint: known.hint } : {}
  const details = status === undefined ? {} : { details: { status } }
  return new LakehouseError(code ?? known?.code ?? 'failed', `Cannot ${doing}: ${words}.`, { ...hint, ...details })
}

function messageOf(error: Error): string {
  const json: unknown = 'json' in error ? error.json : undefined
  if (typeof json === 'object' && json !== null && 'message' in json && typeof json.message === 'string') return json.message
  return error.message
}

function socketFault(error: Error, address: string): { code: ProblemCode; why: string; hint: string } | undefined {
  const code = 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return { code: 'unreachable', why: `there is no ${address}`, hint: startIt }
  if (code === 'ECONNREFUSED') return { code: 'unreachable', why: `nothing listens at ${address}`, hint: startIt }
  if (code === 'EACCES' || code === 'EPERM') {
    return {
      code: 'denied',
      why: `this user may not use ${address}`,
      hint: 'Add yourself to the group of the socket (`sudo usermod -aG docker $USER`), then sign in anew.',
    }
  }
  return undefined
}

const startIt =
  'Start the container engine (Docker Desktop, or `sudo systemctl start docker`), or choose the local engine: --engine local, or the setting dataflow.stack.engine.'
