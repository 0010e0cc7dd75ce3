import type { S3Client } from '@aws-sdk/client-s3'
import { exactBytes } from '#base/bytes.ts'
import { systemClock } from '#base/clock.ts'
import { limit } from '#base/limit.ts'
import { retry, type RetryPolicy } from '#base/retry.ts'
import type {
  ByteRange,
  ListPage,
  ListRequest,
  NamesPage,
  NamesRequest,
  ObjectHead,
  ObjectInfo,
  ObjectStore,
  ObjectWriter,
} from '#storage/objectStore.ts'
import type { S3Connection } from './client.ts'
import { httpStatus } from './problems.ts'

const pageKeys = 1000
const headsAtOnce = 32

/** One bucket of an S3 service. */
export class S3Store implements ObjectStore, ObjectWriter {
  readonly isRemote = true
  readonly #connection: S3Connection
  readonly #bucket: string

  constructor(connection: S3Connection, bucket: string) {
    this.#connection = connection
    this.#bucket = bucket
  }

  locate(key: string): string {
    return `s3://${this.#bucket}/${key}`
  }

  async list(request: ListRequest, signal: AbortSignal): Promise<ListPage> {
    const attempted = { action: 'list', what: this.locate(request.prefix), bucket: this.#bucket } as const
    return await this.#connection.run(attempted, signal, async (client, sdk) => {
      const command = new sdk.ListObjectsV2Command({
        Bucket: this.#bucket,
        Prefix: request.prefix,
        MaxKeys: Math.min(request.maxKeys ?? pageKeys, pageKeys),
        ...(request.delimiter === undefined ? {} : { Delimiter: request.delimiter }),
        ...(request.startAfter === undefined ? {} : { StartAfter: request.startAfter }),
        ...(request.continuation === undefined ? {} : { ContinuationToken: request.continuation }),
      })
      const answer = await client.send(command, { abortSignal: signal })
      return {
        objects: (answer.Contents ?? []).map(({ Key, Size, LastModified, ETag }) => objectInfo(Key ?? '', { Size, LastModified, ETag })),
        prefixes: (answer.CommonPrefixes ?? []).flatMap(({ Prefix }) => Prefix ?? []),
        ...(answer.NextContinuationToken === undefined ? {} : { next: answer.NextContinuationToken }),
      }
    })
  }

  async listNames({ folder, ...page }: NamesRequest, signal: AbortSignal): Promise<NamesPage> {
    const { objects, next } = await this.list({ prefix: folder, delimiter: '/', ...page }, signal)
    return { objects: objects.map(info => ({ key: info.key, info })), ...(next === undefined ? {} : { next }) }
  }

  async readHeads(keys: readonly string[], most: number, signal: AbortSignal): Promise<readonly ObjectHead[]> {
    const atOnce = limit(headsAtOnce)
    return await Promise.all(keys.map(key => atOnce(() => this.#readHead(key, most, signal))))
  }

  async stat(key: string, signal: AbortSignal): Promise<ObjectInfo> {
    const target = { Bucket: this.#bucket, Key: key }
    return await this.#connection.run({ action: 'read', what: this.locate(key), bucket: this.#bucket }, signal, async (client, sdk) => {
      try {
        const answer = await client.send(new sdk.HeadObjectCommand(target), { abortSignal: signal })
        return objectInfo(key, { ...answer, Size: answer.ContentLength })
      } catch (error) {
        // A refused HEAD has no body, so only a GET says why.
        const status = httpStatus(error)
        if (status === 403 || status === 404) await readBody(client, new sdk.GetObjectCommand({ ...target, Range: 'bytes=0-0' }), signal)
        throw error
      }
    })
  }

  async read(key: string, range: ByteRange | undefined, signal: AbortSignal): Promise<Uint8Array> {
    if (range && range.end <= range.start) return new Uint8Array(0)
    return (await this.#get(key, range, signal))?.bytes ?? new Uint8Array(0)
  }

  async put(key: string, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    await this.#connection.run({ action: 'write', what: this.locate(key), bucket: this.#bucket }, signal, (client, sdk) =>
      client.send(new sdk.PutObjectCommand({ Bucket: this.#bucket, Key: key, Body: bytes }), { abortSignal: signal }),
    )
  }

  async delete(key: string, signal: AbortSignal): Promise<void> {
    await this.#connection.run({ action: 'delete', what: this.locate(key), bucket: this.#bucket }, signal, (client, sdk) =>
      client.send(new sdk.DeleteObjectCommand({ Bucket: this.#bucket, Key: key }), { abortSignal: signal }),
    )
  }

  async #readHead(key: string, most: number, signal: AbortSignal): Promise<ObjectHead> {
    const read = most === 0 ? undefined : await this.#get(key, { start: 0, end: most }, signal)
    return read ?? { info: await this.stat(key, signal), bytes: new Uint8Array(0) }
  }

  /** Undefined for a range beyond the object. */
  async #get(key: string, range: ByteRange | undefined, signal: AbortSignal): Promise<ObjectHead | undefined> {
    const attempted = { action: 'read', what: this.locate(key), bucket: this.#bucket } as const
    return await this.#connection.run(attempted, signal, async (client, sdk) => {
      const target = { Bucket: this.#bucket, Key: key, ...(range ? { Range: `bytes=${range.start}-${range.end - 1}` } : {}) }
      try {
        return await retry(() => readBody(client, new sdk.GetObjectCommand(target), signal), bodyRetries, systemClock, signal)
      } catch (error) {
        if (range && httpStatus(error) === 416) return undefined
        throw error instanceof BrokenBody ? error.cause : error
      }
    })
  }
}

/** The answer began well, but its bytes did not all arrive: the SDK does not try again then. */
class BrokenBody extends Error {}

const bodyRetries: RetryPolicy = {
  attempts: 3,
  firstWaitMs: 50,
  factor: 4,
  longestWaitMs: 1000,
  isTransient: error => error instanceof BrokenBody,
}

async function readBody(
  client: S3Client,
  command: InstanceType<(typeof import('@aws-sdk/client-s3'))['GetObjectCommand']>,
  signal: AbortSignal,
): Promise<ObjectHead> {
  const answer = await client.send(command, { abortSignal: signal })
  const bytes = answer.Body ? exactBytes(await arrived(answer.Body.transformToByteArray())) : new Uint8Array(0)
  const [, size] = /\/(\d+)$/.exec(answer.ContentRange ?? '') ?? []
  return { info: objectInfo(command.input.Key ?? '', { ...answer, Size: Number(size ?? bytes.byteLength) }), bytes }
}

async function arrived(body: Promise<Uint8Array>): Promise<Uint8Array> {
  try {
    return await body
  } catch (error) {
    throw new BrokenBody('the body broke off', { cause: error })
  }
}

function objectInfo(
  key: string,
  from: { readonly Size?: number | undefined; readonly LastModified?: Date | undefined; readonly ETag?: string | undefined },
): ObjectInfo {
  return {
    key,
    size: from.Size ?? 0,
    modified: from.LastModified?.getTime() ?? 0,
    ...(from.ETag === undefined ? {} : { etag: from.ETag }),
  }
}
