import { interpolateTree, type Variables } from '#compose/interpolate.ts'
import { mergeTrees } from '#compose/merge.ts'
import type { Diagnostic } from '#compose/project.ts'
import { isActive, roleOf } from '#compose/roles.ts'
import { readService, type PlacedService, type Surroundings } from '#compose/service.ts'
import { createProblems, entriesOf, itemsOf, textOf, valueOf, type MapTree, type Place, type Tree } from '#compose/tree.ts'
import { readCommand } from '#compose/values.ts'
import { parseYaml } from '#compose/yamlTree.ts'
import type { FileFacts, FilePort, FileService, Trouble, Variable } from './facts.ts'
import { likelyRole } from './image.ts'

/** The texts that make up a compose project. */
export interface FileTexts {
  /** The compose file, then its override where there is one. */
  readonly files: readonly { readonly file: string; readonly text: string }[]
  readonly overrideFile: string
  readonly envFile: string
  /** Absolute path. */
  readonly folder: string
  readonly home: string
  readonly variables: Variables
  /** What the loader says against them. */
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * What the files say as far as it can be read: other than the loader, which refuses a file whole. Undefined where the first is no
 * YAML at all.
 */
export function fileFactsOf(texts: FileTexts): FileFacts | undefined {
  const problems = createProblems()
  const trees = texts.files.flatMap(({ file, text }) => parseYaml(text, file, problems) ?? [])
  const [first, ...overs] = trees
  const file = texts.files[0]?.file
  if (first === undefined || file === undefined) return undefined
  const written = overs.reduce((base, over) => mergeTrees(base, over, problems), first)
  const whole = interpolateTree(written, texts.variables, problems)
  const activeProfiles = (texts.variables('COMPOSE_PROFILES') ?? '').split(',').map(name => name.trim())
  const rawTexts = new Map(scalarsOf(written).map(({ at, text }) => [keyOf(at), text]))
  const services = whole.kind === 'map' ? entriesOf(valueOf(whole, 'services')) : []
  const writtenServices = written.kind === 'map' ? valueOf(written, 'services') : undefined
  return {
    file,
    overrideFile: texts.overrideFile,
    envFile: texts.envFile,
    services: services.flatMap(([name, { key, value }]) => {
      if (value.kind !== 'map') return []
      const placed = readService(name, value, key, surroundings(texts, problems))
      const raw = writtenServices?.kind === 'map' ? valueOf(writtenServices, name) : undefined
      const writtenCommand = raw?.kind === 'map' ? readCommand(valueOf(raw, 'command'), problems) : undefined
      return serviceFacts({ placed, map: value, writtenCommand: writtenCommand ?? [], rawTexts, activeProfiles })
    }),
    diagnostics: texts.diagnostics.map(diagnostic => troubleOf(diagnostic, written)),
  }
}

function surroundings({ folder, home, variables }: FileTexts, problems: Surroundings['problems']): Surroundings {
  return { folder, home, variables, problems, projectName: 'project', fileText: () => undefined }
}

interface ServiceReading {
  readonly placed: PlacedService
  readonly map: MapTree
  readonly writtenCommand: readonly string[]
  /** As written, by place. */
  readonly rawTexts: ReadonlyMap<string, string>
  readonly activeProfiles: readonly string[]
}

function serviceFacts({ placed, map, writtenCommand, rawTexts, activeProfiles }: ServiceReading): FileService {
  const { service, at } = placed
  const image = valueOf(map, 'image')
  const environment = variablesOf(service.environment, valueOf(map, 'environment'), at, rawTexts)
  const command = [...(service.entrypoint ?? []), ...(service.command ?? [])]
  const health = valueOf(map, 'healthcheck')
  const interval = health?.kind === 'map' ? health.entries.get('start_interval') : undefined
  return {
    name: service.name,
    at,
    role: roleOf(service) ?? null,
    likelyRole: likelyRole({ image: service.image, command, environment }),
    isActive: isActive(service, { activeProfiles }),
    image: image === undefined ? null : service.image,
    imageAt: image?.at ?? at,
    isBuilt: service.build !== undefined,
    command,
    writtenCommand,
    environment,
    ports: placed.ports.map(({ port, at: place }): FilePort => {
      const { hostIp, hostPort, containerPort } = port
      const raw = rawTexts.get(keyOf(place))
      return { hostIp, hostPort, containerPort, written: raw ?? '', at: place, isShort: raw !== undefined }
    }),
    dependsOn: service.dependsOn.map(({ service: other, condition }) => ({ service: other, condition })),
    hasHealthcheck: service.healthcheck !== undefined,
    startIntervalAt: interval?.key ?? null,
    hasInit: service.init === true,
    networks: service.networks.map(network => network.name),
    names: [
      service.name,
      ...(service.hostname === undefined ? [] : [service.hostname]),
      ...service.networks.flatMap(({ aliases }) => aliases),
    ],
    hostFolders: service.mounts.flatMap(mount => (mount.kind === 'bind' ? [mount.source] : [])),
  }
}

function variablesOf(
  values: Readonly<Record<string, string>>,
  tree: Tree | undefined,
  fallback: Place,
  rawTexts: ReadonlyMap<string, string>,
): ReadonlyMap<string, Variable> {
  const places = new Map<string, Place>(entriesOf(tree).map(([name, { value }]) => [name, value.at]))
  for (const item of itemsOf(tree)) places.set(textOf(item).split('=', 1)[0] ?? '', item.at)
  return new Map(
    Object.entries(values).map(([name, value]) => {
      const at = places.get(name)
      const raw = at === undefined ? undefined : rawTexts.get(keyOf(at))
      const written = raw?.startsWith(`${name}=`) === true ? raw.slice(name.length + 1) : raw
      return [name, { value, written: written ?? value, at: at ?? fallback }]
    }),
  )
}

function troubleOf(diagnostic: Diagnostic, tree: Tree): Trouble {
  return { ...diagnostic, key: keyAt(tree, keyOf(diagnostic)) ?? null }
}

/** The key that stands at a place. */
function keyAt(tree: Tree, place: string): string | undefined {
  const inside = tree.kind === 'map' ? [...tree.entries] : []
  for (const [name, { key, value }] of inside) {
    const found = keyOf(key) === place ? name : keyAt(value, place)
    if (found !== undefined) return found
  }
  const items = tree.kind === 'list' ? tree.items : []
  for (const item of items) {
    const found = keyAt(item, place)
    if (found !== undefined) return found
  }
  return undefined
}

function scalarsOf(tree: Tree): readonly { readonly at: Place; readonly text: string }[] {
  if (tree.kind === 'scalar') return [tree]
  return tree.kind === 'list' ? tree.items.flatMap(scalarsOf) : [...tree.entries.values()].flatMap(({ value }) => scalarsOf(value))
}

function keyOf({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`
}
