import type { BucketInfo, Buckets } from '#storage/objectStore.ts'
import type { S3Connection } from './client.ts'
import { errorName } from './problems.ts'

/** The buckets of an S3 service. */
export class S3Buckets implements Buckets {
  readonly #connection: S3Connection

  constructor(connection: S3Connection) {
    this.#connection = connection
  }

  async list(signal: AbortSignal): Promise<readonly BucketInfo[]> {
    return await this.#connection.run({ action: 'list', what: 'the buckets' }, signal, async (client, sdk) => {
      const found: BucketInfo[] = []
      let token: string | undefined
      do {
        const answer = await client.send(new sdk.ListBucketsCommand(token === undefined ? {} : { ContinuationToken: token }), {
          abortSignal: signal,
        })
        for (const { Name, CreationDate } of answer.Buckets ?? []) {
          if (Name !== undefined) found.push({ name: Name, ...(CreationDate ? { created: CreationDate.getTime() } : {}) })
        }
        token = answer.ContinuationToken
      } while (token !== undefined)
      return found.toSorted((a, b) => (a.name < b.name ? -1 : 1))
    })
  }

  async create(name: string, signal: AbortSignal): Promise<boolean> {
    return await this.#connection.run({ action: 'create', what: `the bucket ${name}`, bucket: name }, signal, async (client, sdk) => {
      try {
        await client.send(new sdk.CreateBucketCommand({ Bucket: name }), { abortSignal: signal })
        return true
      } catch (error) {
        if (errorName(error) === 'BucketAlreadyOwnedByYou') return false
        throw error
      }
    })
  }
}
