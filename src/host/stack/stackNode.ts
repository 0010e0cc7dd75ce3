import type { Problem } from '#base/errors.ts'
import { unreachable } from '#base/unreachable.ts'
import type { ServiceState, StackState } from '#stack/types.ts'

/** What the view *Stack* shows; plain data. */
export type StackNode = GroupNode | ServiceNode | ProblemNode

/** The services of a profile; `name` is null for those that have none. */
export interface GroupNode {
  readonly kind: 'group'
  readonly name: string | null
  readonly services: readonly ServiceState[]
}

export interface ServiceNode {
  readonly kind: 'service'
  readonly service: ServiceState
}

/** Why there is nothing to show. */
interface ProblemNode {
  readonly kind: 'problem'
  readonly problem: Problem
}

/** Groups in the order of their first service; the services themselves where none has a group. */
export function nodesOf(state: StackState): readonly StackNode[] {
  const services = onTheWay(state)
  if (services.length === 0 && state.kind === 'failed') return [{ kind: 'problem', problem: state.problem }]
  if (services.every(({ group }) => group === null)) return services.map(serviceNode)
  const groups = new Map<string | null, ServiceState[]>()
  for (const service of services) {
    const members = groups.get(service.group) ?? []
    members.push(service)
    groups.set(service.group, members)
  }
  return [...groups].map(([name, members]) => ({ kind: 'group', name, services: members }))
}

export function serviceNode(service: ServiceState): ServiceNode {
  return { kind: 'service', service }
}

/** Stable across changes of state, so that VS Code keeps what is open and selected. */
export function nodeId(node: StackNode): string {
  switch (node.kind) {
    case 'group':
      return `group:${node.name ?? ''}`
    case 'service':
      return `service:${node.service.name}`
    case 'problem':
      return 'problem'
    default:
      return unreachable(node)
  }
}

/** While the whole stack starts, what is to run and does not yet is on its way. */
function onTheWay(state: StackState): readonly ServiceState[] {
  if (state.kind !== 'starting') return state.services
  return state.services.map(service =>
    service.state === 'stopped' && service.isActive && service.unavailable === null ? { ...service, state: 'starting' } : service,
  )
}
