import { LakehouseError } from '#base/errors.ts'

/** Where an engine listens. */
export type EngineEndpoint =
  /** A Unix socket or a Windows pipe. */
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls?: EngineTls }

/** Certificates as PEM. */
export interface EngineTls {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

const plainPort = 2375
const tlsPort = 2376

/**
 * An address as DOCKER_HOST and contexts have it: `unix://`, `npipe://`, `tcp://`, `http://`, `https://`, or the path of a socket.
 *
 * @param readTls certificates of the address; undefined where it has none
 * @throws LakehouseError `unsupported` for ssh, `invalid` for anything else
 */
export function parseEndpoint(address: string, tls?: EngineTls): EngineEndpoint {
  const socket = /^(?:unix|npipe):\/\/(.+)$/.exec(address)?.[1] ?? (/^[/\\]/.test(address) ? address : undefined)
  if (socket !== undefined) return { kind: 'socket', path: socket.replaceAll('\\', '/') }
  if (address.startsWith('ssh:')) {
    throw new LakehouseError('unsupported', `The engine at ${withoutPassword(address)} is reached over SSH, which is not supported.`, {
      hint: 'Forward its socket with `ssh -N -L /tmp/docker.sock:/var/run/docker.sock HOST` and set DOCKER_HOST to unix:///tmp/docker.sock.',
    })
  }
  if (!URL.canParse(address) || !/^(?:tcp|https?):\/\/./.test(address)) {
    throw new LakehouseError('invalid', `${JSON.stringify(withoutPassword(address))} is not the address of a container engine.`, {
      hint: 'Give it as unix:///path/to/docker.sock, npipe:////./pipe/docker_engine or tcp://host:port.',
    })
  }
  // URL drops the default port of http and https only.
  const { protocol, hostname, port } = new URL(address.replace(/^(?:tcp|https?):/, scheme => (scheme === 'https:' ? 'tls:' : 'tcp:')))
  const secure = tls ?? (protocol === 'tls:' ? {} : undefined)
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  return { kind: 'tcp', host, port: port === '' ? (secure ? tlsPort : plainPort) : Number(port), ...(secure ? { tls: secure } : {}) }
}

/** No engine is reached with a password in its address, and some write one all the same. */
export function withoutPassword(address: string): string {
  return address.replace(/(:\/\/[^/@:]*):.*@/, '$1@')
}

/** The endpoint as people write it. */
export function addressOf(endpoint: EngineEndpoint): string {
  if (endpoint.kind === 'tcp') return `tcp://${endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host}:${endpoint.port}`
  return `${endpoint.path.startsWith('//') ? 'npipe' : 'unix'}://${endpoint.path}`
}

/** True where the engine sees the folders of this machine. */
export function isOnThisMachine(endpoint: EngineEndpoint): boolean {
  return endpoint.kind === 'socket' || /^(?:localhost|127\..*|::1)$/.test(endpoint.host)
}
