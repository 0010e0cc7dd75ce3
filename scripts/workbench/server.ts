// Runs VS Code as a server: the workbench of code-server and a real Node extension host, by the Node that comes with it.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, cpSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createProfile } from './profile.ts'
import { findRuntime } from './runtime.ts'

export interface ServerOptions {
  /** Folders of extensions to link in. */
  readonly extensions?: readonly string[]
  /** More environment for the extension host. */
  readonly env?: Readonly<Record<string, string>>
  /** More user settings. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** The workbench obeys the payload of its address, which tests need, and shows no toasts or modal dialogs. */
  readonly testDriver?: boolean
  /** A profile to keep; a temporary one when absent. */
  readonly profile?: string
  /** A port to prefer; any free one when absent or taken. */
  readonly port?: number
}

export interface Server {
  readonly origin: string
  /** `host:port`, the authority of `vscode-remote:` addresses. */
  readonly authority: string
  /** The workbench on a folder; `payload` starts extension tests. */
  url(folder: string, payload?: readonly (readonly [string, string])[]): string
  /** The last lines of the extension host's logs. */
  hostLog(): string
  /** Copies the logs of server and extension host into a folder. */
  collectLogs(into: string): void
  stop(): Promise<void>
}

const startMs = 60_000
const stopMs = 5_000
const logLines = 40

/** Starts an isolated VS Code on a port of its own. @throws Error when the runtime is missing or does not answer in 60 s. */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const runtime = findRuntime()
  // Unix sockets lie in it, and their paths must stay under 108 characters.
  const temp = mkdtempSync(join(tmpdir(), 'dfvs-'))
  const profile = await createProfile({
    folder: options.profile ?? temp,
    extensions: options.extensions ?? [],
    settings: options.settings ?? {},
  })
  const port = await freePort(options.port ?? 0)
  const origin = `http://127.0.0.1:${port}`
  const logFile = join(temp, 'server.log')
  const args = [runtime.entry, '--config', join(temp, 'config.yaml'), '--user-data-dir', profile.userData]
  args.push('--extensions-dir', profile.extensions, '--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry')
  args.push('--disable-update-check', '--disable-getting-started-override', '--ignore-last-opened', '--disable-workspace-trust')
  if (options.testDriver === true) args.push('--vscode-option', 'enable-smoke-test-driver')
  const child = spawnServer(runtime.node, args, { temp, logFile, env: options.env ?? {} })
  const logs = join(profile.userData, 'logs')
  const server: Server = {
    origin,
    authority: `127.0.0.1:${port}`,
    url: (folder, payload) =>
      `${origin}/?folder=${encodeURIComponent(resolve(folder))}${payload ? `&payload=${encodeURIComponent(JSON.stringify(payload))}` : ''}`,
    hostLog: () => tailHostLogs(logs),
    collectLogs: into => {
      mkdirSync(into, { recursive: true })
      cpSync(logFile, join(into, 'server.log'))
      if (existsSync(logs)) cpSync(logs, join(into, 'logs'), { recursive: true })
    },
    stop: () => stopServer(child, temp),
  }
  try {
    await waitForHealth(origin, child, logFile)
  } catch (error) {
    await server.stop()
    throw error
  }
  return server
}

function spawnServer(node: string, args: readonly string[], at: { temp: string; logFile: string; env: Readonly<Record<string, string>> }) {
  const own = { EXTENSIONS_GALLERY: '{}', XDG_DATA_HOME: at.temp, XDG_CONFIG_HOME: at.temp, XDG_CACHE_HOME: at.temp, TMPDIR: at.temp }
  const { VSCODE_IPC_HOOK_CLI: _outerWindow, NODE_OPTIONS: _options, NODE_V8_COVERAGE: _coverage, ...inherited } = process.env
  const log = openSync(at.logFile, 'w')
  const child = spawn(node, args, { env: { ...inherited, ...own, ...at.env }, stdio: ['ignore', log, log], detached: true })
  closeSync(log)
  child.on('error', () => {})
  process.once('exit', () => {
    signalGroup(child, 'SIGKILL')
    rmSync(at.temp, { recursive: true, force: true })
  })
  return child
}

async function waitForHealth(origin: string, child: ChildProcess, logFile: string): Promise<void> {
  for (const end = Date.now() + startMs; Date.now() < end; await sleep(100)) {
    const healthy = await fetch(`${origin}/healthz`).then(
      response => response.ok,
      () => false,
    )
    if (healthy) return
    if (hasEnded(child)) throw new Error(`The VS Code server ended:\n${readFileSync(logFile, 'utf8')}`)
  }
  throw new Error(`The VS Code server does not answer after ${startMs / 1000} s:\n${readFileSync(logFile, 'utf8')}`)
}

/** Ends the whole process group: launcher, server, extension host and terminals. */
async function stopServer(child: ChildProcess, temp: string): Promise<void> {
  if (!hasEnded(child)) {
    const ended = once(child, 'exit')
    signalGroup(child, 'SIGTERM')
    await Promise.race([ended, sleep(stopMs, undefined, { ref: false })])
  }
  signalGroup(child, 'SIGKILL')
  rmSync(temp, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
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

async function freePort(wanted: number): Promise<number> {
  const probe = createServer()
  probe.listen(wanted, '127.0.0.1')
  try {
    await once(probe, 'listening')
  } catch (error) {
    if (wanted === 0) throw error
    return await freePort(0)
  }
  const address = probe.address()
  probe.close()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has no port.')
  return address.port
}

function tailHostLogs(folder: string): string {
  if (!existsSync(folder)) return ''
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('remoteexthost.log'))
  const tail = (name: string): string => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n').slice(-logLines).join('\n')
  return names.map(name => `--- ${name}\n${tail(name)}`).join('\n')
}
