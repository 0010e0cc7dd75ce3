import type { S3Client } from '@aws-sdk/client-s3'
import { LakehouseError } from '#base/errors.ts'
import type { CredentialSource, S3Credentials, S3Endpoint } from '#storage/storeSpec.ts'
import { isRefused, s3Problem, type Attempted } from './problems.ts'

type Sdk = typeof import('@aws-sdk/client-s3')

/** How long one request may take and how often it is tried. */
export interface S3Limits {
  readonly connectMs: number
  /** Until the answer begins, and between two parts of it. */
  readonly idleMs: number
  /** The first included; with waits of 50 ms and more between them. */
  readonly attempts: number
}

export const defaultLimits: S3Limits = { connectMs: 5_000, idleMs: 30_000, attempts: 3 }

const socketsAtOnce = 64

interface Made {
  readonly client: S3Client
  readonly credentials: S3Credentials | undefined
}

/**
 * The client library for one S3 service, loaded and configured at the first request. When the service refuses the credentials,
 * the source is asked once more; the request is repeated if they changed.
 */
export class S3Connection {
  readonly endpoint: S3Endpoint
  readonly #source: CredentialSource
  readonly #limits: S3Limits
  #made: Promise<Made> | undefined
  /** Kept, because a bundle copies the library's names at each import. */
  #sdk: Promise<Sdk> | undefined

  constructor(endpoint: S3Endpoint, source: CredentialSource, limits: S3Limits) {
    this.endpoint = endpoint
    this.#source = source
    this.#limits = limits
  }

  /** The answer of `task`; a failure as a LakehouseError that says what was attempted; after an abort the signal's reason. */
  async run<T>(attempted: Attempted, signal: AbortSignal, task: (client: S3Client, sdk: Sdk) => Promise<T>): Promise<T> {
    signal.throwIfAborted()
    try {
      return await this.#once(signal, task)
    } catch (error) {
      signal.throwIfAborted()
      throw s3Problem(error, attempted, this.endpoint)
    }
  }

  /** The next request asks for the credentials. */
  renew(): void {
    this.#made = undefined
  }

  async #once<T>(signal: AbortSignal, task: (client: S3Client, sdk: Sdk) => Promise<T>): Promise<T> {
    const sdk = await (this.#sdk ??= import('@aws-sdk/client-s3'))
    const ask = (): Promise<S3Credentials | undefined> => this.#source(this.endpoint.connection, signal)
    const made = await (this.#made ?? this.#make(sdk, ask()))
    try {
      return await task(made.client, sdk)
    } catch (error) {
      if (!isRefused(error)) throw error
      const renewed = await ask()
      if (isSame(made.credentials, renewed)) throw error
      return await task((await this.#make(sdk, Promise.resolve(renewed))).client, sdk)
    }
  }

  /** Requests that come meanwhile join the making in progress; after a failure the next one tries again. */
  #make(sdk: Sdk, asked: Promise<S3Credentials | undefined>): Promise<Made> {
    const made = asked.then(credentials => ({ client: createClient(sdk, this.endpoint, credentials, this.#limits), credentials }))
    this.#made = made
    made.catch(() => {
      if (this.#made === made) this.#made = undefined
    })
    return made
  }
}

function isSame(a: S3Credentials | undefined, b: S3Credentials | undefined): boolean {
  return a?.accessKeyId === b?.accessKeyId && a?.secretAccessKey === b?.secretAccessKey && a?.sessionToken === b?.sessionToken
}

function createClient(sdk: Sdk, endpoint: S3Endpoint, credentials: S3Credentials | undefined, limits: S3Limits): S3Client {
  if (endpoint.endpoint !== undefined) checkAddress(endpoint.endpoint, endpoint.connection)
  return new sdk.S3Client({
    ...(endpoint.endpoint === undefined ? { followRegionRedirects: true } : { endpoint: endpoint.endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    region: endpoint.region,
    forcePathStyle: endpoint.pathStyle,
    maxAttempts: limits.attempts,
    // Engines other than AWS refuse or mangle the trailing checksums that are the SDK's default.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: limits.connectMs,
      requestTimeout: limits.idleMs,
      socketTimeout: limits.idleMs,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: socketsAtOnce },
      httpsAgent: { keepAlive: true, maxSockets: socketsAtOnce },
    },
  })
}

function checkAddress(address: string, connection: string): void {
  if (URL.canParse(address) && /^https?:\/\/./i.test(address)) return
  throw new LakehouseError('invalid', `${JSON.stringify(address)} is not the address of an S3 service.`, {
    hint: `Give the endpoint of "${connection}" as http://host:port or https://host.`,
  })
}
