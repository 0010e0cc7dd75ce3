import type { ComposeService } from '#compose/project.ts'
import type { Role } from '#compose/roles.ts'
import type { InstallContext } from '#runtime/install.ts'
import type { Environment } from '#runtime/places.ts'
import type { PythonEnvironment } from '#runtime/pythonEnvironment.ts'
import type { PythonServer } from '#runtime/serverRuntime.ts'
import type { SparkRuntime } from '#runtime/sparkRuntime.ts'
import type { Probe } from '#stack/health.ts'
import type { StackSecrets } from '#stack/types.ts'

/** Ports of a service by their names; `main` is where its clients go. */
export type ServicePorts = Readonly<Record<string, number>> & { readonly main: number }

/** What a service is started with. */
export interface LaunchInput {
  /** Its definition; the addresses in its environment are those of this machine. */
  readonly service: ComposeService
  readonly secrets: StackSecrets
  /** Of master, workers and drivers of the stack's cluster. */
  readonly clusterSecret: string
  /** Own folder of the service, below the stack's data; made before. */
  readonly folder: string
  readonly ports: ServicePorts
  /** Addresses of the services it uses. */
  readonly addresses: Readonly<Partial<Record<Role, string>>>
  /** The definitions of all services that have a role. */
  readonly definitions: ReadonlyMap<Role, ComposeService>
  /** Puts addresses of this machine in the place of names and ports of containers. */
  readonly localise: (text: string) => string
}

/** A program to run, with files it reads and that only its owner may. */
export interface ServiceLaunch {
  readonly command: string
  /** Seen by every user of the machine: never a secret. */
  readonly args: readonly string[]
  /** Added to the environment of the starter. */
  readonly env: Readonly<Record<string, string>>
  /** By absolute path. */
  readonly files: Readonly<Record<string, string>>
  /** Absolute paths of folders it expects. */
  readonly folders: readonly string[]
  /** The service's own folder where absent. */
  readonly cwd?: string
}

/** Where a recipe finds things. */
export interface RecipePlaces {
  readonly projectFolder: string
  readonly productFolder: string
  readonly env: Environment
}

/** What installs programs, each once. */
export interface Installing extends InstallContext, RecipePlaces {
  readonly env: InstallContext['env']
  readonly spark: () => Promise<SparkRuntime>
  readonly server: (name: PythonServer) => Promise<PythonEnvironment>
}

/** Knows the programs, and so how a service is launched. */
export interface Launcher {
  launch(input: LaunchInput): ServiceLaunch | Promise<ServiceLaunch>
  /** Its Python, where it has one: a terminal beside the service finds the programs of that environment first. */
  readonly python?: string
}

/** A port as a container has it, and where it goes on this machine when the definition does not say. */
export interface RecipePort {
  readonly container: number
  readonly usual: number
}

/** How a role is run without containers. */
export interface Recipe {
  readonly ports: Readonly<Record<string, RecipePort>> & { readonly main: RecipePort }
  /** Must be healthy before, where the definition has them. */
  readonly needs: readonly Role[]
  /** Used where they run. */
  readonly mayUse: readonly Role[]
  /** Given to it as addresses whether they run or not. */
  readonly mentions: readonly Role[]
  /** Several of it may run. */
  readonly canScale: boolean
  /** Forgets its clients when it ends: they are started anew after it. */
  readonly isForgetful: boolean
  /** What people open or copy. */
  readonly url: (ports: ServicePorts) => string
  /** What other services are given. */
  readonly address: (ports: ServicePorts) => string
  readonly probe: (ports: ServicePorts) => Probe
  /** How long a start may take on a slow machine. */
  readonly startMs: number
  /** How long it may take to end by itself. */
  readonly stopMs: number
  /** What a crash leaves below its folder and hinders the next start; `*` stands for any name in a folder. */
  readonly stale: readonly string[]
  /** What is the user's below its folder. */
  readonly data: readonly string[]
  /** Why it cannot run here, as a sentence; null where it can. Absent for what can be installed. */
  readonly obstacle?: (service: ComposeService, places: RecipePlaces) => Promise<string | null>
  /** Installs what is missing; quick when nothing is. */
  readonly install: (context: Installing, signal: AbortSignal) => Promise<Launcher>
}

type Common = Pick<Recipe, 'url' | 'address' | 'probe' | 'needs' | 'mayUse' | 'mentions' | 'canScale' | 'isForgetful' | 'stale'>

/** What recipes of plain HTTP servers have in common; `path` answers when they are well. */
export function httpRecipe(path: string): Common {
  const alone = { needs: [], mayUse: [], mentions: [], canScale: false, isForgetful: false, stale: [] }
  return { url: httpAddress, address: httpAddress, probe: ({ main }) => ({ kind: 'http', port: main, path }), ...alone }
}

function httpAddress({ main }: ServicePorts): string {
  return `http://127.0.0.1:${main}`
}
