import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Profile } from './profile.ts'
import { findRuntime } from './runtime.ts'

/** What every start of the server is given. */
export interface ServerSetting {
  /** Its temporary files and sockets; removed when it stops. */
  readonly temp: string
  readonly profile: Profile
  /** More environment, so also for the extension host. */
  readonly env: Readonly<Record<string, string>>
}

export interface ServerProcess {
  readonly child: ChildProcess
  /** What is done when this process ends before the server was stopped. */
  readonly onExit: () => void
}

const run = promisify(execFile)
const startMs = 60_000
const stopMs = 5_000

/** Installs a .vsix into the profile, as a user does. */
export async function installPackage(vsix: string, setting: ServerSetting): Promise<void> {
  const { node, entry } = findRuntime()
  await run(node, [entry, ...profileArgs(setting), '--install-extension', vsix], { env: environment(setting) })
}

/** Starts the server with its own process group; its output goes to `server.log` of the temporary folder. */
export function spawnServer(more: readonly string[], setting: ServerSetting): ServerProcess {
  const { node, entry } = findRuntime()
  const log = openSync(logOf(setting), 'w')
  const args = [entry, ...profileArgs(setting), ...more]
  const child = spawn(node, args, { env: environment(setting), stdio: ['ignore', log, log], detached: true })
  closeSync(log)
  child.on('error', () => {})
  const onExit = (): void => endAtOnce(child, setting)
  process.once('exit', onExit)
  return { child, onExit }
}

export function logOf({ temp }: ServerSetting): string {
  return join(temp, 'server.log')
}

/** Resolves when the server answers. @throws Error with its output when it ends, or does not answer in 60 s */
export async function waitForHealth(origin: string, { child }: ServerProcess, setting: ServerSetting): Promise<void> {
  const isHealthy = (): Promise<boolean> =>
    fetch(`${origin}/healthz`).then(
      response => response.ok,
      () => false,
    )
  for (const end = Date.now() + startMs; Date.now() < end; await sleep(100)) {
    if (await isHealthy()) return
    if (hasEnded(child)) throw new Error(`The VS Code server ended:\n${readFileSync(logOf(setting), 'utf8')}`)
  }
  throw new Error(`The VS Code server does not answer after ${startMs / 1000} s:\n${readFileSync(logOf(setting), 'utf8')}`)
}

/** Ends the whole process group: launcher, server, extension host and terminals. */
export async function stopServer({ child, onExit }: ServerProcess, setting: ServerSetting): Promise<void> {
  if (!hasEnded(child)) {
    const ended = once(child, 'exit')
    signalGroup(child, 'SIGTERM')
    await Promise.race([ended, sleep(stopMs, undefined, { ref: false })])
  }
  process.off('exit', onExit)
  endAtOnce(child, setting)
}

function endAtOnce(child: ChildProcess, { temp }: ServerSetting): void {
  signalGroup(child, 'SIGKILL')
  rmSync(temp, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
}

function profileArgs({ temp, profile }: ServerSetting): readonly string[] {
  return ['--config', join(temp, 'config.yaml'), '--user-data-dir', profile.userData, '--extensions-dir', profile.extensions]
}

/** Nothing of the person's own VS Code, and nothing that is meant for this process alone. */
function environment({ temp, env }: ServerSetting): Record<string, string | undefined> {
  const own = { EXTENSIONS_GALLERY: '{}', XDG_DATA_HOME: temp, XDG_CONFIG_HOME: temp, XDG_CACHE_HOME: temp, TMPDIR: temp }
  const { VSCODE_IPC_HOOK_CLI: _outerWindow, NODE_OPTIONS: _options, NODE_V8_COVERAGE: _coverage, ...inherited } = process.env
  return { ...inherited, ...own, ...env }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // The group has gone.
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined
}
