import { LakehouseError } from '#base/errors.ts'
import type {
  ListPage,
  ListRequest,
  NamesPage,
  NamesRequest,
  ObjectHead,
  ObjectInfo,
  ObjectStore,
  ObjectWriter,
} from '#storage/objectStore.ts'

/** A bucket in memory that remembers which lists were asked; its contract suite is the one of the real stores. */
export class MemoryStore implements ObjectStore, ObjectWriter {
  readonly isRemote = false
  readonly #objects = new Map<string, { readonly bytes: Uint8Array; readonly modified: number }>()
  readonly lists: ListRequest[] = []
  modified = 0

  locate(key: string): string {
    return `memory://${key}`
  }

  async put(key: string, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    this.#objects.set(key, { bytes: bytes.slice(), modified: this.modified })
  }

  async delete(key: string, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    this.#objects.delete(key)
  }

  async list(request: ListRequest, signal: AbortSignal): Promise<ListPage> {
    signal.throwIfAborted()
    this.lists.push(request)
    const { prefix, delimiter, maxKeys = 1000 } = request
    const after = request.continuation ?? request.startAfter ?? ''
    const names = new Set<string>()
    for (const key of [...this.#objects.keys()].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) {
      if (!key.startsWith(prefix)) continue
      const slash = delimiter ? key.indexOf(delimiter, prefix.length) : -1
      const name = slash < 0 ? key : key.slice(0, slash + 1)
      if (Buffer.compare(Buffer.from(name), Buffer.from(after)) > 0) names.add(name)
    }
    const page = [...names].slice(0, maxKeys)
    const last = page.at(-1)
    return {
      objects: page.filter(name => this.#objects.has(name)).map(name => this.#info(name)),
      prefixes: page.filter(name => !this.#objects.has(name)),
      ...(names.size > page.length && last !== undefined ? { next: last } : {}),
    }
  }

  async listNames({ folder, ...page }: NamesRequest, signal: AbortSignal): Promise<NamesPage> {
    const { objects, next } = await this.list({ prefix: folder, delimiter: '/', ...page }, signal)
    return { objects: objects.map(info => ({ key: info.key, info })), ...(next === undefined ? {} : { next }) }
  }

  async readHeads(keys: readonly string[], most: number, signal: AbortSignal): Promise<readonly ObjectHead[]> {
    const read = async (key: string): Promise<ObjectHead> => ({
      info: this.#info(key),
      bytes: most === 0 ? new Uint8Array(0) : await this.read(key, { start: 0, end: most }, signal),
    })
    signal.throwIfAborted()
    return await Promise.all(keys.map(read))
  }

  async stat(key: string, signal: AbortSignal): Promise<ObjectInfo> {
    signal.throwIfAborted()
    return this.#info(key)
  }

  async read(key: string, range: { readonly start: number; readonly end: number } | undefined, signal: AbortSignal): Promise<Uint8Array> {
    signal.throwIfAborted()
    return this.#object(key).bytes.slice(range?.start, range?.end)
  }

  #object(key: string) {
    const object = this.#objects.get(key)
    if (!object) throw new LakehouseError('notFound', `There is no object ${this.locate(key)}.`)
    return object
  }

  #info(key: string): ObjectInfo {
    const { bytes, modified } = this.#object(key)
    return { key, size: bytes.byteLength, modified }
  }
}
