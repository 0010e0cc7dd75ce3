import type { ComposeMount, ComposeProject, ComposeService, Healthcheck, PublishedPort, ServiceNetwork } from '#compose/project.ts'
import { containerLabels } from './labels.ts'

const nanosPerMs = 1e6

export interface ContainerPlan {
  readonly hash: string
  readonly imageId: string
  /** From 1. */
  readonly number: number
  /** Volumes without a name of the container that it takes the place of, by where they are mounted. */
  readonly kept: readonly { readonly name: string; readonly target: string }[]
}

/** What the engine is told to make a container from. The networks beyond the first are joined afterwards. */
export function containerBody(project: ComposeProject, service: ComposeService, plan: ContainerPlan): object {
  const [first] = service.networks
  const network = first && engineNetwork(project, first)
  return {
    Image: service.image,
    Env: Object.entries(service.environment).map(([name, value]) => `${name}=${value}`),
    ...(service.command ? { Cmd: service.command } : {}),
    ...(service.entrypoint ? { Entrypoint: service.entrypoint } : {}),
    ...(service.user === undefined ? {} : { User: service.user }),
    ...(service.workingDir === undefined ? {} : { WorkingDir: service.workingDir }),
    ...(service.hostname === undefined ? {} : { Hostname: service.hostname }),
    ...(service.stopGraceMs === undefined ? {} : { StopTimeout: Math.ceil(service.stopGraceMs / 1000) }),
    ...healthEntry(service),
    Labels: containerLabels(project, service, plan),
    ExposedPorts: Object.fromEntries(service.ports.map(port => [portKey(port), {}])),
    HostConfig: hostConfig(project, service, plan.kept, network),
    ...(first && network !== undefined
      ? { NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: aliasesOf(service, first) } } } }
      : {}),
  }
}

/** The name in the engine of a network that a service joins. */
export function engineNetwork(project: ComposeProject, { name }: ServiceNetwork): string {
  return project.networks.find(network => network.name === name)?.engineName ?? `${project.name}_${name}`
}

/** Without its own name as an alias, others would not find the service. */
export function aliasesOf(service: ComposeService, { aliases }: ServiceNetwork): string[] {
  return [service.name, ...aliases]
}

function hostConfig(project: ComposeProject, service: ComposeService, kept: ContainerPlan['kept'], network: string | undefined): object {
  const inherited = kept.filter(({ target }) => !service.mounts.some(mount => mount.target === target))
  return {
    Mounts: [
      ...service.mounts.map(mount => engineMount(project, mount)),
      ...inherited.map(({ name, target }) => ({ Type: 'volume', Source: name, Target: target })),
    ],
    PortBindings: bindingsOf(service.ports),
    ...(network === undefined ? {} : { NetworkMode: network }),
    ...(service.init === undefined ? {} : { Init: service.init }),
    ...(service.restart ? { RestartPolicy: { Name: service.restart.name, MaximumRetryCount: service.restart.maxRetries ?? 0 } } : {}),
    ...(service.memoryBytes === undefined ? {} : { Memory: service.memoryBytes }),
    ...(service.cpus === undefined ? {} : { NanoCpus: Math.round(service.cpus * 1e9) }),
    ...(service.shmBytes === undefined ? {} : { ShmSize: service.shmBytes }),
    ...(service.pidsLimit === undefined ? {} : { PidsLimit: service.pidsLimit }),
    ...(service.readOnly === undefined ? {} : { ReadonlyRootfs: service.readOnly }),
    ...(service.extraHosts.length > 0 ? { ExtraHosts: service.extraHosts } : {}),
    ...(service.tmpfs.length > 0 ? { Tmpfs: Object.fromEntries(service.tmpfs.map(tmpfsEntry)) } : {}),
  }
}

function engineMount(project: ComposeProject, mount: ComposeMount): object {
  const shared = { Target: mount.target, ReadOnly: mount.isReadOnly }
  if (mount.kind === 'bind') return { Type: 'bind', Source: mount.source, ...shared }
  const volume = project.volumes.find(({ name }) => name === mount.source)
  return { Type: 'volume', Source: volume?.engineName ?? `${project.name}_${mount.source}`, ...shared }
}

/** An empty host port lets the engine choose. */
function bindingsOf(ports: readonly PublishedPort[]): Record<string, { HostIp: string; HostPort: string }[]> {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {}
  for (const port of ports) {
    const list = (bindings[portKey(port)] ??= [])
    list.push({ HostIp: port.hostIp, HostPort: port.hostPort === null ? '' : String(port.hostPort) })
  }
  return bindings
}

function portKey({ containerPort, protocol }: PublishedPort): string {
  return `${containerPort}/${protocol}`
}

function healthEntry({ healthcheck, isHealthcheckDisabled }: ComposeService): object {
  if (isHealthcheckDisabled) return { Healthcheck: { Test: ['NONE'] } }
  return healthcheck ? { Healthcheck: healthOf(healthcheck) } : {}
}

function healthOf({ test, intervalMs, timeoutMs, retries, startPeriodMs }: Healthcheck): object {
  return {
    Test: test,
    ...nanos('Interval', intervalMs),
    ...nanos('Timeout', timeoutMs),
    ...nanos('StartPeriod', startPeriodMs),
    ...(retries === undefined ? {} : { Retries: retries }),
  }
}

/** `/run:size=64m` */
function tmpfsEntry(entry: string): [string, string] {
  const colon = entry.indexOf(':')
  return colon < 0 ? [entry, ''] : [entry.slice(0, colon), entry.slice(colon + 1)]
}

function nanos(name: string, ms: number | undefined): object {
  return ms === undefined ? {} : { [name]: Math.round(ms * nanosPerMs) }
}
