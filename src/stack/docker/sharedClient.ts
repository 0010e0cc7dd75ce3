import { isProblem } from '#base/errors.ts'
import { absentAsUndefined, changeMs, signalled, withSignal, type EngineConnection } from './connection.ts'
import { parseShared, parseSharedList, parseVolumeSizes, type SharedFacts } from './wire.ts'

/** An engine measures by walking through every file. */
const measureMs = 3000

/** What containers of an engine share: networks and volumes. */
export class SharedClient {
  readonly #connection: EngineConnection

  constructor(connection: EngineConnection) {
    this.#connection = connection
  }

  /** Undefined when there is none of exactly this name. */
  async network(name: string, signal: AbortSignal): Promise<SharedFacts | undefined> {
    const found = await absentAsUndefined(
      this.#connection
        .call(`look at the network ${name}`, signal, (docker, abortSignal) => signalled(docker.getNetwork(name)).inspect({ abortSignal }))
        .then(parseShared),
    )
    return found?.name === name ? found : undefined
  }

  async networks(labels: readonly string[], signal: AbortSignal): Promise<readonly SharedFacts[]> {
    const filters = { label: [...labels] }
    return parseSharedList(
      await this.#connection.call('list the networks', signal, (docker, abortSignal) =>
        docker.listNetworks(withSignal({ filters }, abortSignal)),
      ),
    )
  }

  async createNetwork(name: string, labels: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
    const body = { Name: name, Driver: 'bridge', CheckDuplicate: true, Labels: { ...labels } }
    await this.#connection.call(
      `make the network ${name}`,
      signal,
      (docker, abortSignal) => docker.createNetwork(withSignal(body, abortSignal)),
      changeMs,
    )
  }

  async removeNetwork(name: string, signal: AbortSignal): Promise<void> {
    await absentAsUndefined(
      this.#connection.call(
        `remove the network ${name}`,
        signal,
        (docker, abortSignal) => docker.getNetwork(name).remove(withSignal({}, abortSignal)),
        changeMs,
      ),
    )
  }

  async connect(network: string, id: string, aliases: readonly string[], signal: AbortSignal): Promise<void> {
    const body = { Container: id, EndpointConfig: { Aliases: [...aliases] } }
    await this.#connection.call(
      `join the network ${network}`,
      signal,
      (docker, abortSignal) => docker.getNetwork(network).connect(withSignal(body, abortSignal)),
      changeMs,
    )
  }

  /** Undefined when there is none. */
  async volume(name: string, signal: AbortSignal): Promise<SharedFacts | undefined> {
    return absentAsUndefined(
      this.#connection
        .call(`look at the volume ${name}`, signal, (docker, abortSignal) => docker.getVolume(name).inspect(withSignal({}, abortSignal)))
        .then(parseShared),
    )
  }

  async createVolume(name: string, labels: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
    const body = { Name: name, Labels: { ...labels } }
    await this.#connection.call(
      `make the volume ${name}`,
      signal,
      (docker, abortSignal) => docker.createVolume(withSignal(body, abortSignal)),
      changeMs,
    )
  }

  /** @throws LakehouseError `conflict` while a container uses it */
  async removeVolume(name: string, signal: AbortSignal): Promise<void> {
    await absentAsUndefined(
      this.#connection.call(
        `remove the volume ${name}`,
        signal,
        (docker, abortSignal) => docker.getVolume(name).remove(withSignal({}, abortSignal)),
        changeMs,
      ),
    )
  }

  /** Bytes of the volumes by name; empty where measuring them takes long. */
  async volumeSizes(signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
    const measuring = this.#connection.call(
      'measure the volumes',
      signal,
      (docker, abortSignal) => signalled(docker).df({ abortSignal }),
      measureMs,
    )
    try {
      return parseVolumeSizes(await measuring)
    } catch (error) {
      if (isProblem(error, 'timeout')) return new Map()
      throw error
    }
  }
}
