import type { Readable } from 'node:stream'
import { absentAsUndefined, signalled, withSignal, type EngineConnection } from './connection.ts'
import type { RegistryAuth } from './registryAuth.ts'
import { parseImage, parseProgress, type ImageFacts, type ProgressLine } from './wire.ts'

export interface PullRequest {
  readonly repository: string
  readonly tagOrDigest: string
  readonly auth: RegistryAuth | undefined
  /** Continues "Cannot" where it fails. */
  readonly doing: string
}

export interface BuildRequest {
  readonly tag: string
  readonly dockerfile: string
  readonly args: Readonly<Record<string, string>>
  readonly target?: string
  readonly labels: Readonly<Record<string, string>>
}

/** The images of an engine. */
export class ImageClient {
  readonly #connection: EngineConnection

  constructor(connection: EngineConnection) {
    this.#connection = connection
  }

  /** Undefined when the engine does not have it. */
  async find(reference: string, signal: AbortSignal): Promise<ImageFacts | undefined> {
    return absentAsUndefined(
      this.#connection
        .call(`look at the image ${reference}`, signal, (docker, abortSignal) =>
          signalled(docker.getImage(reference)).inspect({ abortSignal }),
        )
        .then(parseImage),
    )
  }

  /** Gets an image; tells as it comes. A failure within the answer is a line with `error`. */
  async *pull({ repository, tagOrDigest, auth, doing }: PullRequest, signal: AbortSignal): AsyncGenerator<ProgressLine> {
    // The library takes `authconfig` out of the options into a header.
    const options = { fromImage: repository, tag: tagOrDigest, ...(auth ? { authconfig: auth } : {}) }
    const stream = await this.#connection.stream(doing, signal, (docker, abortSignal) =>
      docker.createImage(withSignal(options, abortSignal)),
    )
    for await (const line of this.#connection.lines(stream, doing, signal)) yield parseProgress(line)
  }

  async *build(context: Readable, request: BuildRequest, signal: AbortSignal): AsyncGenerator<ProgressLine> {
    const { tag, dockerfile, args, target, labels } = request
    const doing = `build the image ${tag}`
    const options = {
      t: tag,
      dockerfile,
      buildargs: { ...args },
      labels: { ...labels },
      rm: true,
      forcerm: true,
      ...(target === undefined ? {} : { target }),
    }
    const stream = await this.#connection.stream(doing, signal, (docker, abortSignal) =>
      docker.buildImage(context, { ...options, abortSignal }),
    )
    for await (const line of this.#connection.lines(stream, doing, signal)) yield parseProgress(line)
  }
}
