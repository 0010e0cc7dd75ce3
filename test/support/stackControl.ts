import { createStackBuckets } from '#app/stackBuckets.ts'
import { createStackControl, type StackControl } from '#app/stackControl.ts'
import { openEngines } from '#app/openEngines.ts'
import { systemClock } from '#base/clock.ts'
import { silentLog } from '#base/log.ts'

/** The control of a project's stack, as an editor or a terminal has it. */
export function controlOf(projectFolder: string, env: NodeJS.ProcessEnv = process.env): StackControl {
  const productFolder = process.cwd()
  const ports = { clock: systemClock, log: silentLog }
  const engines = openEngines({ ...ports, projectFolder, productFolder, env })
  return createStackControl(engines, { ...ports, createBuckets: createStackBuckets })
}
