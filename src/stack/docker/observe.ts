import { groupOf, isActive, roleOf } from '#compose/roles.ts'
import type { ComposeProject, ComposeService } from '#compose/project.ts'
import { endpointsOf } from '#stack/endpoints.ts'
import type { StackSnapshot } from '#stack/engine.ts'
import { tryLoopback } from '#stack/health.ts'
import type { ServiceState } from '#stack/types.ts'
import type { Role } from '#compose/roles.ts'
import type { EngineClient } from './client.ts'
import { findContainers, imageIds, isAsDefined, wantedCount, type Found } from './containers.ts'
import { addressOfService, probeOf, type ServiceAddress } from './endpoints.ts'
import type { ServiceHashes } from './hashes.ts'
import type { DockerRecord } from './record.ts'
import { isUp, joinStands, standOf, type Stand } from './stand.ts'

const answerMs = 3000

export interface Sight {
  readonly client: EngineClient
  readonly project: ComposeProject
  readonly hashes: ServiceHashes
  readonly record: DockerRecord
  /** How this machine calls the engine's. */
  readonly host: string
}

/** The services of a project as their containers stand: one list, an inspection each, and a probe of what has no health check. */
export async function observe(sight: Sight, signal: AbortSignal): Promise<StackSnapshot> {
  const { client, project, host } = sight
  const [found, images] = await Promise.all([findContainers(client, project.name, signal), imageIds(client, project.services, signal)])
  const defined = project.services.map(service => ({ service, containers: found.filter(container => container.service === service.name) }))
  const looks = await Promise.all(
    defined.map(({ service, containers }) => lookAt(sight, service, containers, images.get(service.image), signal)),
  )
  const orphans = orphansOf(project, found).map(containers => orphanState(sight, containers))
  const services = [...looks.map(({ state }) => state), ...orphans]
  const uiUrl = looks.find(({ state }) => state.role === 'spark-connect')?.address.uiUrl ?? null
  return { services, endpoints: endpointsOf(services, host, uiUrl) }
}

interface Look {
  readonly state: ServiceState
  readonly address: ServiceAddress
}

async function lookAt(
  { project, hashes, record, host }: Sight,
  service: ComposeService,
  containers: readonly Found[],
  imageId: string | undefined,
  signal: AbortSignal,
): Promise<Look> {
  const role = roleOf(service) ?? null
  const stands = await Promise.all(containers.map(container => standOrProbe(container, role, record, host, signal)))
  const wanted = { service, hashes, imageId }
  const address = addressOfContainers(role, containers, host)
  const state = {
    name: service.name,
    role,
    needs: needsOf(project, service),
    group: groupOf(service) ?? null,
    isActive: isActive(service, project),
    unavailable: null,
    isOutdated: containers.some(container => isUp(container) && !isAsDefined(container, wanted)),
    isOrphan: false,
    replicas: { running: containers.filter(isUp).length, wanted: wantedCount(service, record) },
    image: service.image,
    ...joinStands(stands),
    ...factsOf(containers, address),
  }
  return { state, address }
}

/** A dependency that may be absent counts where it is started too. */
function needsOf(project: ComposeProject, { dependsOn }: ComposeService): string[] {
  return dependsOn
    .filter(({ service: name, isRequired }) => {
      const needed = project.services.find(service => service.name === name)
      return needed !== undefined && (isRequired || isActive(needed, project))
    })
    .map(({ service }) => service)
}

async function standOrProbe(container: Found, role: Role | null, record: DockerRecord, host: string, signal: AbortSignal): Promise<Stand> {
  const stand = standOf(container.facts, record)
  if (stand.state !== 'running' || stand.health !== 'unknown' || !isLoopback(host)) return stand
  const probe = probeOf(role, addressOfService(role, container.facts.ports, host).port)
  if (!probe) return stand
  return { ...stand, health: (await tryLoopback(probe, answerMs, signal)) ? 'healthy' : 'unhealthy' }
}

function isLoopback(host: string): boolean {
  return host === '127.0.0.1'
}

function addressOfContainers(role: Role | null, containers: readonly Found[], host: string): ServiceAddress {
  const ports = containers.find(isUp)?.facts.ports ?? []
  return addressOfService(role, ports, host)
}

function factsOf(containers: readonly Found[], { port, url }: ServiceAddress): Pick<ServiceState, 'pid' | 'port' | 'url' | 'since'> {
  const first = containers.find(isUp)
  if (!first) return { pid: null, port: null, url: null, since: null }
  return { pid: first.facts.pid || null, port, url, since: first.facts.startedAt }
}

/** By service, in order of name. */
function orphansOf({ services }: ComposeProject, found: readonly Found[]): Found[][] {
  const orphans = found.filter(({ service }) => !services.some(({ name }) => name === service))
  const names = [...new Set(orphans.map(({ service }) => service))].toSorted()
  return names.map(name => orphans.filter(({ service }) => service === name))
}

function orphanState({ record, host }: Sight, containers: readonly Found[]): ServiceState {
  const name = containers[0]?.service ?? ''
  const role = roleOf({ name, labels: containers[0]?.facts.labels ?? {} }) ?? null
  const running = containers.filter(isUp).length
  return {
    name,
    role,
    needs: [],
    group: null,
    isActive: false,
    unavailable: null,
    isOutdated: false,
    isOrphan: true,
    replicas: { running, wanted: 0 },
    ...joinStands(containers.map(({ facts }) => standOf(facts, record))),
    ...factsOf(containers, addressOfContainers(role, containers, host)),
  }
}
