import { LakehouseError } from '#base/errors.ts'
import { unreachable } from '#base/unreachable.ts'
import { dependentsOf, startOrder, withNeeds } from './order.ts'
import { titleAtStart, titleOf } from './roles.ts'
import { isStanding } from './state.ts'
import type { Loss, ServiceName, ServiceState } from './types.ts'

/** What a user asks of the stack; without `services` the whole: of `up` what is active, of the others what is there. */
export type StackRequest =
  | { readonly kind: 'up' | 'down' | 'restart' | 'remove' | 'reset'; readonly services?: readonly ServiceName[] }
  | { readonly kind: 'scale'; readonly service: ServiceName; readonly count: number }

/** One thing that a change does to one service. */
export interface PlanStep {
  readonly action: 'start' | 'recreate' | 'stop' | 'remove' | 'erase' | 'scale'
  readonly service: ServiceName
  /** Why, where it is not what was asked for: `its definition changed`, `MLflow needs it`. */
  readonly reason: string | null
}

/** What a change would do, in order; nothing has been done yet. */
export interface StackPlan {
  readonly request: StackRequest
  /** What ends, dependents first, then what begins, each after what it needs. */
  readonly steps: readonly PlanStep[]
  /** What the request is about and is already as it should be. */
  readonly kept: readonly ServiceName[]
  /** What it leaves out, and why as a sentence. */
  readonly skipped: readonly { readonly service: ServiceName; readonly reason: string }[]
  /** What is lost for good. */
  readonly losses: readonly (Loss & { readonly service: ServiceName })[]
  /** It ends something that runs to make it anew, or deletes: to be confirmed. */
  readonly isDestructive: boolean
}

/** What belongs to a service, for those that a reset would erase. */
export type Losses = ReadonlyMap<ServiceName, readonly Loss[]>

type Part = Pick<StackPlan, 'steps' | 'kept' | 'skipped'>

/**
 * The steps from what a look found to what is asked for; none where all is so already.
 *
 * @throws LakehouseError `notFound` for a service that the definition does not name, `unsupported` for one that is asked for by
 *   name and cannot run here, `invalid` for a count of none
 */
export function planChange(request: StackRequest, found: readonly ServiceState[], losses: Losses = new Map()): StackPlan {
  const services = startOrder(found)
  const part = partOf(request, services)
  const lost = request.kind === 'reset' ? part.steps.filter(({ action }) => action === 'erase') : []
  return {
    request,
    ...part,
    losses: lost.flatMap(({ service }) => (losses.get(service) ?? []).map(loss => ({ ...loss, service }))),
    isDestructive: part.steps.some(step => isDestructive(step, services)),
  }
}

function partOf(request: StackRequest, services: readonly ServiceState[]): Part {
  if (request.kind === 'scale') return planScale(request, services)
  const asked = request.services && namedServices(request.services, services)
  switch (request.kind) {
    case 'up':
      return planUp(asked ?? services.filter(({ isActive, isOrphan }) => isActive || isOrphan), services, asked ? 'refuse' : 'skip')
    case 'down':
      return planEnd('stop', asked, services)
    case 'remove':
      return planEnd('remove', asked, services)
    case 'reset':
      return planEnd('erase', asked, services)
    case 'restart':
      return planRestart(asked, services)
    default:
      return unreachable(request)
  }
}

/** The services of these names. @throws LakehouseError `notFound` */
export function namedServices(names: readonly ServiceName[], services: readonly ServiceState[]): readonly ServiceState[] {
  const known = services.map(({ name }) => name)
  const unknown = names.find(name => !known.includes(name))
  if (unknown === undefined) return services.filter(({ name }) => names.includes(name))
  throw new LakehouseError('notFound', `The stack has no service “${unknown}”.`, {
    hint: known.length === 0 ? 'Its definition names no service.' : `It has ${known.join(', ')}.`,
  })
}

function planUp(wanted: readonly ServiceState[], services: readonly ServiceState[], onObstacle: 'refuse' | 'skip'): Part {
  const names = withNeeds(
    wanted.map(({ name }) => name),
    services,
  )
  const members = services.filter(({ name }) => names.has(name))
  const steps: PlanStep[] = []
  const kept: ServiceName[] = []
  const skipped: StackPlan['skipped'][number][] = []
  for (const service of members) {
    const { name } = service
    const obstacle = obstacleOf(service, services)
    if (obstacle !== undefined && onObstacle === 'refuse') throw new LakehouseError('unsupported', obstacle, { details: { service: name } })
    if (obstacle !== undefined) skipped.push({ service: name, reason: obstacle })
    else if (service.isOutdated) steps.push({ action: 'recreate', service: name, reason: 'its definition changed' })
    else if (isStanding(service)) kept.push(name)
    else steps.push({ action: 'start', service: name, reason: reasonOf(service, wanted, members) })
  }
  return { steps, kept, skipped }
}

/** Why a service cannot run here, by itself or by what it needs, as a sentence. */
function obstacleOf(service: ServiceState, services: readonly ServiceState[]): string | undefined {
  const title = titleAtStart(service)
  if (service.isOrphan) return `${title} is there, but the definition does not name it any more.`
  if (service.unavailable !== null) return service.unavailable
  const needs = withNeeds(service.needs, services)
  const missing = services.find(({ name, unavailable }) => unavailable !== null && needs.has(name))
  return missing && `${title} needs ${titleOf(missing)}. ${missing.unavailable}`
}

/** Why a service is started, where it is more than that it was asked for. */
function reasonOf(service: ServiceState, wanted: readonly ServiceState[], members: readonly ServiceState[]): string | null {
  if (service.state === 'failed') return service.reason === null ? 'it had failed' : `it had failed: ${service.reason}`
  if (service.state === 'running') return 'it does not answer'
  const dependent = wanted.includes(service) ? undefined : members.find(({ needs }) => needs.includes(service.name))
  return dependent ? `${titleOf(dependent)} needs it` : null
}

/** Ends services and, before them, what needs them: that is only stopped. */
function planEnd(action: 'stop' | 'remove' | 'erase', asked: readonly ServiceState[] | undefined, services: readonly ServiceState[]): Part {
  const targets = asked ?? services.filter(service => service.unavailable === null || isThere(service))
  const names = new Set(targets.map(({ name }) => name))
  const dependents = dependentsOf(names, services)
  const steps: PlanStep[] = []
  const kept: ServiceName[] = []
  for (const service of services.toReversed()) {
    const { name } = service
    if (dependents.has(name) && isThere(service)) steps.push({ action: 'stop', service: name, reason: needOf(service, targets, services) })
    if (!names.has(name)) continue
    if (action !== 'stop' || isThere(service)) steps.push({ action, service: name, reason: null })
    else if (asked) kept.push(name)
  }
  return { steps, kept, skipped: [] }
}

function needOf(service: ServiceState, targets: readonly ServiceState[], services: readonly ServiceState[]): string | null {
  const needs = withNeeds(service.needs, services)
  const needed = targets.find(({ name }) => needs.has(name))
  return needed ? `it needs ${titleOf(needed)}` : null
}

/** Dependents of a restarted service are not ended: a change starts those anew that do not stand afterwards. */
function planRestart(asked: readonly ServiceState[] | undefined, services: readonly ServiceState[]): Part {
  const ended = new Set((asked ?? services).filter(service => isThere(service) && !service.isOrphan).map(({ name }) => name))
  const after = services.map(service => (ended.has(service.name) ? { ...service, state: 'stopped' as const } : service))
  const wanted = after.filter(({ name, isActive, isOrphan }) =>
    asked ? asked.some(other => other.name === name) : isActive || isOrphan || ended.has(name),
  )
  const begin = planUp(wanted, after, asked ? 'refuse' : 'skip')
  const end = services.toReversed().filter(({ name }) => ended.has(name))
  return { ...begin, steps: [...end.map(({ name }): PlanStep => ({ action: 'stop', service: name, reason: null })), ...begin.steps] }
}

function planScale({ service: name, count }: StackRequest & { readonly kind: 'scale' }, services: readonly ServiceState[]): Part {
  const [service] = namedServices([name], services)
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new LakehouseError('invalid', `${count} is not a number of running services.`, { hint: 'Give 1 or more; to have none, stop it.' })
  }
  const up = planUp(service ? [service] : [], services, 'refuse')
  const isStarted = up.steps.some(step => step.service === name)
  if (service?.replicas.running === count && !isStarted) return up
  return { ...up, kept: up.kept.filter(other => other !== name), steps: [...up.steps, { action: 'scale', service: name, reason: null }] }
}

/** Whether anything of it is there to be ended. */
function isThere({ state }: ServiceState): boolean {
  return state !== 'stopped'
}

function isDestructive({ action, service }: PlanStep, services: readonly ServiceState[]): boolean {
  if (action === 'erase' || action === 'remove') return true
  return action === 'recreate' && services.some(({ name, state }) => name === service && state !== 'stopped')
}
