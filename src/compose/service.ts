import { readEnvironment } from './environment.ts'
import { serviceHash } from './hash.ts'
import { readHealthcheck } from './healthcheck.ts'
import type { Variables } from './interpolate.ts'
import { pathIn, readMounts, type Folders, type PlacedMount } from './mounts.ts'
import { readPorts, type PlacedPort } from './ports.ts'
import type { ComposeBuild, ComposeService, Dependency, RestartPolicy, ServiceNetwork } from './project.ts'
import { readLimits, readScale } from './resources.ts'
import { refuseOthers } from './subset.ts'
import { entriesOf, itemsOf, textOf, valueOf, type MapTree, type Place, type Problems, type Tree } from './tree.ts'
import { readBoolean, readBytes, readCommand, readDuration, readPairs, readText, readTexts } from './values.ts'

/** What the reading of a service needs besides its own lines. */
export interface Surroundings extends Folders {
  readonly projectName: string
  /** Of `.env` and the environment. */
  readonly variables: Variables
  /** The text of an `env_file`; undefined where there is none. */
  readonly fileText: (path: string) => string | undefined
  readonly problems: Problems
}

type Placed<T> = T & { readonly at: Place }

/** A service, with the places of what is checked against the rest of the file. */
export interface PlacedService {
  readonly service: ComposeService
  readonly at: Place
  readonly ports: readonly PlacedPort[]
  readonly mounts: readonly PlacedMount[]
  readonly networks: readonly Placed<ServiceNetwork>[]
  readonly dependencies: readonly Placed<Dependency>[]
}

/** A service of the file; what is wrong or not supported in it goes to the problems. */
export function readService(name: string, map: MapTree, at: Place, surroundings: Surroundings): PlacedService {
  const { problems } = surroundings
  refuseOthers(map, 'service', problems)
  const ports = readPorts(valueOf(map, 'ports'), problems)
  const mounts = readMounts(valueOf(map, 'volumes'), surroundings, problems)
  const networks = readNetworks(valueOf(map, 'networks'), at, problems)
  const dependencies = readDependencies(valueOf(map, 'depends_on'), problems)
  const build = readBuild(valueOf(map, 'build'), surroundings)
  const service: Omit<ComposeService, 'hash'> = {
    name,
    image: readImage(name, map, at, surroundings),
    environment: readEnvironment(map, surroundings),
    ports: ports.map(({ port }) => port),
    mounts: mounts.map(({ mount }) => mount),
    networks: networks.map(({ at: _at, ...rest }) => rest),
    dependsOn: dependencies.map(({ at: _at, ...rest }) => rest),
    labels: readPairs(valueOf(map, 'labels'), problems, () => ''),
    profiles: readTexts(valueOf(map, 'profiles'), problems),
    scale: readScale(map, problems),
    tmpfs: readTexts(valueOf(map, 'tmpfs'), problems),
    extraHosts: readExtraHosts(valueOf(map, 'extra_hosts'), problems),
    ...given({ build, ...readProcess(map, problems), ...readLimits(map, problems), ...readHealthcheck(map, problems) }),
  }
  return { service: { ...service, hash: serviceHash(service) }, at, ports, mounts, networks, dependencies }
}

/** The members that have a value. */
function given<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  // SAFETY: entries of members without those that are undefined.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}

/** How the container's process is started and ended. */
function readProcess(map: MapTree, problems: Problems) {
  const text = (key: string): string | undefined => readText(valueOf(map, key), problems)
  return {
    command: readCommand(valueOf(map, 'command'), problems),
    entrypoint: readCommand(valueOf(map, 'entrypoint'), problems),
    restart: readRestart(valueOf(map, 'restart'), problems),
    init: readBoolean(valueOf(map, 'init'), problems),
    readOnly: readBoolean(valueOf(map, 'read_only'), problems) || undefined,
    stopGraceMs: readDuration(valueOf(map, 'stop_grace_period'), problems),
    shmBytes: readBytes(valueOf(map, 'shm_size'), problems),
    user: text('user'),
    workingDir: text('working_dir'),
    hostname: text('hostname'),
    containerName: text('container_name'),
  }
}

function readImage(name: string, map: MapTree, at: Place, { projectName, problems }: Surroundings): string {
  const image = readText(valueOf(map, 'image'), problems) ?? ''
  if (image !== '') return image
  if (valueOf(map, 'build') === undefined) problems.error(at, `The service ${name} has neither image nor build. Give it one of them.`)
  return `${projectName}-${name}`
}

function readBuild(tree: Tree | undefined, surroundings: Surroundings): ComposeBuild | undefined {
  if (tree === undefined) return undefined
  const { problems, variables } = surroundings
  if (tree.kind === 'map') refuseOthers(tree, 'build', problems)
  const part = (key: string): Tree | undefined => (tree.kind === 'map' ? valueOf(tree, key) : undefined)
  const context = tree.kind === 'scalar' ? tree.text : textOf(part('context')) || '.'
  if (/^(?:https?|git|ssh):\/\/|^git@|^(?:service|target|docker-image):/.test(context)) {
    problems.error(
      (part('context') ?? tree).at,
      'An image is built from a folder of this machine only. Fetch the sources and name their folder.',
    )
  }
  const target = readText(part('target'), problems)
  return {
    context: pathIn(surroundings, context),
    dockerfile: textOf(part('dockerfile')) || 'Dockerfile',
    args: readPairs(part('args'), problems, variables),
    ...(target === undefined ? {} : { target }),
  }
}

function readNetworks(tree: Tree | undefined, at: Place, problems: Problems): readonly Placed<ServiceNetwork>[] {
  const named = entriesOf(tree).map(([name, { key, value }]): Placed<ServiceNetwork> => {
    if (value.kind === 'map') refuseOthers(value, 'endpoint', problems)
    return { name, aliases: value.kind === 'map' ? readTexts(valueOf(value, 'aliases'), problems) : [], at: key }
  })
  const listed = itemsOf(tree).map((item): Placed<ServiceNetwork> => ({ name: textOf(item), aliases: [], at: item.at }))
  const all = [...named, ...listed].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return all.length > 0 ? all : [{ name: 'default', aliases: [], at }]
}

function readDependencies(tree: Tree | undefined, problems: Problems): readonly Placed<Dependency>[] {
  const listed = itemsOf(tree).map(item => dependency(textOf(item), item.at))
  const named = entriesOf(tree).map(([name, { key, value }]): Placed<Dependency> => {
    if (value.kind !== 'map') return dependency(name, key)
    refuseOthers(value, 'dependency', problems)
    const condition = textOf(valueOf(value, 'condition'))
    return {
      ...dependency(name, key),
      condition: condition === 'service_healthy' || condition === 'service_completed_successfully' ? condition : 'service_started',
      isRequired: readBoolean(valueOf(value, 'required'), problems) ?? true,
      restarts: readBoolean(valueOf(value, 'restart'), problems) ?? false,
    }
  })
  return [...listed, ...named]
}

function dependency(service: string, at: Place): Placed<Dependency> {
  return { service, condition: 'service_started', isRequired: true, restarts: false, at }
}

function readRestart(tree: Tree | undefined, problems: Problems): RestartPolicy | undefined {
  if (tree === undefined) return undefined
  const [, name, retries] = /^(no|always|on-failure|unless-stopped)(?::(\d+))?$/.exec(textOf(tree)) ?? []
  if (name === 'on-failure' && retries !== undefined) return { name, maxRetries: Number(retries) }
  if (retries === undefined && (name === 'no' || name === 'always' || name === 'on-failure' || name === 'unless-stopped')) return { name }
  problems.error(tree.at, 'restart is "no", always, on-failure, on-failure:N or unless-stopped.')
  return undefined
}

function readExtraHosts(tree: Tree | undefined, problems: Problems): readonly string[] {
  const named = entriesOf(tree).flatMap(([name, { key, value }]) => readTexts(value, problems).map(address => ({ name, address, at: key })))
  const listed = itemsOf(tree).flatMap(item => {
    const [, name = '', addresses = ''] = /^([^:=]*)[:=]([^]*)$/.exec(textOf(item)) ?? []
    return addresses.split(',').map(address => ({ name, address, at: item.at }))
  })
  const hosts = [...named, ...listed].flatMap(({ name, address, at }) => {
    if (name !== '' && address !== '' && !/[:=]/.test(name)) return `${name}:${address.replace(/^\[(.+)\]$/, '$1')}`
    problems.error(at, 'An extra host is written name=address.')
    return []
  })
  return hosts.toSorted()
}
