import { LakehouseError } from '#base/errors.ts'
import type { ComposeService } from '#compose/project.ts'
import { roleOf } from '#compose/roles.ts'
import { tryLoopback } from '#stack/health.ts'
import { addressOfService, probeOf } from './endpoints.ts'
import { logText } from './logText.ts'
import { exitText } from './stand.ts'
import { titleFirst, type Work } from './work.ts'
import type { ContainerFacts } from './wire.ts'

const firstPauseMs = 50
const longestPauseMs = 250
/** One that nothing can be asked about counts as started when it has lived so long. */
const settleMs = 500
const answerMs = 90_000
/** A container that ends again and again will not become healthy. */
const mostRestarts = 5
/** Beside what its health check takes by itself: engines are late when the machine is busy. */
const spareMs = 60_000
const checkDefaults = { intervalMs: 30_000, timeoutMs: 30_000, retries: 3, startPeriodMs: 0 }
const shownLogLines = 20

type Verdict = 'ready' | 'waiting' | 'ended' | 'unhealthy'

interface Life {
  /** How often the engine has started it anew while it was waited for. */
  readonly restarts: number
  /** Since the last of these had it running. */
  readonly livedMs: number
}

/**
 * Waits until a container is healthy; one without a health check until its role answers, else until it has lived for a moment. One
 * that ends well has done its work.
 *
 * @throws LakehouseError with the end of its log
 */
export async function untilReady(work: Work, service: ComposeService, id: string, signal: AbortSignal): Promise<void> {
  const { client, clock } = work
  const end = clock.now() + deadlineOf(service)
  let run = { restarts: -1, isSteady: false, since: clock.now() }
  let restartsBefore: number | undefined
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    const facts = await client.container(id, signal)
    const restarts = facts?.restarts ?? 0
    restartsBefore ??= restarts
    // Counted from where it was seen running, since an engine that is busy with restarts is slow to answer.
    if (restarts !== run.restarts || !run.isSteady) run = { restarts, isSteady: facts?.isRestarting === false, since: clock.now() }
    const life = { restarts: restarts - restartsBefore, livedMs: clock.now() - run.since }
    const verdict = facts ? await judge(work, service, facts, life, signal) : 'ended'
    if (verdict === 'ready') return
    if (verdict !== 'waiting') throw await failure(work, service, id, facts, verdict)
    if (clock.now() >= end) throw await failure(work, service, id, facts, 'late')
    await clock.sleep(pauseMs, signal)
  }
}

/** Waits until a container has ended well. @throws LakehouseError when it ends otherwise, or not in time */
export async function untilCompleted(
  work: Work,
  service: ComposeService,
  id: string,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<void> {
  const { client, clock } = work
  const end = clock.now() + deadlineMs
  for (;;) {
    const facts = await client.container(id, signal)
    const isOver = facts !== undefined && !facts.isRunning && !facts.isRestarting
    if (isOver && facts.hasStarted && facts.exitCode === 0) return
    if (!facts || isOver) throw await failure(work, service, id, facts, 'ended')
    if (clock.now() >= end) throw await failure(work, service, id, facts, 'late')
    await clock.sleep(longestPauseMs, signal)
  }
}

async function judge(
  { client }: Work,
  service: ComposeService,
  facts: ContainerFacts,
  { restarts, livedMs }: Life,
  signal: AbortSignal,
): Promise<Verdict> {
  if (restarts >= mostRestarts) return 'ended'
  if (facts.isRestarting) return 'waiting'
  if (!facts.isRunning) return facts.exitCode === 0 && facts.health === null ? 'ready' : 'ended'
  if (facts.health !== null) return facts.health === 'healthy' ? 'ready' : facts.health === 'unhealthy' ? 'unhealthy' : 'waiting'
  const role = roleOf(service) ?? null
  const probe = client.isHere ? probeOf(role, addressOfService(role, facts.ports, '').port) : undefined
  if (probe) return (await tryLoopback(probe, longestPauseMs * 4, signal)) ? 'ready' : 'waiting'
  return livedMs >= settleMs ? 'ready' : 'waiting'
}

/** When the engine itself would have said that it is unhealthy, and some more. */
function deadlineOf({ healthcheck }: ComposeService): number {
  if (!healthcheck) return answerMs
  const { intervalMs, timeoutMs, retries, startPeriodMs } = { ...checkDefaults, ...healthcheck }
  return startPeriodMs + retries * (intervalMs + timeoutMs) + spareMs
}

async function failure(
  work: Work,
  service: ComposeService,
  id: string,
  facts: ContainerFacts | undefined,
  outcome: 'ended' | 'unhealthy' | 'late',
): Promise<LakehouseError> {
  const log = await logText(work.client, id, shownLogLines).catch(() => '')
  const name = titleFirst(service)
  const said = (facts?.healthOutput.split('\n').at(-1) ?? '').slice(0, 200)
  const messages = {
    ended: `${name} ended while it was starting (${facts ? exitText(facts) : 'its container was removed'}).`,
    unhealthy: `${name} runs, but its health check fails${said === '' ? '' : `: ${said}`}.`,
    late: `${name} did not become healthy in time.`,
  }
  return new LakehouseError(outcome === 'late' ? 'timeout' : 'failed', messages[outcome], {
    hint: `Look at its log: \`dataflow stack logs ${service.name}\`.`,
    details: { service: service.name, log },
  })
}
