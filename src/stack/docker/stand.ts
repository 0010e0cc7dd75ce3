import type { ServiceState } from '#stack/types.ts'
import type { Found } from './containers.ts'
import type { DockerRecord } from './record.ts'
import type { ContainerFacts } from './wire.ts'

export type Stand = Pick<ServiceState, 'state' | 'health' | 'reason'>

/** Ended because somebody asked: well, by Ctrl-C, by `docker stop`. */
const requestedCodes: ReadonlySet<number> = new Set([0, 130, 143])
const longestReason = 200

/** What a container is doing. Its last health is looked at only while it runs: engines keep it after its end. */
export function standOf(facts: ContainerFacts, { stopped }: DockerRecord): Stand {
  if (facts.isPaused) return { state: 'running', health: 'unhealthy', reason: 'paused' }
  if (facts.isRestarting) return { state: 'failed', health: 'unknown', reason: `restarting after ${exitText(facts)}` }
  if (facts.isRunning) return { state: facts.health === 'starting' ? 'starting' : 'running', health: healthOf(facts), reason: null }
  if (facts.error !== '' && facts.exitCode !== 0) return { state: 'failed', health: 'unknown', reason: reasonOf(facts.error) }
  const isRequested = requestedCodes.has(facts.exitCode) || stopped[facts.id] === facts.finishedAt
  if (!facts.hasStarted || (isRequested && !facts.isOutOfMemory)) return { state: 'stopped', health: 'unknown', reason: null }
  return { state: 'failed', health: 'unknown', reason: exitText(facts) }
}

/** The words of the engine without those that name its own parts; the end says what it is. */
function reasonOf(error: string): string {
  const words = error.replace(
    /^(?:failed to set up container networking: )?driver failed programming external connectivity on endpoint \S+ \(\w+\): /,
    '',
  )
  return words.length > longestReason ? `${words.slice(0, longestReason)}…` : words
}

/** The stands of all containers of a service as one: the worst that is not at rest. */
export function joinStands(stands: readonly Stand[]): Stand {
  const worst = stands.find(({ state }) => state === 'failed') ?? stands.find(({ state }) => state === 'starting')
  if (worst) return worst
  const running = stands.filter(({ state }) => state === 'running')
  const unwell = running.find(({ health }) => health === 'unhealthy') ?? running.find(({ health }) => health === 'unknown')
  return unwell ?? running[0] ?? { state: 'stopped', health: 'unknown', reason: null }
}

export function isUp({ facts }: Found): boolean {
  return facts.isRunning || facts.isPaused || facts.isRestarting
}

/** `exit 137, out of memory` */
export function exitText({ exitCode, isOutOfMemory }: Pick<ContainerFacts, 'exitCode' | 'isOutOfMemory'>): string {
  return `exit ${exitCode}${isOutOfMemory ? ', out of memory' : ''}`
}

function healthOf({ health }: ContainerFacts): ServiceState['health'] {
  return health === 'healthy' || health === 'unhealthy' ? health : 'unknown'
}
