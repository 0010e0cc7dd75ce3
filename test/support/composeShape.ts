import { isWire, type Wire } from '#base/wire.ts'
import type { ComposeProject } from '#compose/project.ts'
import { createProblems, textAt as scalarAt } from '#compose/tree.ts'
import { readBytes, readDuration } from '#compose/values.ts'

const nowhere = { file: '', line: 1, column: 1 }

/** A project without what `docker compose config` does not print: the order of services, our hashes, where it was read. */
export function shapeOfProject({ name, services, networks, volumes }: ComposeProject): unknown {
  return {
    name,
    networks: sorted(networks.map(network => [network.name, network])),
    volumes: sorted(volumes.map(volume => [volume.name, volume])),
    services: sorted(
      services.map(({ hash: _hash, image, build, ...service }) => {
        const isNamed = build === undefined || image !== `${name}-${service.name}`
        return [
          service.name,
          {
            ...service,
            ...(build === undefined ? {} : { build }),
            ...(isNamed ? { image } : {}),
            dependsOn: sortedBy(service.dependsOn, 'service'),
          },
        ]
      }),
    ),
  }
}

/** The answer of `docker compose config --format json` in the same shape. @throws Error for a key that it does not know */
export function shapeOfConfig(config: unknown): unknown {
  const { name, services, networks, volumes, ...rest } = wire(unescaped(config))
  const extra = Object.keys(rest).filter(key => !key.startsWith('x-'))
  if (extra.length > 0) throw new Error(`Compose answers with ${extra.join(', ')}.`)
  const resource = ([key, value]: [string, unknown]) =>
    [key, { name: key, engineName: wire(value)['name'], isExternal: wire(value)['external'] === true }] as const
  return {
    name,
    networks: sorted(entries(networks).map(resource)),
    volumes: sorted(entries(volumes).map(resource)),
    services: sorted(entries(services).map(([key, value]) => [key, serviceShape(key, wire(value))])),
  }
}

function serviceShape(name: string, service: Wire): unknown {
  const deploy = wire(service['deploy'])
  const limits = wire(wire(deploy['resources'])['limits'])
  const unknown = Object.keys(service).filter(key => !(key in members) && !known.has(key) && !key.startsWith('x-'))
  if (unknown.length > 0) throw new Error(`Compose answers with ${unknown.join(', ')} of ${name}.`)
  return {
    name,
    ...Object.fromEntries(
      Object.entries(members).flatMap(([key, [member, read]]) => {
        const value = service[key] ?? undefined
        return value === undefined ? [] : [[member, read(value)]]
      }),
    ),
    environment: Object.fromEntries(entries(service['environment']).filter(([, value]) => value !== null)),
    labels: wire(service['labels']),
    profiles: list(service['profiles']),
    tmpfs: list(service['tmpfs']),
    extraHosts: list(service['extra_hosts']).map(text => String(text).replace('=', ':')),
    scale: service['scale'] ?? deploy['replicas'] ?? 1,
    ...optional('memoryBytes', service['mem_limit'] ?? limits['memory'], bytes),
    ...optional('cpus', service['cpus'] ?? limits['cpus'], Number),
    ...optional('pidsLimit', service['pids_limit'] ?? limits['pids'], Number),
    ports: list(service['ports']).map(port => portShape(wire(port))),
    mounts: list(service['volumes']).map(mount => mountShape(wire(mount))),
    networks: entries(service['networks'])
      .map(([key, value]) => ({ name: key, aliases: list(wire(value)['aliases']) }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    dependsOn: entries(service['depends_on'])
      .map(([key, value]) => dependencyShape(key, wire(value)))
      .toSorted((a, b) => (a.service < b.service ? -1 : 1)),
    ...healthShape(wire(service['healthcheck'])),
  }
}

/** Keys whose value is one member of ours. */
const members: Readonly<Record<string, readonly [string, (value: unknown) => unknown]>> = {
  image: ['image', same],
  build: ['build', buildShape],
  command: ['command', same],
  entrypoint: ['entrypoint', same],
  restart: ['restart', restartShape],
  init: ['init', same],
  user: ['user', same],
  working_dir: ['workingDir', same],
  hostname: ['hostname', same],
  container_name: ['containerName', same],
  read_only: ['readOnly', same],
  stop_grace_period: ['stopGraceMs', duration],
  shm_size: ['shmBytes', bytes],
}

const known: ReadonlySet<string> = new Set(
  'environment labels profiles tmpfs extra_hosts scale deploy mem_limit cpus pids_limit ports volumes networks depends_on healthcheck env_file'.split(
    ' ',
  ),
)

function same(value: unknown): unknown {
  return value
}

function buildShape(value: unknown): unknown {
  const { context, dockerfile, args, target } = wire(value)
  return {
    context,
    dockerfile,
    args: Object.fromEntries(entries(args).filter(([, text]) => text !== null)),
    ...(target === undefined ? {} : { target }),
  }
}

function restartShape(value: unknown): unknown {
  const [name, retries] = String(value).split(':')
  return { name, ...(retries === undefined ? {} : { maxRetries: Number(retries) }) }
}

function portShape({ host_ip: hostIp = '', published, target, protocol }: Wire): unknown {
  return { hostIp, hostPort: published === undefined ? null : Number(published), containerPort: target, protocol }
}

function mountShape({ type, source, target, read_only: isReadOnly = false }: Wire): unknown {
  return { kind: type, source, target, isReadOnly }
}

function dependencyShape(service: string, { condition, required, restart }: Wire) {
  return { service, condition, isRequired: required ?? true, restarts: restart ?? false }
}

function healthShape({ test, disable, interval, timeout, retries, start_period: startPeriod }: Wire): Wire {
  if (disable === true || list(test)[0] === 'NONE') return { isHealthcheckDisabled: true }
  if (test === undefined) return {}
  return {
    healthcheck: {
      test,
      ...optional('intervalMs', interval, duration),
      ...optional('timeoutMs', timeout, duration),
      ...optional('retries', retries, same),
      ...optional('startPeriodMs', startPeriod, duration),
    },
  }
}

function optional(member: string, value: unknown, read: (value: unknown) => unknown): Wire {
  return value === undefined ? {} : { [member]: read(value) }
}

function duration(value: unknown): unknown {
  return readDuration(scalarAt(String(value), nowhere), createProblems())
}

function bytes(value: unknown): unknown {
  return readBytes(scalarAt(String(value), nowhere), createProblems())
}

/** Compose doubles every dollar, so that what it prints can be read again. */
function unescaped(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('$$', () => '$')
  if (Array.isArray(value)) return value.map(unescaped)
  return isWire(value)
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.replaceAll('$$', () => '$'), unescaped(inner)]))
    : value
}

function wire(value: unknown): Wire {
  return isWire(value) ? value : {}
}

function entries(value: unknown): [string, unknown][] {
  return Object.entries(wire(value))
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function sorted<T>(pairs: readonly (readonly [string, T])[]): Readonly<Record<string, T>> {
  return Object.fromEntries(pairs.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function sortedBy<T>(items: readonly T[], key: keyof T): readonly T[] {
  return items.toSorted((a, b) => (a[key] < b[key] ? -1 : 1))
}
