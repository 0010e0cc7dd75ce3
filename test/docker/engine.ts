import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { output } from './docker.ts'

/** A Docker Engine of this run's own. */
export interface TestEngine {
  /** For DOCKER_HOST. */
  readonly host: string
  readonly pid: number
  readonly logFile: string
  /** Ends it with all its containers. */
  stop(): Promise<void>
}

export interface EngineOptions {
  /** Keeps the images for the next run. */
  readonly dataFolder: string
  readonly logFile: string
}

const startMs = 60_000
const stopMs = 30_000

/** What {@link startEngine} needs and this machine lacks; empty where it can be tried. */
export function missingForEngine(): readonly string[] {
  if (process.platform !== 'linux') return ['Linux']
  return [...(process.getuid?.() === 0 ? [] : ['root']), ...tools.filter(name => !isInstalled(name))]
}

const tools = ['dockerd', 'docker', 'iptables', 'debootstrap', 'busybox']

function isInstalled(name: string): boolean {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders.some(folder => existsSync(join(folder, name)))
}

/** Starts dockerd on a socket of its own. One at a time on a machine: engines share a bridge and rules. @throws Error with its log */
export async function startEngine({ dataFolder, logFile }: EngineOptions): Promise<TestEngine> {
  // A Unix socket's path has at most 108 bytes.
  const folder = mkdtempSync(join(tmpdir(), 'dfengine-'))
  // As /var/run: whoever is of the socket's group may use it.
  chmodSync(folder, 0o711)
  mkdirSync(dataFolder, { recursive: true })
  const socket = join(folder, 'docker.sock')
  const args = [
    '--data-root',
    dataFolder,
    '--exec-root',
    join(folder, 'exec'),
    '--pidfile',
    join(folder, 'pid'),
    '--host',
    `unix://${socket}`,
  ]
  const log = openSync(logFile, 'w')
  const child = spawn('dockerd', args, { stdio: ['ignore', log, log], detached: true })
  closeSync(log)
  const ended = new Promise<void>(resolve => {
    child.once('close', () => resolve())
    child.once('error', () => resolve())
  })
  const stop = async (): Promise<void> => {
    await end(child, ended)
    await unmount([folder, dataFolder])
    rmSync(folder, { recursive: true, force: true })
  }
  for (const deadline = Date.now() + startMs; !(await answers(socket)); await sleep(100)) {
    if (child.exitCode === null && Date.now() < deadline) continue
    await stop()
    throw new Error(`dockerd does not start: ${readFileSync(logFile, 'utf8').slice(-1500)}`)
  }
  return { host: `unix://${socket}`, pid: child.pid ?? 0, logFile, stop }
}

async function end(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGTERM')
  await Promise.race([ended, sleep(stopMs, undefined, { ref: false })])
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  await ended
}

/** What a killed engine leaves, the deepest first. */
async function unmount(folders: readonly string[]): Promise<void> {
  const points = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map(line => line.split(' ')[1] ?? '')
    .filter(point => folders.some(folder => point.startsWith(`${folder}/`)))
    .toSorted()
    .toReversed()
  for (const point of points) await output('umount', ['--lazy', point]).catch(() => {})
}

/** True when an engine answers at a socket. */
export function answers(socketPath: string): Promise<boolean> {
  return new Promise(resolve => {
    const request = get({ socketPath, path: '/_ping', timeout: 2000 }, response => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.once('error', () => resolve(false))
    request.once('timeout', () => request.destroy())
  })
}
