import { connect as connectHttp2 } from 'node:http2'
import { get } from 'node:http'
import { LakehouseError } from '#base/errors.ts'
import type { Clock } from '#base/clock.ts'
import { untilAborted } from '#base/untilAborted.ts'

/** How to tell that a service answers. */
export type Probe =
  /** Any HTTP answer will do, also a refusal. */
  | { readonly kind: 'http'; readonly port: number; readonly path: string }
  /** A gRPC server greets with its HTTP/2 settings. */
  | { readonly kind: 'grpc'; readonly port: number }

/** One try; false when there is no answer within `withinMs`. @throws the abort reason: who stops asking knows nothing */
export type TryProbe = (probe: Probe, withinMs: number, signal: AbortSignal) => Promise<boolean>

const firstPauseMs = 50
const longestPauseMs = 500
const tryMs = 3000

export interface HealthWait {
  readonly probe: Probe
  readonly tryProbe: TryProbe
  /** False once the process has ended. */
  readonly isAlive: () => Promise<boolean>
  readonly deadlineMs: number
  readonly clock: Clock
}

/** Waits until a service answers; `ended` when its process does first, `late` when the deadline passes. */
export async function waitHealthy(
  { probe, tryProbe, isAlive, deadlineMs, clock }: HealthWait,
  signal: AbortSignal,
): Promise<'healthy' | 'ended' | 'late'> {
  const end = clock.now() + deadlineMs
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    signal.throwIfAborted()
    if (!(await isAlive())) return 'ended'
    if (await tryProbe(probe, Math.min(tryMs, Math.max(end - clock.now(), 1)), signal)) return 'healthy'
    if (clock.now() >= end) return 'late'
    await clock.sleep(pauseMs, signal)
  }
}

/** One try on the loopback address. */
export const tryLoopback: TryProbe = async (probe, withinMs, signal) => {
  const answer = probe.kind === 'http' ? answersHttp(probe.port, probe.path) : answersHttp2(probe.port)
  const late = Promise.withResolvers<boolean>()
  // After a busy turn the timer comes before answers that have arrived: they get one more turn.
  const timer = setTimeout(() => setImmediate(() => late.resolve(false)), withinMs)
  try {
    return await untilAborted(Promise.race([answer.result, late.promise]), signal)
  } finally {
    clearTimeout(timer)
    answer.close()
  }
}

interface Answer {
  readonly result: Promise<boolean>
  readonly close: () => void
}

function answersHttp(port: number, path: string): Answer {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const request = get({ host: '127.0.0.1', port, path, agent: false }, response => {
    response.resume()
    resolve((response.statusCode ?? 500) < 500)
  })
  request.on('error', () => resolve(false))
  return { result: promise, close: () => request.destroy() }
}

function answersHttp2(port: number): Answer {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const session = connectHttp2(`http://127.0.0.1:${port}`)
  session.once('remoteSettings', () => resolve(true))
  session.on('error', () => resolve(false))
  session.once('close', () => resolve(false))
  return { result: promise, close: () => session.destroy() }
}

/** Why a service is not healthy, with the end of its log. */
export function unhealthy(
  title: string,
  outcome: 'ended' | 'late',
  { log, logFile, service }: { log: string; logFile: string; service: string },
): LakehouseError {
  const reason = lastReason(log)
  const what = outcome === 'ended' ? `${title} ended while it was starting` : `${title} did not answer in time`
  return new LakehouseError(outcome === 'ended' ? 'failed' : 'timeout', `${what}${reason === '' ? '.' : `: ${reason}`}`, {
    hint: `Its log is ${logFile}.`,
    details: { service, log },
  })
}

/** The line of a log of Java or Python that names the root of a failure, else its last; empty for an empty log. */
export function lastReason(log: string): string {
  const lines = log.split('\n').map(line => line.trim())
  return (
    lines.findLast(line => line.startsWith('Caused by: ')) ??
    lines.findLast(line => /\b(?:\w+Exception|\w*Error)\b/.test(line) && !line.startsWith('at ')) ??
    lines.findLast(line => line !== '') ??
    ''
  )
}
