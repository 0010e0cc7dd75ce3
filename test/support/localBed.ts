import { join } from 'node:path'
import { systemClock } from '#base/clock.ts'
import { silentLog } from '#base/log.ts'
import type { ComposeProject } from '#compose/project.ts'
import { identify } from '#process/processId.ts'
import type { StackEngine } from '#stack/engine.ts'
import { createLocalEngine } from '#stack/local/localEngine.ts'
import type { Recipe } from '#stack/local/recipe.ts'
import type { ServiceName, ServiceState } from '#stack/types.ts'

const never = new AbortController().signal

/** Recipes of small programs, by the name of the service. */
export type FakeRecipes = Readonly<Record<ServiceName, Recipe>>

/** A local engine whose home is below a folder, for a project that the caller may change. */
export function openLocalEngine(folder: string, definition: () => ComposeProject, recipes: FakeRecipes, project = 'project'): StackEngine {
  const env = { ...process.env, DATAFLOW_HOME: join(folder, 'home') }
  return createLocalEngine(
    {
      projectFolder: join(folder, project),
      productFolder: process.cwd(),
      env,
      clock: systemClock,
      log: silentLog,
      definition: async () => definition(),
    },
    ({ name }) => recipes[name],
  )
}

export async function stateIn(engine: StackEngine, name: ServiceName): Promise<ServiceState> {
  const found = (await engine.observe(never)).services.find(service => service.name === name)
  if (!found) throw new Error(`There is no service ${name}`)
  return found
}

/** Kills the process of a service and waits until it is gone. */
export async function crashService(engine: StackEngine, name: ServiceName): Promise<void> {
  const { pid } = await stateIn(engine, name)
  if (pid === null) throw new Error(`${name} does not run`)
  process.kill(pid, 'SIGKILL')
  while (await identify(pid)) await systemClock.sleep(5)
}
