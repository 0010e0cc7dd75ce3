import { join } from 'node:path'
import type { InstallContext } from '#runtime/install.ts'
import type { PythonEnvironment } from '#runtime/pythonEnvironment.ts'
import { ensureServerRuntime, type PythonServer } from '#runtime/serverRuntime.ts'
import { ensureSparkRuntime, type SparkRuntime } from '#runtime/sparkRuntime.ts'
import type { Launcher, Recipe, RecipePlaces } from './recipe.ts'

/** Installs what recipes run on; what is there is looked for once. */
export class Installer {
  readonly #places: RecipePlaces
  readonly #launchers = new Map<Recipe, Launcher>()
  readonly #servers = new Map<PythonServer, PythonEnvironment>()
  #spark: SparkRuntime | undefined

  constructor(places: RecipePlaces) {
    this.#places = places
  }

  async launcherOf(recipe: Recipe, context: InstallContext, signal: AbortSignal): Promise<Launcher> {
    const known = this.#launchers.get(recipe)
    if (known) return known
    const locks = join(this.#places.productFolder, 'locks')
    const launcher = await recipe.install(
      {
        ...this.#places,
        ...context,
        spark: async () => (this.#spark ??= await ensureSparkRuntime(locks, context, signal)),
        server: async name => {
          const server = this.#servers.get(name) ?? (await ensureServerRuntime(name, locks, context, signal))
          this.#servers.set(name, server)
          return server
        },
      },
      signal,
    )
    this.#launchers.set(recipe, launcher)
    return launcher
  }
}
