import type { ServiceName, ServiceState } from './types.ts'

type Node = Pick<ServiceState, 'name' | 'needs'>

/** The same services, each after those it needs, else in the order given; a circle is cut where it is entered. */
export function startOrder<T extends Node>(services: readonly T[]): readonly T[] {
  const byName = new Map(services.map(service => [service.name, service]))
  const ordered = new Set<T>()
  const entered = new Set<T>()
  const visit = (service: T): void => {
    if (entered.has(service)) return
    entered.add(service)
    for (const need of service.needs) {
      const needed = byName.get(need)
      if (needed) visit(needed)
    }
    ordered.add(service)
  }
  services.forEach(visit)
  return [...ordered]
}

/** These services and, through any number of steps, what they need. */
export function withNeeds(names: Iterable<ServiceName>, services: readonly Node[]): ReadonlySet<ServiceName> {
  const needs = new Map(services.map(service => [service.name, service.needs]))
  return closure(names, name => (needs.get(name) ?? []).filter(need => needs.has(need)))
}

/** What needs one of these services, through any number of steps; not they themselves. */
export function dependentsOf(names: ReadonlySet<ServiceName>, services: readonly Node[]): ReadonlySet<ServiceName> {
  const found = closure(names, name => services.filter(({ needs }) => needs.includes(name)).map(dependent => dependent.name))
  return new Set([...found].filter(name => !names.has(name)))
}

function closure(names: Iterable<ServiceName>, next: (name: ServiceName) => readonly ServiceName[]): Set<ServiceName> {
  const found = new Set(names)
  // A set is walked to its end, also over what is added on the way.
  for (const name of found) for (const more of next(name)) found.add(more)
  return found
}
