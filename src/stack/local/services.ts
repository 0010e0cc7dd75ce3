import { createHash } from 'node:crypto'
import type { ComposeProject, ComposeService } from '#compose/project.ts'
import { groupOf, isActive, roleOf, type Role } from '#compose/roles.ts'
import type { ServiceName } from '#stack/types.ts'
import { containerAddress } from './addresses.ts'
import type { Recipe, RecipePlaces, ServicePorts } from './recipe.ts'

/** A service of the definition as this engine runs it. */
export interface LocalService {
  readonly name: ServiceName
  readonly role: Role | null
  readonly group: string | null
  readonly isActive: boolean
  readonly definition: ComposeService
  /** Undefined where there is none for it. */
  readonly recipe: Recipe | undefined
  /** Why it cannot run here, as a sentence. */
  readonly unavailable: string | null
  readonly needs: readonly ServiceName[]
  /** Used where they run. */
  readonly mayUse: readonly ServiceName[]
  /** Given to it as addresses whether they run or not. */
  readonly mentions: readonly ServiceName[]
  /** Ports of this machine that the definition gives it. */
  readonly definedPorts: ServicePorts
  /** Those that it will have, as far as that is known. */
  readonly ports: ServicePorts
  /** The same ports as containers know them. */
  readonly containerPorts: ServicePorts
  readonly scale: number
  /** Changes with whatever in the definition it is made from. */
  readonly identity: string
}

export type FindRecipe = (service: ComposeService) => Recipe | undefined

/** They are files of the engine itself where folders of services are. */
const reserved = /^(?:logs|stack\..*|\.+)$/i

type Plain = Omit<LocalService, 'needs' | 'mayUse' | 'mentions'>

/** The services of a project, in its order. */
export async function resolveServices(
  project: ComposeProject,
  findRecipe: FindRecipe,
  places: RecipePlaces,
): Promise<readonly LocalService[]> {
  const plain = await Promise.all(
    project.services.map(service => plainOf(service, project, reserved.test(service.name) ? undefined : findRecipe(service), places)),
  )
  return plain.map(service => ({
    ...service,
    needs: needsOf(service, plain),
    mayUse: named(service.recipe?.mayUse ?? [], plain),
    mentions: mentionsOf(service, plain),
  }))
}

async function plainOf(
  definition: ComposeService,
  project: ComposeProject,
  recipe: Recipe | undefined,
  places: RecipePlaces,
): Promise<Plain> {
  const { name } = definition
  const { ports, containerPorts } = portsOf(definition, recipe)
  const role = roleOf(definition) ?? null
  const { environment, mounts, command, build, workingDir } = definition
  const parts = { role, ports, environment, mounts, command, context: build?.context, workingDir }
  return {
    name,
    role,
    group: groupOf(definition) ?? null,
    isActive: isActive(definition, project),
    definition,
    recipe,
    unavailable: await obstacleOf(definition, recipe, places),
    definedPorts: ports,
    ports,
    containerPorts,
    scale: recipe?.canScale ? Math.max(1, definition.scale) : 1,
    identity: createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16),
  }
}

async function obstacleOf(service: ComposeService, recipe: Recipe | undefined, places: RecipePlaces): Promise<string | null> {
  if (!recipe) return `“${service.name}” can only be run as a container, so it needs Docker.`
  return (await recipe.obstacle?.(service, places)) ?? null
}

/** What a recipe cannot do without, and what the definition lets it wait for as far as that can run here. */
function needsOf({ definition, recipe }: Plain, services: readonly Plain[]): readonly ServiceName[] {
  const awaited = definition.dependsOn.filter(({ service: name, isRequired }) =>
    services.some(other => other.name === name && other.unavailable === null && (isRequired || other.isActive)),
  )
  const wanted = new Set([...awaited.map(({ service }) => service), ...named(recipe?.needs ?? [], services)])
  return services
    .filter(({ name, recipe: other }) => wanted.has(name) && other !== undefined && name !== definition.name)
    .map(({ name }) => name)
}

/** What its environment names by address, and what its recipe always does. */
function mentionsOf({ name, recipe, definition }: Plain, services: readonly Plain[]): readonly ServiceName[] {
  const places = new Set(Object.values(definition.environment).flatMap(value => value.match(containerAddress) ?? []))
  const inText = services.filter(other => Object.values(other.containerPorts).some(port => places.has(`${other.name}:${port}`)))
  const always = named(recipe?.mentions ?? [], services)
  return [...new Set([...inText.map(other => other.name), ...always])].filter(other => other !== name)
}

/** The first service of each role. */
function named(roles: readonly Role[], services: readonly Plain[]): readonly ServiceName[] {
  return roles.flatMap(role => services.find(service => service.role === role && service.recipe !== undefined)?.name ?? [])
}

function portsOf({ ports: published }: ComposeService, recipe: Recipe | undefined): Pick<Plain, 'ports' | 'containerPorts'> {
  const tcp = published.filter(({ protocol }) => protocol === 'tcp')
  const known = Object.entries(recipe?.ports ?? {})
  const other = tcp.find(({ containerPort }) => !known.some(([, { container }]) => container === containerPort))
  const chosen = known.map(([name, { container, usual }]) => {
    const port = tcp.find(({ containerPort }) => containerPort === container) ?? (name === 'main' ? other : undefined)
    return [name, port?.hostPort ?? usual, port?.containerPort ?? container] as const
  })
  const first = tcp[0]
  return {
    ports: { main: first?.hostPort ?? 0, ...Object.fromEntries(chosen.map(([name, host]) => [name, host])) },
    containerPorts: { main: first?.containerPort ?? 0, ...Object.fromEntries(chosen.map(([name, , container]) => [name, container])) },
  }
}
