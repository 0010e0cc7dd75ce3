import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { findPlaces } from '#runtime/places.ts'
import { startServer, type Server } from '../workbench/server.ts'
import { openLab, startDemo } from './lab.ts'
import { ProgressLine } from './progress.ts'
import { createDemoProject } from './project.ts'

/** Where the workbench is looked for first, so that a bookmark stays good. */
const workbenchPort = 8300
const stopMs = 60_000

/** Starts the stack of the demo workspace and an editor on it; ends with Ctrl-C, and stops what it started. True unless it failed. */
export async function open(): Promise<boolean> {
  const places = findPlaces(process.env)
  const project = join(places.data, 'demo')
  createDemoProject(project)
  const lakehouse = openLab(project)
  const line = new ProgressLine(process.stdout)
  const interrupt = catchInterrupt()
  const wasRunning = (await lakehouse.stack.refresh(interrupt.signal)).kind === 'running'
  let server: Server | undefined
  try {
    await startDemo(lakehouse, progress => line.show(progress), interrupt.signal)
    line.end()
    server = await openEditor(project, places.data)
    say('Ctrl-C ends it.')
    await interrupt.happened
    return true
  } catch (error) {
    if (!interrupt.signal.aborted) throw error
    return true
  } finally {
    line.end()
    await server?.stop()
    if (wasRunning) say('The stack was running before and goes on.')
    else await lakehouse.stack.change({ kind: 'down' }, progress => line.show(progress), AbortSignal.timeout(stopMs))
    line.end()
    lakehouse.dispose()
    interrupt.dispose()
  }
}

/** The desktop's VS Code when there is one, else the workbench in a browser. */
async function openEditor(project: string, data: string): Promise<Server | undefined> {
  if (findOnPath('code') && (await openDesktop(project))) {
    say('VS Code has opened the demo workspace. Open DataFlow Lab in the activity bar, then a table and one of its versions;')
    say('or open lake.ipynb and run its cells.')
    return undefined
  }
  const server = await startServer({
    extensions: [process.cwd()],
    profile: join(data, 'editor'),
    port: workbenchPort,
    // The server's own folders are apart; what the extension starts must find the folders of this user.
    env: {
      XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
      XDG_DATA_HOME: process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'),
    },
  })
  say(`Open this address in a browser:\n\n    ${server.url(project)}\n`)
  say('There, open DataFlow Lab in the activity bar, then a table and one of its versions; or open lake.ipynb and run its cells.')
  return server
}

async function openDesktop(project: string): Promise<boolean> {
  const args = ['--new-window', `--extensionDevelopmentPath=${process.cwd()}`, project]
  const child = spawn('code', args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const [code] = await once(child, 'close')
  if (code !== 0) say('The command `code` does not open a window here; using a browser instead.')
  return code === 0
}

function catchInterrupt() {
  const controller = new AbortController()
  const { promise, resolve } = Promise.withResolvers<void>()
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130)
    say('\nStopping; once more Ctrl-C to leave at once.')
    controller.abort(new Error('Interrupted.'))
    resolve()
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, onSignal)
  return {
    signal: controller.signal,
    happened: promise,
    dispose: () => signals.forEach(signal => process.off(signal, onSignal)),
  }
}

function findOnPath(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some(folder => existsSync(join(folder, name)))
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
