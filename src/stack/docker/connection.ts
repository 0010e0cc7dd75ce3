import { Agent as HttpAgent, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Readable } from 'node:stream'
import type Docker from 'dockerode'
import { isProblem, LakehouseError } from '#base/errors.ts'
import { addressOf, type EngineEndpoint } from './endpoint.ts'
import { engineFault } from './faults.ts'
import { jsonLines } from './jsonLines.ts'

/** Asking takes milliseconds; an engine that is silent for so long hangs. */
const askMs = 20_000
/** Over a network, an answer that says nothing for long would else not notice that the other side is gone. */
const keepAliveMs = 30_000
/** Making, starting and removing wait for disks, and for the engine's other work. */
export const changeMs = 120_000

/** The client library for one engine, loaded at the first call; what it throws is put into words. */
export class EngineConnection {
  readonly address: string
  readonly #endpoint: EngineEndpoint
  #docker: Promise<Docker> | undefined

  constructor(endpoint: EngineEndpoint) {
    this.#endpoint = endpoint
    this.address = addressOf(endpoint)
  }

  /** One answer; `doing` continues "Cannot". */
  async call<T>(
    doing: string,
    signal: AbortSignal,
    task: (docker: Docker, abortSignal: AbortSignal) => Promise<T>,
    withinMs = askMs,
  ): Promise<T> {
    signal.throwIfAborted()
    const late = AbortSignal.timeout(withinMs)
    try {
      return await task(await this.#open(), AbortSignal.any([signal, late]))
    } catch (error) {
      signal.throwIfAborted()
      if (late.aborted) throw silent(doing, this.address, error)
      throw engineFault(error, doing, this.address)
    }
  }

  /** An answer that goes on. */
  async stream(
    doing: string,
    signal: AbortSignal,
    task: (docker: Docker, abortSignal: AbortSignal) => Promise<NodeJS.ReadableStream>,
  ): Promise<Readable> {
    signal.throwIfAborted()
    try {
      // SAFETY: Node's own HTTP answer.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      const answer = (await task(await this.#open(), signal)) as IncomingMessage
      if (this.#endpoint.kind === 'tcp') answer.socket.setKeepAlive(true, keepAliveMs)
      return answer
    } catch (error) {
      signal.throwIfAborted()
      throw engineFault(error, doing, this.address)
    }
  }

  /** The JSON lines of such an answer. */
  async *lines(stream: Readable, doing: string, signal: AbortSignal): AsyncGenerator {
    try {
      yield* jsonLines(stream)
    } catch (error) {
      signal.throwIfAborted()
      throw engineFault(error, doing, this.address)
    } finally {
      stream.destroy()
    }
  }

  #open(): Promise<Docker> {
    this.#docker ??= openDocker(this.#endpoint)
    return this.#docker
  }
}

async function openDocker(endpoint: EngineEndpoint): Promise<Docker> {
  const { Docker: Library } = await import('#stack/docker/library.ts')
  return withoutDockerHost(() => {
    if (endpoint.kind === 'socket') {
      const options = { socketPath: endpoint.path, host: undefined, port: undefined, protocol: 'http' as const, agent: new HttpAgent() }
      return new Library(options)
    }
    const { host, port, tls } = endpoint
    const plain = { host, port, protocol: 'http' as const, agent: new HttpAgent() }
    const secure = { ...plain, ...tls, protocol: 'https' as const, agent: new HttpsAgent({ keepAlive: true }) }
    return new Library(tls ? secure : plain)
  })
}

/** The library prefers the variable to what it is told, and throws on one that it cannot read. */
function withoutDockerHost<T>(task: () => T): T {
  const kept = process.env['DOCKER_HOST']
  delete process.env['DOCKER_HOST']
  try {
    return task()
  } finally {
    if (kept !== undefined) process.env['DOCKER_HOST'] = kept
  }
}

/** The library takes the signal out of the options of every call, which its types tell of some only. */
export function withSignal<T extends object>(options: T, abortSignal: AbortSignal): T & { abortSignal: AbortSignal } {
  return { ...options, abortSignal }
}

interface Signalled {
  version(options: { abortSignal: AbortSignal }): Promise<unknown>
  info(options: { abortSignal: AbortSignal }): Promise<unknown>
  inspect(options: { abortSignal: AbortSignal }): Promise<unknown>
  df(options: { abortSignal: AbortSignal }): Promise<unknown>
}

export function signalled(from: Docker | Docker.Network | Docker.Image): Signalled {
  // SAFETY: these take options since dockerode 4; its types know them without.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return from as unknown as Signalled
}

/** The answer, or undefined where there is no such thing. */
export async function absentAsUndefined<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call
  } catch (error) {
    if (isProblem(error, 'notFound')) return undefined
    throw error
  }
}

function silent(doing: string, address: string, cause: unknown): LakehouseError {
  return new LakehouseError('timeout', `Cannot ${doing}: the container engine at ${address} did not answer in time.`, {
    hint: 'It may be busy or hang: look at its log, or start it anew.',
    details: { engine: address },
    cause,
  })
}
