import { watch, type FSWatcher } from 'node:fs'
import { basename } from 'node:path'
import type { Disposable } from '#base/disposable.ts'
import type { StackRecord } from './record.ts'

/** A process that was killed is noticed within this time. */
const livenessMs = 1000
/** What a change writes at once is told once. */
const settleMs = 100

/**
 * Tells when the discovery file or the lock beside it changes, and when a recorded process ends, until disposed of. An idle second
 * costs one signal 0 for each process.
 */
export function watchRecord(folder: string, read: () => Promise<StackRecord>, onChange: () => void): Disposable {
  return new RecordWatch(folder, read, onChange)
}

class RecordWatch implements Disposable {
  readonly #folder: string
  readonly #read: () => Promise<StackRecord>
  readonly #onChange: () => void
  readonly #timer: NodeJS.Timeout
  #watcher: FSWatcher | undefined
  #pending: NodeJS.Timeout | undefined
  #alive = new Set<number>()

  constructor(folder: string, read: () => Promise<StackRecord>, onChange: () => void) {
    this.#folder = folder
    this.#read = read
    this.#onChange = onChange
    this.#timer = setInterval(() => this.#look(), livenessMs)
    this.#timer.unref()
    this.#attach()
    void this.#remember()
  }

  dispose(): void {
    clearInterval(this.#timer)
    clearTimeout(this.#pending)
    this.#watcher?.close()
    this.#watcher = undefined
    this.#alive.clear()
  }

  /** The folder comes with the first start and may be deleted by hand. */
  #attach(): boolean {
    try {
      const watcher = watch(this.#folder, { persistent: false }, (_event, name) => {
        if (name === null || name === 'stack.json' || name === 'stack.lock') this.#tell()
        if (name === basename(this.#folder)) this.#detach(watcher)
      })
      this.#watcher = watcher
      watcher.on('error', () => this.#detach(watcher))
      return true
    } catch {
      return false // not there: looked for again in a second
    }
  }

  #detach(watcher: FSWatcher): void {
    watcher.close()
    if (this.#watcher === watcher) this.#watcher = undefined
  }

  #look(): void {
    if (!this.#watcher && this.#attach()) this.#tell()
    const ended = [...this.#alive].filter(pid => !isThere(pid))
    if (ended.length === 0) return
    for (const pid of ended) this.#alive.delete(pid)
    this.#tell()
  }

  #tell(): void {
    this.#pending ??= setTimeout(() => {
      this.#pending = undefined
      void this.#remember()
      this.#onChange()
    }, settleMs)
  }

  async #remember(): Promise<void> {
    const record = await this.#read().catch(() => undefined)
    const pids = Object.values(record?.services ?? {}).map(({ process: id }) => id.pid)
    this.#alive = new Set(pids.filter(isThere))
  }
}

/** A number that another process has been given meanwhile counts as there: a look tells them apart. */
function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
