import type { Problem } from '#base/errors.ts'
import type { StackSnapshot } from './engine.ts'
import { titleAtStart } from './roles.ts'
import type { EngineKind, ServiceState, StackState } from './types.ts'

/** What a look at the services means for the whole stack. A service that nobody asked for may stand still. */
export function stateOf({ services, endpoints, isChanging }: StackSnapshot, engine: EngineKind): StackState {
  const stand = { engine, services, endpoints }
  if (isChanging) return { kind: 'starting', step: 'Another window is changing the stack', ...stand }
  const isAllStopped = services.every(service => service.state === 'stopped')
  if (isAllStopped) return { kind: 'stopped', ...stand }
  const broken = services.find(service => service.state === 'failed' || service.health === 'unhealthy')
  if (broken) return { kind: 'failed', problem: problemOf(broken), ...stand }
  if (services.some(service => service.state === 'starting')) return { kind: 'starting', step: 'Waiting for the services', ...stand }
  return { kind: 'running', ...stand }
}

/** It runs and nothing says that it is not well; one without a health check counts. */
export function isStanding({ state, health }: ServiceState): boolean {
  return state === 'running' && health !== 'unhealthy'
}

function problemOf(service: ServiceState): Problem {
  const title = titleAtStart(service)
  const hint = 'Start the stack again: what runs is kept, the rest is repaired.'
  const details = { service: service.name }
  if (service.state === 'running') return { code: 'unreachable', message: `${title} runs but does not answer.`, hint, details }
  const why = service.reason === null ? '' : ` (${service.reason})`
  return { code: 'failed', message: `${title} is not running${why}.`, hint, details }
}
