import { randomUUID } from 'node:crypto'
import { mkdir, open, realpath, rename, stat, unlink, writeFile } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { LakehouseError, isProblem } from '#base/errors.ts'
import { limit } from '#base/limit.ts'
import { Lru } from '#base/lru.ts'
import { compareKeys, keyParts } from './keys.ts'
import { noObject, readLocalHeads } from './localHeads.ts'
import { localProblem } from './localProblems.ts'
import { filesIn, walk, type Met } from './localWalk.ts'
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
} from './objectStore.ts'

const pageKeys = 1000
const openWalks = 4
const statsAtOnce = 16

/** A listing that stopped at the end of a page. */
interface Paused {
  readonly found: AsyncGenerator<Met, void>
  /** Met, but not on a page yet; absent at the beginning. */
  readonly ahead?: Met
  /** The signal of whoever asks for the next page. */
  readonly turn: { signal: AbortSignal }
}

/**
 * A local folder as an object store. Listing follows links, wherever they lead; writing through one that leaves the folder is
 * refused. Folders without a file are no prefixes, as on S3. A `put` is complete or absent.
 */
export class LocalStore implements ObjectStore, ObjectWriter {
  readonly isRemote: boolean = false
  readonly #folder: string
  readonly #paused = new Lru<string, Paused>(openWalks)

  constructor(folder: string) {
    this.#folder = folder
  }

  locate(key: string): string {
    return join(this.#folder, ...key.split('/'))
  }

  async list(request: ListRequest, signal: AbortSignal): Promise<ListPage> {
    signal.throwIfAborted()
    const slash = request.prefix.lastIndexOf('/') + 1
    const folder = request.prefix.slice(0, slash)
    if (folder !== '') keyParts(folder.slice(0, -1), process.platform)
    const paused = this.#resume(request) ?? (await this.#begin(request, folder, signal))
    paused.turn.signal = signal
    const most = Math.min(request.maxKeys ?? pageKeys, pageKeys)
    return await this.#page(request, paused, most, signal)
  }

  async listNames({ folder, startAfter = '' }: NamesRequest, signal: AbortSignal): Promise<NamesPage> {
    signal.throwIfAborted()
    const parts = folder === '' ? [] : keyParts(folder.slice(0, -1), process.platform)
    const path = join(this.#folder, ...parts)
    const names = await this.#guard('list', path, () => filesIn(path)).catch(async (error: unknown) => {
      if (!isProblem(error, 'notFound')) throw error
      await this.#guard('list', this.#folder, () => realpath(this.#folder))
      return []
    })
    signal.throwIfAborted()
    const keys = names.map(name => ({ key: folder + name }))
    return { objects: startAfter === '' ? keys : keys.filter(({ key }) => compareKeys(key, startAfter) > 0) }
  }

  async readHeads(keys: readonly string[], most: number, signal: AbortSignal): Promise<readonly ObjectHead[]> {
    signal.throwIfAborted()
    return await readLocalHeads(
      keys.map(key => ({ key, path: this.#path(key) })),
      most,
      signal,
    )
  }

  async stat(key: string, signal: AbortSignal): Promise<ObjectInfo> {
    signal.throwIfAborted()
    const path = this.#path(key)
    return await this.#guard('read', path, async () => {
      const found = await stat(path)
      if (!found.isFile()) throw noObject(path)
      return { key, size: found.size, modified: Math.trunc(found.mtimeMs) }
    })
  }

  async read(key: string, range: ByteRange | undefined, signal: AbortSignal): Promise<Uint8Array> {
    signal.throwIfAborted()
    const path = this.#path(key)
    return await this.#guard('read', path, () => readBytes(path, range, signal))
  }

  async put(key: string, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const path = this.#path(key)
    const unfinished = join(dirname(path), `.dataflow-${randomUUID()}.part`)
    await this.#guard('write', path, async () => {
      await this.#checkInside(path)
      await mkdir(dirname(path), { recursive: true })
      try {
        await writeFile(unfinished, bytes, { signal, flag: 'wx' })
        await rename(unfinished, path)
      } catch (error) {
        await unlink(unfinished).catch((missing: unknown) => void missing)
        signal.throwIfAborted()
        throw error
      }
    })
  }

  async delete(key: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const path = this.#path(key)
    await this.#guard('delete', path, async () => {
      await this.#checkInside(path)
      await unlink(path)
    }).catch((error: unknown) => {
      if (!isProblem(error, 'notFound')) throw error
    })
  }

  #path(key: string): string {
    return join(this.#folder, ...keyParts(key, process.platform))
  }

  #resume(request: ListRequest): Paused | undefined {
    if (request.continuation === undefined) return undefined
    const name = walkName(request, request.continuation)
    const paused = this.#paused.get(name)
    this.#paused.delete(name)
    return paused
  }

  async #begin(request: ListRequest, folder: string, signal: AbortSignal): Promise<Paused> {
    const root = await this.#guard('list', this.#folder, () => realpath(this.#folder))
    const turn = { signal }
    const found = walk({
      root,
      folder,
      namePrefix: request.prefix.slice(folder.length),
      depth: request.delimiter === '/' ? 'fold' : 'deep',
      after: request.continuation === undefined ? (request.startAfter ?? '') : afterToken(request.continuation),
      signal: () => turn.signal,
    })
    return { found, turn }
  }

  async #page(request: ListRequest, from: Paused, most: number, signal: AbortSignal): Promise<ListPage> {
    const met: Met[] = from.ahead ? [from.ahead] : []
    let ahead: Met | undefined
    await this.#guard('list', this.locate(request.prefix), async () => {
      for (let next = await from.found.next(); !next.done; next = await from.found.next()) {
        if (met.length === most) {
          ahead = next.value
          return
        }
        met.push(next.value)
      }
    }).catch((error: unknown) => {
      if (!isProblem(error, 'notFound')) throw error
    })
    const objects = await this.#describe(met, signal)
    const prefixes = met.filter(one => one.kind === 'prefix').map(one => one.key)
    const last = met.at(-1)
    if (ahead === undefined || last === undefined) return { objects, prefixes }
    this.#paused.set(walkName(request, last.key), { found: from.found, turn: from.turn, ahead })
    return { objects, prefixes, next: last.key }
  }

  /** Sizes and times of the objects among them; what vanished meanwhile is left out. */
  async #describe(met: readonly Met[], signal: AbortSignal): Promise<readonly ObjectInfo[]> {
    const atOnce = limit(statsAtOnce)
    const found = await Promise.all(
      met
        .filter(one => one.kind === 'object')
        .map(one =>
          atOnce(async () => {
            try {
              return await this.stat(one.key, signal)
            } catch (error) {
              if (isProblem(error, 'notFound')) return undefined
              throw error
            }
          }),
        ),
    )
    return found.filter(info => info !== undefined)
  }

  /** @throws LakehouseError `denied` when a link on the way leads out of the folder */
  async #checkInside(path: string): Promise<void> {
    const root = await realpath(this.#folder)
    const parent = await realNearest(dirname(path))
    if (parent === root || parent.startsWith(root.endsWith(sep) ? root : root + sep)) return
    throw new LakehouseError('denied', `Cannot write ${path}: a link leads out of ${this.#folder}.`, {
      hint: `Write to ${parent} itself, or copy it into the folder.`,
    })
  }

  async #guard<T>(action: 'list' | 'read' | 'write' | 'delete', path: string, task: () => Promise<T>): Promise<T> {
    try {
      return await task()
    } catch (error) {
      throw localProblem(error, action, path)
    }
  }
}

/** After a folded prefix comes what is greater than all its keys. */
function afterToken(token: string): string {
  return token.endsWith('/') ? `${token}\u{10ffff}` : token
}

function walkName(request: ListRequest, token: string): string {
  return JSON.stringify([request.prefix, request.delimiter ?? '', token])
}

async function realNearest(folder: string): Promise<string> {
  try {
    return await realpath(folder)
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (!missing || dirname(folder) === folder) throw error
    return await realNearest(dirname(folder))
  }
}

async function readBytes(path: string, range: ByteRange | undefined, signal: AbortSignal): Promise<Uint8Array> {
  const file = await open(path, 'r')
  try {
    const found = await file.stat()
    if (!found.isFile()) throw noObject(path)
    const start = Math.min(range?.start ?? 0, found.size)
    const bytes = new Uint8Array(Math.max(0, Math.min(range?.end ?? found.size, found.size) - start))
    let filled = 0
    while (filled < bytes.length) {
      signal.throwIfAborted()
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, start + filled)
      if (bytesRead === 0) return bytes.slice(0, filled)
      filled += bytesRead
    }
    return bytes
  } finally {
    await file.close()
  }
}
