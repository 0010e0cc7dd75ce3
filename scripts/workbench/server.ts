// Runs VS Code as a server: the workbench of code-server and a real Node extension host, by the Node that comes with it.
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createProfile } from './profile.ts'
import { installPackage, logOf, spawnServer, stopServer, waitForHealth } from './serverProcess.ts'

export interface ServerOptions {
  /** Extensions: folders are linked in, .vsix files installed. */
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

const logLines = 40
const quiet = ['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override', '--ignore-last-opened']
const testDriverArgs = ['--vscode-option', 'enable-smoke-test-driver']

/** Starts an isolated VS Code on a port of its own. @throws Error when the runtime is missing or does not answer in 60 s. */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const { extensions = [], env = {}, settings = {}, testDriver = false } = options
  // Unix sockets lie in it, and their paths must stay under 108 characters.
  const temp = mkdtempSync(join(tmpdir(), 'dfvs-'))
  const folders = extensions.filter(path => !path.endsWith('.vsix'))
  const profile = await createProfile({ folder: options.profile ?? temp, extensions: folders, settings })
  const setting = { temp, profile, env }
  for (const path of extensions) if (path.endsWith('.vsix')) await installPackage(resolve(path), setting)
  const authority = `127.0.0.1:${await freePort(options.port ?? 0)}`
  const origin = `http://${authority}`
  const args = ['--auth', 'none', '--bind-addr', authority, '--disable-workspace-trust', ...quiet]
  const child = spawnServer([...args, ...(testDriver ? testDriverArgs : [])], setting)
  const logs = join(profile.userData, 'logs')
  const server: Server = {
    origin,
    authority,
    url: (folder, payload) => {
      const address = `${origin}/?folder=${encodeURIComponent(resolve(folder))}`
      return payload ? `${address}&payload=${encodeURIComponent(JSON.stringify(payload))}` : address
    },
    hostLog: () => tailHostLogs(logs),
    collectLogs: into => {
      mkdirSync(into, { recursive: true })
      cpSync(logOf(setting), join(into, 'server.log'))
      if (existsSync(logs)) cpSync(logs, join(into, 'logs'), { recursive: true })
    },
    stop: () => stopServer(child, setting),
  }
  try {
    await waitForHealth(origin, child, setting)
  } catch (error) {
    await server.stop()
    throw error
  }
  return server
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
