import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findPlaces } from '#runtime/places.ts'
import { findLeftovers, runMark, type Leftover } from './leftovers.ts'

/** Where the suites run: a home of their own, the downloads of this machine, one stack for all. */
export interface TestBed {
  /** What every process of the run needs in its environment. */
  readonly env: Readonly<Record<string, string>>
  /** The workspace that editor tests open, and whose stack it is. */
  readonly project: string
  /** Stops the stack and removes the home; gives the processes that are still there. */
  close(): Promise<readonly Leftover[]>
}

/** Makes the folders and sets the environment of this process; starts nothing. */
export function openTestBed(): TestBed {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'dftest-')))
  const mark = randomUUID()
  const env = { DATAFLOW_HOME: join(root, 'home'), DATAFLOW_CACHE: findPlaces(process.env).cache, [runMark]: mark }
  const project = join(root, 'demo')
  mkdirSync(project)
  Object.assign(process.env, env)
  return {
    env,
    project,
    close: async () => {
      const left = await findLeftovers(mark, root)
      rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
      return left
    },
  }
}
