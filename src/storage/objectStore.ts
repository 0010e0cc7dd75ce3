/**
 * One bucket, or one local folder, as keys and bytes. A key is a path below it with `/`, never starting with one; listing is
 * in UTF-8 order of the keys. All methods throw LakehouseError: `unreachable`, `denied`, `notFound`, `timeout`, `invalid` (a key
 * that cannot be), `exhausted`, `failed`; after `signal` aborts they throw its reason.
 */
export interface ObjectStore {
  /** True where each request is a trip over the network: fewer of them are worth more bytes. */
  readonly isRemote: boolean
  /** How to name a key in a message: `s3://bucket/key` or a path. */
  locate(key: string): string
  /** One page of keys below `prefix`; one request. */
  list(request: ListRequest, signal: AbortSignal): Promise<ListPage>
  /** Objects right below a folder, in order, without a look at each of them; one request. */
  listNames(request: NamesRequest, signal: AbortSignal): Promise<NamesPage>
  /** Size and time of one object, without its bytes. @throws `notFound` */
  stat(key: string, signal: AbortSignal): Promise<ObjectInfo>
  /** Bytes [start, end) of an object, all without a range; an end beyond the object is cut. @throws `notFound` */
  read(key: string, range: ByteRange | undefined, signal: AbortSignal): Promise<Uint8Array>
  /** The first `most` bytes of many objects with what `stat` says of them, in the order of `keys`; 0 for the latter alone. @throws `notFound` */
  readHeads(keys: readonly string[], most: number, signal: AbortSignal): Promise<readonly ObjectHead[]>
}

export interface ListRequest {
  /** Keys that start with this text; empty for all. */
  readonly prefix: string
  /** With `/`, keys with a further slash after the prefix are folded into `prefixes`. */
  readonly delimiter?: '/'
  /** Only keys after this one. */
  readonly startAfter?: string
  /** `next` of the page before. */
  readonly continuation?: string
  /** Objects and prefixes together; 1000 when absent, which is also the most. */
  readonly maxKeys?: number
}

export interface ListPage {
  readonly objects: readonly ObjectInfo[]
  /** Folded prefixes, each ending in `/`. */
  readonly prefixes: readonly string[]
  /** Absent on the last page. */
  readonly next?: string
}

export interface NamesRequest {
  /** Empty, or a key that ends in `/`. */
  readonly folder: string
  /** Only keys after this one. */
  readonly startAfter?: string
  /** `next` of the page before. */
  readonly continuation?: string
}

export interface NamesPage {
  /** A folder of this machine comes whole, others 1000 a page. */
  readonly objects: readonly NamedObject[]
  /** Absent on the last page. */
  readonly next?: string
}

export interface NamedObject {
  readonly key: string
  /** Where the listing has it for nothing, as on S3. */
  readonly info?: ObjectInfo
}

export interface ObjectHead {
  readonly info: ObjectInfo
  readonly bytes: Uint8Array
}

export interface ObjectInfo {
  readonly key: string
  /** Bytes. */
  readonly size: number
  /** Last modification, epoch ms. */
  readonly modified: number
  /** Absent where the store has none. */
  readonly etag?: string
}

/** Half open: [start, end), bytes. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

export interface ObjectWriter {
  put(key: string, bytes: Uint8Array, signal: AbortSignal): Promise<void>
  /** Deleting what is not there is no error. */
  delete(key: string, signal: AbortSignal): Promise<void>
}

export interface Buckets {
  /** In order of name. */
  list(signal: AbortSignal): Promise<readonly BucketInfo[]>
  /** False when it was there already. */
  create(name: string, signal: AbortSignal): Promise<boolean>
}

export interface BucketInfo {
  readonly name: string
  /** Epoch ms; absent where the service does not say. */
  readonly created?: number
}
