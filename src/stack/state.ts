import type { Problem } from '#base/errors.ts'
import type { StackSnapshot } from './engine.ts'
import { titleAtStart } from './spec.ts'
import type { ServiceState, StackState } from './types.ts'

/** What a look at the services means for the whole stack. */
export function stateOf({ services, endpoints, isChanging }: StackSnapshot): StackState {
  if (isChanging) return { kind: 'starting', step: 'Another window is changing the stack', services }
  if (endpoints) return { kind: 'running', services, endpoints }
  const broken = services.filter(service => service.state === 'failed' || service.health === 'unhealthy')
  const isAllStopped = services.every(service => service.state === 'stopped')
  if (isAllStopped) return { kind: 'stopped' }
  const worst = broken[0] ?? services.find(service => service.state === 'stopped')
  return worst ? { kind: 'failed', problem: problemOf(worst), services } : { kind: 'starting', step: 'Waiting for the services', services }
}

function problemOf({ name, state }: ServiceState): Problem {
  const title = titleAtStart(name)
  const hint = 'Start the stack again: what runs is kept, the rest is repaired.'
  const details = { service: name }
  if (state === 'running') return { code: 'unreachable', message: `${title} runs but does not answer.`, hint, details }
  return { code: 'failed', message: `${title} is not running.`, hint, details }
}
