import { MemoryStore } from './memoryStore.ts'

/** A bucket in which something may happen right before each request. */
export class WatchedStore extends MemoryStore {
  /** Called before each request with its number, from 1, and what it asks for. */
  before: (request: number, key: string) => Promise<void> = () => Promise.resolve()
  requests = 0

  override async list(...[request, signal]: Parameters<MemoryStore['list']>): ReturnType<MemoryStore['list']> {
    await this.#met(request.prefix)
    return await super.list(request, signal)
  }

  override async readHeads(...[keys, most, signal]: Parameters<MemoryStore['readHeads']>): ReturnType<MemoryStore['readHeads']> {
    await this.#met(keys[0] ?? '')
    return await super.readHeads(keys, most, signal)
  }

  override async stat(...[key, signal]: Parameters<MemoryStore['stat']>): ReturnType<MemoryStore['stat']> {
    await this.#met(key)
    return await super.stat(key, signal)
  }

  override async read(...[key, range, signal]: Parameters<MemoryStore['read']>): ReturnType<MemoryStore['read']> {
    await this.#met(key)
    return await super.read(key, range, signal)
  }

  async #met(key: string): Promise<void> {
    this.requests += 1
    await this.before(this.requests, key)
  }
}
