import { randomUUID } from 'node:crypto'
import { appendFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Lakehouse } from '#app/lakehouse.ts'
import { findPlaces } from '#runtime/places.ts'
import type { StackProgress } from '#stack/types.ts'
import type { TestEngine } from '../../test/docker/engine.ts'
import { testStackVariable, type TestStack } from '../../test/support/testStack.ts'
import { openLab, startDemo } from '../demo/lab.ts'
import { createDemoProject } from '../demo/project.ts'
import { openDockerEngine } from './dockerEngine.ts'
import { findLeftovers, runMark, type Leftover } from './leftovers.ts'

/** Where suites run: a home of their own, the downloads of this machine, one stack for all. */
export interface TestBed {
  /** What every process of the run needs in its environment. */
  readonly env: Readonly<Record<string, string>>
  /** The workspace that editor tests open, and whose stack it is. */
  readonly project: string
  /** Starts the stack, fills the demo lake, and names the stack to the suites; the same one when asked again. */
  openStack(report: (progress: StackProgress) => void): Promise<TestStack>
  /** Names a Docker Engine to the suites where there may be one; says where there is none. */
  openEngine(say: (line: string) => void): Promise<void>
  /** Stops the stack and an engine of its own, keeps its logs in build/stack-logs, removes the home; gives the processes that are still there. */
  close(): Promise<readonly Leftover[]>
}

/** Makes the folders and sets the environment of this process; starts nothing. */
export function openTestBed(): TestBed {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'dftest-')))
  const mark = randomUUID()
  const project = join(root, 'demo')
  const stackFile = join(root, 'stack.json')
  const env: Record<string, string> = {
    DATAFLOW_HOME: join(root, 'home'),
    DATAFLOW_CACHE: findPlaces(process.env).cache,
    [runMark]: mark,
  }
  Object.assign(process.env, env)
  createDemoProject(project)
  let lakehouse: Lakehouse | undefined
  let opened: Promise<TestStack> | undefined
  let engine: TestEngine | undefined
  const open = async (report: (progress: StackProgress) => void): Promise<TestStack> => {
    lakehouse = openLab(project)
    const signal = AbortSignal.timeout(startMs)
    const { endpoints } = await startDemo(lakehouse, report, signal)
    const secrets = await lakehouse.stack.secrets(signal)
    if (!secrets) throw new Error('The running stack has no secrets.')
    const stack = { endpoints, secrets, project }
    writeFileSync(stackFile, JSON.stringify(stack), { mode: 0o600 })
    env[testStackVariable] = process.env[testStackVariable] = stackFile
    return stack
  }
  return {
    env,
    project,
    openStack: report => (opened ??= open(report)),
    openEngine: async say => void (engine ??= await openDockerEngine(say)),
    close: async () => {
      if (lakehouse) await stop(lakehouse)
      await engine?.stop()
      const left = await findLeftovers(mark, root)
      rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
      return left
    },
  }
}

const startMs = 20 * 60_000
const stopMs = 60_000
const keptLines = 2000
async function stop(lakehouse: Lakehouse): Promise<void> {
  const names = lakehouse.stack.state.services.filter(service => service.isActive).map(({ name }) => name)
  mkdirSync('build/stack-logs', { recursive: true })
  for await (const { service, text } of lakehouse.stack.logs(names, { tail: keptLines, follow: false }, AbortSignal.timeout(stopMs))) {
    appendFileSync(resolve('build/stack-logs', `${service}.log`), `${text}\n`)
  }
  await lakehouse.stack.change({ kind: 'down' }, () => {}, AbortSignal.timeout(stopMs))
  lakehouse.dispose()
}
