import type { Duplex, Readable } from 'node:stream'
import { isProblem } from '#base/errors.ts'
import { absentAsUndefined, changeMs, EngineConnection, signalled, withSignal } from './connection.ts'
import { isOnThisMachine, type EngineEndpoint } from './endpoint.ts'
import { ImageClient } from './imageClient.ts'
import { SharedClient } from './sharedClient.ts'
import {
  parseContainer,
  parseList,
  parseStats,
  parseVersion,
  wireOf,
  type ContainerFacts,
  type EngineFacts,
  type ListedContainer,
  type StatsFacts,
} from './wire.ts'

export interface LogRequest {
  /** Lines from the end. */
  readonly tail?: number
  /** Seconds with nanoseconds, inclusive. */
  readonly since?: string
}

/**
 * One container engine, as calls whose answers are parsed and whose failures are LakehouseErrors: `notFound` for what is not
 * there, `conflict` for a name or volume in use, `unreachable`, `denied`, `timeout`, `exhausted` for a full disk. Connects at the
 * first call.
 */
export class EngineClient {
  readonly address: string
  /** The engine sees the folders and ports of this machine. */
  readonly isHere: boolean
  readonly images: ImageClient
  readonly shared: SharedClient
  readonly #connection: EngineConnection

  constructor(endpoint: EngineEndpoint) {
    this.isHere = isOnThisMachine(endpoint)
    this.#connection = new EngineConnection(endpoint)
    this.address = this.#connection.address
    this.images = new ImageClient(this.#connection)
    this.shared = new SharedClient(this.#connection)
  }

  async version(signal: AbortSignal): Promise<EngineFacts> {
    return parseVersion(
      await this.#connection.call('ask the container engine', signal, (docker, abortSignal) => signalled(docker).version({ abortSignal })),
    )
  }

  /** The engine's machine: bytes of its memory, and the folder on it where images and volumes lie. */
  async machine(signal: AbortSignal): Promise<{ readonly memoryBytes: number; readonly folder: string }> {
    const info = wireOf(
      await this.#connection.call('ask the container engine', signal, (docker, abortSignal) => signalled(docker).info({ abortSignal })),
    )
    const [memory, folder]: readonly unknown[] = [info['MemTotal'], info['DockerRootDir']]
    return { memoryBytes: typeof memory === 'number' ? memory : 0, folder: typeof folder === 'string' ? folder : '' }
  }

  /** All containers with these labels, or all that run where there are none. */
  async containers(labels: readonly string[], signal: AbortSignal): Promise<readonly ListedContainer[]> {
    const options = labels.length > 0 ? { all: true, filters: { label: [...labels] } } : {}
    return parseList(
      await this.#connection.call('list the containers', signal, (docker, abortSignal) =>
        docker.listContainers(withSignal(options, abortSignal)),
      ),
    )
  }

  /** Undefined when it is gone. */
  async container(id: string, signal: AbortSignal): Promise<ContainerFacts | undefined> {
    return absentAsUndefined(
      this.#connection
        .call('look at a container', signal, (docker, abortSignal) => docker.getContainer(id).inspect(withSignal({}, abortSignal)))
        .then(parseContainer),
    )
  }

  /** Its id. The body is not repeated in the address, where an engine would log it. */
  async create(name: string, body: object, signal: AbortSignal): Promise<string> {
    const { id } = await this.#connection.call(
      `make the container ${name}`,
      signal,
      (docker, abortSignal) => docker.createContainer(withSignal({ _query: { name }, _body: body }, abortSignal)),
      changeMs,
    )
    return id
  }

  /** Does nothing to one that runs. */
  async start(id: string, name: string, signal: AbortSignal): Promise<void> {
    await unlessUnchanged(
      this.#connection.call(
        `start the container ${name}`,
        signal,
        (docker, abortSignal) => docker.getContainer(id).start(withSignal({}, abortSignal)),
        changeMs,
      ),
    )
  }

  /** Does nothing to one that stands still or is gone. */
  async stop(id: string, name: string, graceMs: number | undefined, signal: AbortSignal): Promise<void> {
    const seconds = graceMs === undefined ? {} : { t: Math.ceil(graceMs / 1000) }
    const stopping = this.#connection.call(
      `stop the container ${name}`,
      signal,
      (docker, abortSignal) => docker.getContainer(id).stop(withSignal(seconds, abortSignal)),
      changeMs + (graceMs ?? 0),
    )
    await absentAsUndefined(unlessUnchanged(stopping))
  }

  async unpause(id: string, name: string, signal: AbortSignal): Promise<void> {
    await this.#connection.call(`wake the container ${name}`, signal, (docker, abortSignal) =>
      docker.getContainer(id).unpause(withSignal({}, abortSignal)),
    )
  }

  /** Ends it at once where it runs; one that is being removed already is gone soon. Volumes without a name go too where `volumes` says so. */
  async remove(id: string, name: string, volumes: 'keep' | 'remove', signal: AbortSignal): Promise<void> {
    const options = { force: true, v: volumes === 'remove' }
    const removing = this.#connection.call(
      `remove the container ${name}`,
      signal,
      (docker, abortSignal) => docker.getContainer(id).remove(withSignal(options, abortSignal)),
      changeMs,
    )
    try {
      await absentAsUndefined(removing)
    } catch (error) {
      if (!isProblem(error, 'conflict')) throw error
    }
  }

  async rename(id: string, name: string, signal: AbortSignal): Promise<void> {
    await this.#connection.call(`name a container ${name}`, signal, (docker, abortSignal) =>
      docker.getContainer(id).rename(withSignal({ name }, abortSignal)),
    )
  }

  /** The end of its log, as the engine frames it. */
  async log(id: string, { tail, since }: LogRequest, signal: AbortSignal): Promise<Buffer> {
    const options = {
      stdout: true,
      stderr: true,
      timestamps: true,
      follow: false,
      ...(tail === undefined ? {} : { tail }),
      ...(since === undefined ? {} : { since }),
    } as const
    const bytes: unknown = await this.#connection.call('read a log', signal, (docker, abortSignal) =>
      docker.getContainer(id).logs(withSignal(options, abortSignal)),
    )
    return Buffer.isBuffer(bytes) ? bytes : Buffer.alloc(0)
  }

  /** What is written from now on, or since a moment; ends when the container does. */
  async followLog(id: string, { tail, since }: LogRequest, signal: AbortSignal): Promise<Readable> {
    const options = {
      stdout: true,
      stderr: true,
      timestamps: true,
      follow: true,
      ...(tail === undefined ? {} : { tail }),
      ...(since === undefined ? {} : { since }),
    } as const
    return this.#connection.stream('follow a log', signal, (docker, abortSignal) =>
      docker.getContainer(id).logs(withSignal(options, abortSignal)),
    )
  }

  /** One reading; undefined when it is gone. */
  async stats(id: string, signal: AbortSignal): Promise<StatsFacts | undefined> {
    const options = { stream: false, 'one-shot': true } as const
    return absentAsUndefined(
      this.#connection
        .call('read what a container uses', signal, (docker, abortSignal) =>
          docker.getContainer(id).stats(withSignal(options, abortSignal)),
        )
        .then(parseStats),
    )
  }

  /** What happens to containers with a label, until the engine ends or the signal aborts; returns once the engine listens. */
  async events(label: string, actions: readonly string[], signal: AbortSignal): Promise<AsyncGenerator> {
    const filters = { type: ['container' as const], label: [label], event: [...actions] }
    const doing = 'follow what happens to the containers'
    const stream = await this.#connection.stream(doing, signal, (docker, abortSignal) =>
      docker.getEvents(withSignal({ filters }, abortSignal)),
    )
    return this.#connection.lines(stream, doing, signal)
  }

  /** Runs a command in a container, in a terminal of its own. */
  async exec(id: string, command: readonly string[], signal: AbortSignal): Promise<EngineTerminal> {
    const options = {
      Cmd: [...command],
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Tty: true,
      Env: ['TERM=xterm-256color'],
    }
    const exec = await this.#connection.call('open a terminal', signal, (docker, abortSignal) =>
      docker.getContainer(id).exec(withSignal(options, abortSignal)),
    )
    const stream = await this.#connection.call('open a terminal', signal, () => exec.start({ hijack: true, stdin: true, Tty: true }))
    const never = new AbortController().signal
    return {
      stream,
      resize: (columns, rows) =>
        this.#connection.call('resize a terminal', never, (_, abortSignal) =>
          exec.resize(withSignal({ w: columns, h: rows }, abortSignal)),
        ),
      exitCode: async () => {
        const { ExitCode } = await this.#connection.call('look at a terminal', never, (_, abortSignal) =>
          exec.inspect(withSignal({}, abortSignal)),
        )
        return ExitCode
      },
    }
  }
}

export interface EngineTerminal {
  readonly stream: Duplex
  readonly resize: (columns: number, rows: number) => Promise<void>
  /** Null while it runs. */
  readonly exitCode: () => Promise<number | null>
}

/** Status 304: it was so before. */
async function unlessUnchanged(call: Promise<unknown>): Promise<void> {
  try {
    await call
  } catch (error) {
    if (!(isProblem(error) && error.details?.['status'] === 304)) throw error
  }
}
