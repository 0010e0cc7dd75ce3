// What an engine answers, as the records the rest works with. Fields that Docker has and Podman lacks may be absent.
import { countOr, isWire, textMap, textOr, type Wire } from '#base/wire.ts'

export interface EngineFacts {
  readonly version: string
  readonly apiVersion: string
  readonly os: string
  readonly arch: string
}

/** A port of a container that the machine's own port leads to. */
export interface BoundPort {
  readonly containerPort: number
  readonly hostPort: number
  readonly protocol: string
}

/** A container as a list shows it. */
export interface ListedContainer {
  readonly id: string
  readonly name: string
  readonly imageId: string
  /** `created`, `running`, `paused`, `restarting`, `exited`, `dead`. */
  readonly state: string
  readonly labels: Readonly<Record<string, string>>
  readonly ports: readonly BoundPort[]
}

/** A container as an inspection shows it. */
export interface ContainerFacts {
  readonly id: string
  readonly imageId: string
  readonly isRunning: boolean
  readonly isPaused: boolean
  readonly isRestarting: boolean
  /** It was started at least once. */
  readonly hasStarted: boolean
  readonly pid: number
  readonly exitCode: number
  readonly isOutOfMemory: boolean
  /** Why the engine could not start it; empty for none. */
  readonly error: string
  /** Null where it has no health check. */
  readonly health: 'starting' | 'healthy' | 'unhealthy' | null
  /** What the health check said last; empty for nothing. */
  readonly healthOutput: string
  /** How often the engine has started it anew by itself. */
  readonly restarts: number
  /** Epoch ms; null before the first start. */
  readonly startedAt: number | null
  /** As the engine wrote it: the same text is the same end. */
  readonly finishedAt: string
  readonly hasTty: boolean
  readonly labels: Readonly<Record<string, string>>
  readonly ports: readonly BoundPort[]
  readonly volumes: readonly { readonly name: string; readonly target: string }[]
}

export interface ImageFacts {
  readonly id: string
  /** `repository@sha256:…` */
  readonly digests: readonly string[]
}

/** A network or a volume. */
export interface SharedFacts {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
}

/** One line of the answer to a pull or a build. */
export interface ProgressLine {
  /** A layer. */
  readonly id?: string
  readonly status?: string
  /** Output of a build. */
  readonly text?: string
  readonly current?: number
  readonly total?: number
  readonly error?: string
}

export interface StatsFacts {
  /** Ns of all cores since the container began. */
  readonly cpuTotal: number
  /** Ns of the machine; 0 where the engine does not tell. */
  readonly systemTotal: number
  readonly cores: number
  readonly memoryBytes: number
  readonly memoryLimitBytes: number
}

export function parseVersion(value: unknown): EngineFacts {
  const wire = wireOf(value)
  return {
    version: textOr(wire, 'Version') ?? '',
    apiVersion: textOr(wire, 'ApiVersion') ?? '',
    os: textOr(wire, 'Os') ?? '',
    arch: textOr(wire, 'Arch') ?? '',
  }
}

export function parseList(value: unknown): readonly ListedContainer[] {
  return wiresOf(value).map(wire => ({
    id: textOr(wire, 'Id') ?? '',
    name: nameOf(wire),
    imageId: textOr(wire, 'ImageID') ?? '',
    state: textOr(wire, 'State') ?? '',
    labels: textMap(wire['Labels']),
    ports: distinctPorts(
      wiresOf(wire['Ports']).flatMap(port => {
        const hostPort = countOr(port, 'PublicPort')
        if (hostPort === undefined) return []
        return [{ containerPort: countOr(port, 'PrivatePort') ?? 0, hostPort, protocol: textOr(port, 'Type') ?? 'tcp' }]
      }),
    ),
  }))
}

export function parseContainer(value: unknown): ContainerFacts {
  const wire = wireOf(value)
  const state = wireOf(wire['State'])
  const config = wireOf(wire['Config'])
  const startedAt = Date.parse(textOr(state, 'StartedAt') ?? '')
  const hasStarted = startedAt > 0
  return {
    id: textOr(wire, 'Id') ?? '',
    imageId: textOr(wire, 'Image') ?? '',
    isRunning: state['Running'] === true,
    isPaused: state['Paused'] === true,
    isRestarting: state['Restarting'] === true,
    hasStarted,
    pid: countOr(state, 'Pid') ?? 0,
    exitCode: countOr(state, 'ExitCode') ?? 0,
    isOutOfMemory: state['OOMKilled'] === true,
    error: textOr(state, 'Error') ?? '',
    health: parseHealth(state['Health'] ?? state['Healthcheck']),
    healthOutput: lastOutput(state['Health'] ?? state['Healthcheck']),
    restarts: countOr(wire, 'RestartCount') ?? 0,
    startedAt: hasStarted ? startedAt : null,
    finishedAt: textOr(state, 'FinishedAt') ?? '',
    hasTty: config['Tty'] === true,
    labels: textMap(config['Labels']),
    ports: parseBindings(wireOf(wire['NetworkSettings'])['Ports']),
    volumes: wiresOf(wire['Mounts'])
      .filter(mount => mount['Type'] === 'volume')
      .map(mount => ({ name: textOr(mount, 'Name') ?? '', target: textOr(mount, 'Destination') ?? '' })),
  }
}

export function parseImage(value: unknown): ImageFacts {
  const wire = wireOf(value)
  const digests: unknown = wire['RepoDigests']
  return {
    id: textOr(wire, 'Id') ?? '',
    digests: Array.isArray(digests) ? digests.filter(digest => typeof digest === 'string') : [],
  }
}

export function parseShared(value: unknown): SharedFacts {
  const wire = wireOf(value)
  return { name: textOr(wire, 'Name') ?? '', labels: textMap(wire['Labels']) }
}

export function parseSharedList(value: unknown): readonly SharedFacts[] {
  return wiresOf(value).map(parseShared)
}

/** Bytes by name. */
export function parseVolumeSizes(value: unknown): ReadonlyMap<string, number> {
  const volumes = wiresOf(wireOf(value)['Volumes'])
  const sizes = volumes.map(volume => [textOr(volume, 'Name') ?? '', countOr(wireOf(volume['UsageData']), 'Size') ?? -1] as const)
  return new Map(sizes.filter(([, bytes]) => bytes >= 0))
}

export function parseProgress(value: unknown): ProgressLine {
  const wire = wireOf(value)
  const detail = wireOf(wire['progressDetail'])
  const error = textOr(wireOf(wire['errorDetail']), 'message') ?? textOr(wire, 'error')
  return definedMembers({
    id: textOr(wire, 'id'),
    status: textOr(wire, 'status'),
    text: textOr(wire, 'stream'),
    current: countOr(detail, 'current'),
    total: countOr(detail, 'total'),
    error,
  })
}

/** The memory that a container cannot do without: the cache of files that it has read is left out, as `docker stats` does. */
export function parseStats(value: unknown): StatsFacts {
  const wire = wireOf(value)
  const cpu = wireOf(wire['cpu_stats'])
  const usage = wireOf(cpu['cpu_usage'])
  const memory = wireOf(wire['memory_stats'])
  const details = wireOf(memory['stats'])
  const used = countOr(memory, 'usage') ?? 0
  // cgroup v1 has the first, v2 the second.
  const cache = countOr(details, 'total_inactive_file') ?? countOr(details, 'inactive_file') ?? 0
  const perCore: unknown = usage['percpu_usage']
  return {
    cpuTotal: countOr(usage, 'total_usage') ?? 0,
    systemTotal: countOr(cpu, 'system_cpu_usage') ?? 0,
    cores: countOr(cpu, 'online_cpus') || (Array.isArray(perCore) ? perCore.length : 1),
    memoryBytes: cache < used ? used - cache : used,
    memoryLimitBytes: countOr(memory, 'limit') ?? 0,
  }
}

export function wireOf(value: unknown): Wire {
  return isWire(value) ? value : {}
}

function wiresOf(value: unknown): readonly Wire[] {
  return Array.isArray(value) ? value.filter(isWire) : []
}

function nameOf(wire: Wire): string {
  const names: unknown = wire['Names']
  const [first]: readonly unknown[] = Array.isArray(names) ? names : []
  return typeof first === 'string' ? first.replace(/^\//, '') : ''
}

function parseHealth(value: unknown): ContainerFacts['health'] {
  const status = textOr(wireOf(value), 'Status')
  return status === 'starting' || status === 'healthy' || status === 'unhealthy' ? status : null
}

function lastOutput(health: unknown): string {
  const last = wiresOf(wireOf(health)['Log']).at(-1)
  return last === undefined ? '' : (textOr(last, 'Output') ?? '').trim()
}

function parseBindings(value: unknown): readonly BoundPort[] {
  const bound = Object.entries(wireOf(value)).flatMap(([port, bindings]) => {
    const [containerPort = '', protocol = 'tcp'] = port.split('/')
    return wiresOf(bindings).flatMap(binding => {
      const hostPort = Number(textOr(binding, 'HostPort') ?? '')
      return hostPort > 0 ? [{ containerPort: Number(containerPort), hostPort, protocol }] : []
    })
  })
  return distinctPorts(bound)
}

/** An engine lists a port once for IPv4 and once for IPv6. */
function distinctPorts(ports: readonly BoundPort[]): readonly BoundPort[] {
  const keyOf = ({ containerPort, hostPort, protocol }: BoundPort): string => `${containerPort}:${hostPort}/${protocol}`
  return ports.filter((port, index) => ports.findIndex(other => keyOf(other) === keyOf(port)) === index)
}

type Defined<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> }

function definedMembers<T extends object>(value: T): Defined<T> {
  // SAFETY: only members that are defined are left.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Defined<T>
}
