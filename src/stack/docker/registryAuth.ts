import { spawn } from 'node:child_process'
import { posix } from 'node:path'
import { text } from 'node:stream/consumers'
import { isWire, parseJson, textOr, type Wire } from '#base/wire.ts'
import { readJsonFile } from '#process/privateFile.ts'
import { definedOnly } from '#runtime/childEnv.ts'
import type { Environment } from '#runtime/places.ts'

/** What a registry is shown; goes to the engine in a header. */
export interface RegistryAuth {
  readonly username?: string
  readonly password?: string
  readonly identitytoken?: string
  readonly serveraddress: string
}

const hub = 'https://index.docker.io/v1/'
const helperMs = 10_000

/** What `docker login` has kept for the registry of a repository: in its configuration, or with the program that it names there. */
export async function registryAuth(
  repository: string,
  env: Environment,
  home: string,
  signal: AbortSignal,
): Promise<RegistryAuth | undefined> {
  const config = await readJsonFile(posix.join(env['DOCKER_CONFIG'] || posix.join(home, '.docker'), 'config.json'))
  if (!isWire(config)) return undefined
  const registry = registryOf(repository)
  const helper = memberOf(config['credHelpers'], registry) ?? textOr(config, 'credsStore')
  if (typeof helper === 'string' && helper !== '') return await askHelper(helper, registry, env, signal)
  const kept = memberOf(config['auths'], registry) ?? memberOf(config['auths'], `https://${registry}`)
  return isWire(kept) ? ofEntry(kept, registry) : undefined
}

/** The first part of a repository where it is an address, else Docker Hub. */
export function registryOf(repository: string): string {
  const [first = '', ...rest] = repository.split('/')
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first.replace(/^(?:index\.)?docker\.io$/, hub) : hub
}

function ofEntry(entry: Wire, serveraddress: string): RegistryAuth | undefined {
  const identitytoken = textOr(entry, 'identitytoken')
  if (identitytoken) return { identitytoken, serveraddress }
  const pair = Buffer.from(textOr(entry, 'auth') ?? '', 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  return colon < 1 ? undefined : { username: pair.slice(0, colon), password: pair.slice(colon + 1), serveraddress }
}

/** https://github.com/docker/docker-credential-helpers: the registry on its input, JSON on its output; it fails for one it does not know. */
async function askHelper(helper: string, registry: string, env: Environment, signal: AbortSignal): Promise<RegistryAuth | undefined> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(helperMs)])
  const child = spawn(`docker-credential-${helper}`, ['get'], {
    env: definedOnly(env),
    stdio: ['pipe', 'pipe', 'ignore'],
    signal: within,
    windowsHide: true,
  })
  const failed = new Promise<undefined>(resolve => child.once('error', () => resolve(undefined)))
  child.stdin.on('error', () => {}) // it has ended without reading
  child.stdin.end(registry)
  const answer = await Promise.race([text(child.stdout), failed])
  signal.throwIfAborted()
  const wire = parseJson(answer ?? '')
  if (!isWire(wire)) return undefined
  const [username, secret] = [textOr(wire, 'Username'), textOr(wire, 'Secret')]
  if (!username || !secret) return undefined
  return username === '<token>'
    ? { identitytoken: secret, serveraddress: registry }
    : { username, password: secret, serveraddress: registry }
}

function memberOf(value: unknown, name: string): unknown {
  return isWire(value) ? value[name] : undefined
}
