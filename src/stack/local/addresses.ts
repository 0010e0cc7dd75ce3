import type { Role } from '#compose/roles.ts'
import type { ServiceName } from '#stack/types.ts'
import type { ServicePorts } from './recipe.ts'
import { instancesOf, type ServiceRecord, type StackRecord } from './record.ts'
import type { LocalService } from './services.ts'

/** How services reach each other, as the discovery file has it. */
export interface Addresses {
  readonly urls: Readonly<Partial<Record<ServiceName, string>>>
  readonly byRole: Readonly<Partial<Record<Role, string>>>
  readonly localise: (text: string) => string
}

/** What a service is given when it is started now: of what it mentions also the address where it would run. */
export function addressesFor(service: LocalService, services: readonly LocalService[], { services: records }: StackRecord): Addresses {
  const used = services.flatMap(other => {
    const running = instancesOf(other.name, records)[0]?.[1]
    const ports = running?.ports ?? (service.mentions.includes(other.name) ? other.ports : undefined)
    return isUsed(service, other.name) && other.recipe && ports ? [{ other, url: other.recipe.address(ports) }] : []
  })
  return {
    urls: Object.fromEntries(used.map(({ other, url }) => [other.name, url])),
    byRole: Object.fromEntries(used.flatMap(({ other, url }) => (other.role === null ? [] : [[other.role, url]]))),
    localise: localiser(services, records),
  }
}

/**
 * Whether a running service was started with what is no longer so: `moved` when it knows another by an old address or from before
 * that one's restart, `joined` when one that it may use has begun to run.
 */
export function staleness(
  service: LocalService,
  own: Pick<ServiceRecord, 'urls' | 'since'>,
  services: readonly LocalService[],
  { services: records }: StackRecord,
): 'moved' | 'joined' | undefined {
  const changes = services.map(other => {
    const running = instancesOf(other.name, records)[0]?.[1]
    if (!isUsed(service, other.name) || !other.recipe || !running) return undefined
    const known = own.urls[other.name]
    if (known === undefined) return service.needs.includes(other.name) ? 'moved' : 'joined'
    const isClient = service.needs.includes(other.name) || service.mayUse.includes(other.name)
    const isForgotten = isClient && other.recipe.isForgetful && running.since > own.since
    return isForgotten || known !== other.recipe.address(running.ports) ? 'moved' : undefined
  })
  return changes.find(change => change === 'moved') ?? changes.find(change => change !== undefined)
}

/** Puts the addresses of this machine into a text of the definition: `http://127.0.0.1:9000` for `http://s3:9000`. */
function localiser(services: readonly LocalService[], records: StackRecord['services']): (text: string) => string {
  const here = new Map<string, number>(
    services.flatMap(({ name, recipe, ports, containerPorts }) => {
      const actual = instancesOf(name, records)[0]?.[1].ports ?? ports
      return recipe ? Object.entries(containerPorts).map(([port, container]) => [`${name}:${container}`, actual[port] ?? 0] as const) : []
    }),
  )
  return text =>
    text.replaceAll(containerAddress, place => {
      const port = here.get(place)
      return port === undefined ? place : `127.0.0.1:${port}`
    })
}

/** The ports of what runs, of the first service of each role. */
export function runningByRole(services: readonly LocalService[], { services: records }: StackRecord): ReadonlyMap<Role, ServicePorts> {
  const running = services.flatMap(({ name, role }) => {
    const ports = instancesOf(name, records)[0]?.[1].ports
    return role !== null && ports ? [[role, ports] as const] : []
  })
  return new Map(running.toReversed())
}

/** `name:port`, as texts of a definition have it. */
export const containerAddress = /(?<![\w.-])[a-zA-Z0-9][\w.-]*:\d+(?!\d)/g

function isUsed({ needs, mayUse, mentions }: LocalService, name: ServiceName): boolean {
  return needs.includes(name) || mayUse.includes(name) || mentions.includes(name)
}
