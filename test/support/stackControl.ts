import { createStackBuckets } from '#app/stackBuckets.ts'
import { createStackControl, type StackControl } from '#app/stackControl.ts'
import { chooseEngines } from '#app/stackEngines.ts'
import { systemClock } from '#base/clock.ts'
import { silentLog } from '#base/log.ts'

/** The control of a project's stack, as an editor or a terminal has it. */
export function controlOf(projectFolder: string, env: NodeJS.ProcessEnv = process.env): StackControl {
  const productFolder = process.cwd()
  const ports = { clock: systemClock, log: silentLog }
  const engines = chooseEngines({ ...ports, projectFolder, productFolder, env })
  return createStackControl(engines, { ...ports, createBuckets: createStackBuckets })
}
