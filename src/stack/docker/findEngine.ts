import { homedir } from 'node:os'
import { posix } from 'node:path'
import { asError, LakehouseError, toProblem, type Problem } from '#base/errors.ts'
import type { Environment } from '#runtime/places.ts'
import { EngineClient } from './client.ts'
import { currentContext, readContext, readTls } from './contexts.ts'
import { addressOf, parseEndpoint, withoutPassword, type EngineEndpoint } from './endpoint.ts'
import type { EngineFacts } from './wire.ts'

/** Who names an engine; `known` is a socket where engines usually listen. */
export type EngineSource = 'setting' | 'DOCKER_HOST' | 'DOCKER_CONTEXT' | 'context' | 'known'

/** One place where an engine was looked for. */
export interface EngineAttempt {
  readonly source: EngineSource
  /** The address, or the context's name where it cannot be read. */
  readonly address: string
  /** Null where the engine answered. */
  readonly problem: Problem | null
}

export interface EngineSearch {
  readonly env: Environment
  /** The address that the user has set; empty or absent for none. */
  readonly setting?: string
  readonly platform?: NodeJS.Platform
  readonly home?: string
}

export interface FoundEngine {
  readonly client: EngineClient
  readonly endpoint: EngineEndpoint
  readonly facts: EngineFacts
}

export interface EngineFinding {
  /** Undefined when none answers. */
  readonly engine?: FoundEngine
  /** In the order of trying; the one that answered is the last. */
  readonly attempts: readonly EngineAttempt[]
}

interface Candidate {
  readonly source: EngineSource
  readonly label: string
  readonly endpoint: () => Promise<EngineEndpoint>
}

const answerMs = 5000

/**
 * Looks for a container engine: the setting, DOCKER_HOST, DOCKER_CONTEXT, the current context, then the usual sockets. One that
 * is named and fails is the end of it: nobody wants to work on another engine than the one they chose.
 */
export async function findEngine(search: EngineSearch, signal: AbortSignal): Promise<EngineFinding> {
  const attempts: EngineAttempt[] = []
  for (const { source, label, endpoint: read } of await candidates(search)) {
    let address = label
    try {
      const endpoint = await read()
      address = addressOf(endpoint)
      const client = new EngineClient(endpoint)
      const facts = await client.version(AbortSignal.any([signal, AbortSignal.timeout(answerMs)]))
      return { engine: { client, endpoint, facts }, attempts: [...attempts, { source, address, problem: null }] }
    } catch (error) {
      signal.throwIfAborted()
      attempts.push({ source, address, problem: toProblem(error) ?? { code: 'failed', message: asError(error).message } })
    }
  }
  return { attempts }
}

/** Why no engine answers: the failure of the one that was named, else of the likeliest one. */
export function noEngine(attempts: readonly EngineAttempt[]): LakehouseError {
  const told = attempts.find(({ problem }) => problem && problem.code !== 'notFound') ?? attempts[0]
  const hint = 'Start Docker, or choose the local engine with the setting dataflow.stack.engine.'
  const details = { tried: attempts.map(({ address }) => address).join(', ') }
  if (!told?.problem) return new LakehouseError('unreachable', 'No container engine was found.', { hint, details })
  const isNamed = told.source !== 'known'
  const code = told.problem.code === 'notFound' ? 'unreachable' : told.problem.code
  const message = isNamed || code !== 'unreachable' ? told.problem.message : 'No container engine answers on this machine.'
  return new LakehouseError(code, message, { hint: told.problem.hint ?? hint, details })
}

async function candidates({ env, setting, platform = process.platform, home = homedir() }: EngineSearch): Promise<Candidate[]> {
  const config = env['DOCKER_CONFIG'] || posix.join(home, '.docker')
  if (setting) return [named('setting', setting, env, config)]
  const host = env['DOCKER_HOST']
  if (host) return [named('DOCKER_HOST', host, env, config)]
  const context = env['DOCKER_CONTEXT'] || undefined
  if (context !== undefined && context !== 'default') return [ofContext('DOCKER_CONTEXT', context, config)]
  const current = context === undefined ? await currentContext(config) : undefined
  if (current !== undefined) return [ofContext('context', current, config)]
  return knownSockets(env, platform, home).map(path => ({
    source: 'known',
    label: path,
    endpoint: () => Promise.resolve({ kind: 'socket', path }),
  }))
}

function named(source: EngineSource, address: string, env: Environment, config: string): Candidate {
  const endpoint = async (): Promise<EngineEndpoint> => {
    const withScheme = address.includes('://') || /^[/\\]/.test(address) ? address : `tcp://${address}`
    const isSecure = Boolean(env['DOCKER_TLS_VERIFY']) && withScheme.startsWith('tcp:')
    return parseEndpoint(withScheme, isSecure ? await readTls(env['DOCKER_CERT_PATH'] || config) : undefined)
  }
  return { source, label: withoutPassword(address), endpoint }
}

function ofContext(source: EngineSource, name: string, config: string): Candidate {
  return { source, label: name, endpoint: () => readContext(config, name) }
}

/** Where engines listen when nobody says so: Docker, rootless Docker, Docker Desktop, OrbStack, Colima, Rancher Desktop, Podman. */
function knownSockets(env: Environment, platform: NodeJS.Platform, home: string): string[] {
  if (platform === 'win32') return ['docker_engine', 'dockerDesktopLinuxEngine', 'podman-machine-default'].map(name => `//./pipe/${name}`)
  const below = (...names: string[]): string => posix.join(home, ...names)
  if (platform === 'darwin') {
    return [
      '/var/run/docker.sock',
      below('.docker', 'run', 'docker.sock'),
      below('.orbstack', 'run', 'docker.sock'),
      below('.colima', 'default', 'docker.sock'),
      below('.rd', 'docker.sock'),
    ]
  }
  const runtime = env['XDG_RUNTIME_DIR']
  return [
    '/var/run/docker.sock',
    ...(runtime ? [posix.join(runtime, 'docker.sock')] : []),
    below('.docker', 'desktop', 'docker.sock'),
    below('.rd', 'docker.sock'),
    ...(runtime ? [posix.join(runtime, 'podman', 'podman.sock')] : []),
    '/run/podman/podman.sock',
  ]
}
