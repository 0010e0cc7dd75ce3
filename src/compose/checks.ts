import { isActive } from './roles.ts'
import type { PlacedService } from './service.ts'
import type { Place, Problems } from './tree.ts'

/** What the file declares beside its services. */
export interface Declared {
  readonly networks: ReadonlySet<string>
  readonly volumes: ReadonlySet<string>
  readonly activeProfiles: readonly string[]
}

/** Checks what services say of each other and of the file's networks and volumes. */
export function checkReferences(services: readonly PlacedService[], declared: Declared, problems: Problems): void {
  for (const placed of services) {
    checkNames(placed, declared, problems)
    checkDependencies(placed, services, declared, problems)
    checkTargets(placed, problems)
  }
  checkPorts(services, problems)
  checkContainerNames(services, problems)
}

/** The services, each after those it depends on, else in the order of the file; a cycle is a problem. */
export function inOrder(services: readonly PlacedService[], problems: Problems): readonly PlacedService[] {
  const byName = new Map(services.map(placed => [placed.service.name, placed]))
  const ordered = new Set<PlacedService>()
  const visit = (placed: PlacedService, above: readonly string[]): void => {
    const { name } = placed.service
    for (const { service, at } of placed.dependencies) {
      const next = byName.get(service)
      const begin = [...above, name].indexOf(service)
      if (begin >= 0)
        problems.error(
          at,
          `Services wait for each other: ${[...above.slice(begin), name, service].join(' → ')}. Remove one of these depends_on.`,
        )
      else if (next !== undefined && !ordered.has(next)) visit(next, [...above, name])
    }
    ordered.add(placed)
  }
  for (const placed of services) if (!ordered.has(placed)) visit(placed, [])
  return [...ordered]
}

function checkNames({ service, networks, mounts }: PlacedService, declared: Declared, problems: Problems): void {
  for (const { name, at } of networks) {
    if (name !== 'default' && !declared.networks.has(name)) {
      problems.error(
        at,
        `The service ${service.name} joins the network ${name}, which is not listed under networks at the end of the file. List it there.`,
      )
    }
  }
  for (const { mount, at } of mounts) {
    if (mount.kind === 'volume' && !declared.volumes.has(mount.source)) {
      problems.error(
        at,
        `The volume ${mount.source} is not listed under volumes at the end of the file. List it there, or write ./${mount.source} for a folder.`,
      )
    }
  }
}

function checkDependencies(placed: PlacedService, services: readonly PlacedService[], declared: Declared, problems: Problems): void {
  const { name } = placed.service
  for (const { service, condition, isRequired, at } of placed.dependencies) {
    const other = services.find(candidate => candidate.service.name === service)?.service
    if (other === undefined) {
      problems.error(at, `The service ${name} depends on ${service}, which is not in the file.`)
    } else if (isRequired && isActive(placed.service, declared) && !isActive(other, declared)) {
      problems.warn(
        at,
        `The service ${name} depends on ${service}, whose profile is not active. docker compose refuses that; add ${other.profiles[0]} to COMPOSE_PROFILES.`,
      )
    } else if (condition === 'service_healthy' && other.isHealthcheckDisabled === true) {
      problems.error(at, `The service ${name} waits until ${service} is healthy, whose health check is disabled.`)
    }
  }
}

function checkTargets({ service, mounts, at }: PlacedService, problems: Problems): void {
  const targets = new Set<string>()
  for (const path of service.tmpfs.map(entry => entry.split(':', 1)[0] ?? '')) {
    if (targets.has(path)) problems.error(at, `The service ${service.name} mounts ${path} twice as tmpfs.`)
    targets.add(path)
  }
  for (const { mount, at: mountAt } of mounts) {
    if (targets.has(mount.target)) problems.error(mountAt, `Something is mounted at ${mount.target} already. Keep one of the two.`)
    targets.add(mount.target)
  }
}

/** Two services on one port of the machine, where both may run at once. */
function checkPorts(services: readonly PlacedService[], problems: Problems): void {
  const taken = new Map<string, { readonly name: string; readonly at: Place; readonly hostIp: string }[]>()
  for (const { service, ports } of services) {
    for (const { port, at } of ports.filter(({ port: { hostPort } }) => hostPort !== null)) {
      const others = taken.get(`${port.hostPort}/${port.protocol}`) ?? []
      const other = others.find(({ hostIp }) => overlap(hostIp, port.hostIp))
      if (other !== undefined) {
        problems.error(
          at,
          `The port ${port.hostPort} is published by ${other.name} already, in line ${other.at.line}. Give one of them another host port.`,
        )
      }
      taken.set(`${port.hostPort}/${port.protocol}`, [...others, { name: service.name, at, hostIp: port.hostIp }])
    }
    if (service.scale > 1) {
      const fixed = ports.find(({ port }) => port.hostPort !== null)
      if (fixed)
        problems.error(
          fixed.at,
          `${service.scale} containers cannot share one host port. Publish the container port alone, and each gets a port of its own.`,
        )
    }
  }
}

function overlap(a: string, b: string): boolean {
  return a === b || anyAddress.has(a) || anyAddress.has(b)
}

const anyAddress: ReadonlySet<string> = new Set(['', '0.0.0.0', '::'])

function checkContainerNames(services: readonly PlacedService[], problems: Problems): void {
  const names = new Map<string, string>()
  for (const { service, at } of services) {
    const { containerName, name } = service
    if (containerName === undefined) continue
    const other = names.get(containerName)
    if (other !== undefined) problems.error(at, `The services ${other} and ${name} have the same container_name ${containerName}.`)
    names.set(containerName, name)
  }
}
