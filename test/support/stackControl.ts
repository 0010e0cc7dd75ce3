import { openEngines } from '#app/openEngines.ts'
import { defaultSettings, type EngineSetting } from '#app/settings.ts'
import { createStackBuckets } from '#app/stackBuckets.ts'
import { createStackControl, type StackControl } from '#app/stackControl.ts'
import { systemClock } from '#base/clock.ts'
import { Emitter } from '#base/event.ts'
import { silentLog } from '#base/log.ts'

/** The control of a project's stack, as an editor or a terminal has it. */
export function controlOf(projectFolder: string, env: NodeJS.ProcessEnv = process.env, stackEngine: EngineSetting = 'local'): StackControl {
  const ports = { clock: systemClock, log: silentLog }
  const settings = { current: { ...defaultSettings, stackEngine }, onDidChange: new Emitter<never>().event }
  const engines = openEngines({ ...ports, projectFolder, productFolder: process.cwd(), env, settings })
  return createStackControl(engines, { ...ports, createBuckets: createStackBuckets })
}
