import { basename, join } from 'node:path'
import { checkReferences, inOrder } from './checks.ts'
import { parseEnvFile } from './dotenv.ts'
import { interpolateTree, type Variables } from './interpolate.ts'
import { mergeTrees, withoutDuplicates } from './merge.ts'
import type { ComposeProject, Diagnostic } from './project.ts'
import { checkSchema } from './schema.ts'
import { readService, type PlacedService, type Surroundings } from './service.ts'
import { refuseOthers } from './subset.ts'
import { readDeclared } from './toplevel.ts'
import { createProblems, entriesOf, isNull, textOf, valueOf, type MapTree, type Place, type Problems, type Tree } from './tree.ts'
import { parseYaml } from './yamlTree.ts'

/** Everything that a project is read from. */
export interface ComposeSources {
  /** Absolute path of the folder. */
  readonly folder: string
  /** The compose file and then what overrides it; paths are absolute. */
  readonly files: readonly SourceFile[]
  /** The text of `.env` in the folder. */
  readonly envText?: string | undefined
  /** The environment; it wins over `.env`. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** The text of an `env_file` by its absolute path; undefined where there is none. */
  readonly fileText?: (path: string) => string | undefined
}

export interface SourceFile {
  readonly path: string
  readonly text: string
}

export type ComposeReading =
  | { readonly kind: 'project'; readonly project: ComposeProject; readonly warnings: readonly Diagnostic[] }
  /** At least one diagnostic says why, in order of file and line. */
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[]; readonly warnings: readonly Diagnostic[] }

/**
 * A compose project out of texts, read as `docker compose` reads it. Whatever is wrong or outside the supported subset
 * (docs/compose.md) is a diagnostic at its line; nothing is left out in silence.
 */
export function parseProject(sources: ComposeSources): ComposeReading {
  const problems = createProblems()
  const project = readSources(sources, problems)
  const warnings = problems.warnings
  if (project !== undefined && problems.errors.length === 0) return { kind: 'project', project, warnings }
  const fileOrder = sources.files.map(({ path }) => path)
  const diagnostics = problems.errors.toSorted(
    (a, b) => fileOrder.indexOf(a.file) - fileOrder.indexOf(b.file) || a.line - b.line || a.column - b.column,
  )
  return { kind: 'refused', diagnostics, warnings }
}

function readSources(sources: ComposeSources, problems: ReturnType<typeof createProblems>): ComposeProject | undefined {
  const variables = readVariables(sources, problems)
  const trees = sources.files.flatMap(({ path, text }) => topMap(path, text, problems) ?? [])
  if (problems.errors.length > 0) return undefined
  const name = projectName(trees, sources.folder, variables, problems)
  const known: Variables = variable => (variable === 'COMPOSE_PROJECT_NAME' ? name : variables(variable))
  let file: Tree | undefined
  for (const tree of trees) {
    const put = interpolateTree(tree, known, problems)
    file = withoutDuplicates(file === undefined ? put : mergeTrees(file, put, problems))
    if (problems.errors.length > 0 || file.kind !== 'map') return undefined
    checkSchema(file, problems)
    if (problems.errors.length > 0) return undefined
  }
  if (file?.kind !== 'map') return undefined
  return readFile(file, name, { ...sources, variables: known }, problems)
}

function topMap(path: string, text: string, problems: Problems): MapTree | undefined {
  const tree = parseYaml(text, path, problems)
  if (tree === undefined) return undefined
  if (tree.kind === 'map') {
    const services = tree.entries.get('services')
    if (services && isNull(services.value))
      problems.error(services.key, 'Nothing stands below services. Remove the line, or list services there.')
    return tree
  }
  problems.error(tree.at, 'A compose file is a map with the key services.')
  return undefined
}

/** The environment, then `.env`. */
function readVariables({ folder, envText, env }: ComposeSources, problems: Problems): Variables {
  const outside: Variables = name => (Object.hasOwn(env, name) ? env[name] : undefined)
  const inside = envText === undefined ? undefined : parseEnvFile(envText, join(folder, '.env'), outside, problems)
  return name => outside(name) ?? inside?.get(name)
}

/** `COMPOSE_PROJECT_NAME`, else the file's `name`, else the folder's. */
function projectName(trees: readonly MapTree[], folder: string, variables: Variables, problems: Problems): string {
  const start: Place = { file: trees[0]?.at.file ?? folder, line: 1, column: 1 }
  const chosen = variables('COMPOSE_PROJECT_NAME') ?? ''
  if (chosen !== '' && chosen !== normalName(chosen)) {
    problems.error(
      start,
      `COMPOSE_PROJECT_NAME is ${chosen}; a project's name has small letters, digits, - and _ only, and begins with a letter or digit.`,
    )
  }
  const written = trees.map(tree => valueOf(tree, 'name')).findLast(name => textOf(name) !== '')
  const name = chosen || normalName(textOf(written && interpolateTree(written, variables, problems))) || normalName(basename(folder))
  if (name === '') problems.error(start, 'The project has no name. Write name: with small letters and digits as the first line.')
  return name
}

function normalName(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '')
}

function readFile(
  file: MapTree,
  name: string,
  sources: ComposeSources & { readonly variables: Variables },
  problems: Problems,
): ComposeProject {
  const { variables, folder } = sources
  refuseOthers(file, 'file', problems)
  const version = file.entries.get('version')
  if (version) problems.warn(version.key, 'version means nothing any more. Remove the line.')
  const surroundings: Surroundings = {
    folder,
    home: variables('HOME') ?? variables('USERPROFILE') ?? '~',
    projectName: name,
    variables,
    fileText: sources.fileText ?? (() => undefined),
    problems,
  }
  const otherFiles = variables('COMPOSE_FILE') ?? ''
  if (otherFiles !== '') problems.warn(file.at, `COMPOSE_FILE makes docker compose read ${otherFiles}. Here this file is read.`)
  const entries = entriesOf(valueOf(file, 'services'))
  if (entries.length === 0) problems.error(file.at, 'The file has no services.')
  const services = entries.flatMap(([service, { key, value }]) =>
    value.kind === 'map' ? readService(service, value, key, surroundings) : [],
  )
  return { name, folder, files: sources.files.map(({ path }) => path), ...linked(file, name, services, surroundings) }
}

/** The services in order, with the networks and volumes that they use. */
function linked(file: MapTree, name: string, services: readonly PlacedService[], { variables, problems }: Surroundings) {
  const networks = readDeclared('networks', file, name, problems)
  const volumes = readDeclared('volumes', file, name, problems)
  const activeProfiles = (variables('COMPOSE_PROFILES') ?? '')
    .split(',')
    .map(profile => profile.trim())
    .filter(profile => profile !== '')
  const ordered = inOrder(services, problems)
  checkReferences(services, { networks: new Set(networks.keys()), volumes: new Set(volumes.keys()), activeProfiles }, problems)
  const usedNetworks = new Set(ordered.flatMap(({ service }) => service.networks.map(network => network.name)))
  const usedVolumes = new Set(
    ordered.flatMap(({ service }) => service.mounts.flatMap(({ kind, source }) => (kind === 'volume' ? [source] : []))),
  )
  const implied = { name: 'default', engineName: `${name}_default`, isExternal: false }
  return {
    services: ordered.map(({ service }) => service),
    networks: [...usedNetworks].map(used => networks.get(used) ?? { ...implied, name: used }),
    volumes: [...usedVolumes].flatMap(used => volumes.get(used) ?? []),
    activeProfiles,
  }
}
