import { vectorId, type Action, type AddFile, type DeletionVectorDescriptor, type RemoveFile } from '#delta/actions.ts'
import { vectorPath } from '#delta/rows/deletionVector.ts'
import { isAbsolute, type DeltaTable } from '#delta/table.ts'
import { countOr, isWire, textOr, type Wire } from '#base/wire.ts'
import type { VersionRange } from './readable.ts'

/** A file below the table's folder that some version no longer has: data, or a file of deletion vectors. */
export interface RemovedFile {
  /** Epoch ms, of its newest removal; 0 where the log does not say. */
  time: number
  /** Bytes; undefined where the log does not say. */
  size: number | undefined
  readonly kind: 'data' | 'deletionVectors'
  /** True once it is known that VACUUM leaves it. */
  stays: boolean
  /** As the log writes it, absolute perhaps. */
  readonly logged: string
}

/** Versions in which a removed logical file was active. */
interface Life {
  readonly data: RemovedFile
  readonly vectors: RemovedFile | undefined
  /** Deletion vector as {@link vectorId} names it. */
  readonly vector: string
  /** Undefined until the version is met that added it. */
  from: number | undefined
  readonly to: number
}

/** A completed VACUUM that the log tells of. */
export interface EarlierVacuum {
  readonly version: number
  /** Epoch ms: files removed before this are gone. */
  readonly before: number
}

/**
 * Everything that a log says was removed, replayed from the newest commit back, with the versions that still need it. Of the
 * files that were only added nothing is kept, so memory follows what was removed.
 */
export class Removals {
  /** By path relative to the table. */
  readonly files = new Map<string, RemovedFile>()
  readonly #table: DeltaTable
  readonly #lives = new Map<RemovedFile, Life[]>()
  readonly #changes: { readonly path: string; readonly size: number; readonly time: number }[] = []
  readonly #vacuums: EarlierVacuum[] = []
  #vacuumEnded = false

  constructor(table: DeltaTable) {
    this.#table = table
  }

  /** Files of change data, which are of no version. */
  get changes(): readonly { readonly path: string; readonly size: number; readonly time: number }[] {
    return this.#changes
  }

  get vacuums(): readonly EarlierVacuum[] {
    return this.#vacuums
  }

  /** The actions of the next older commit, in parts; `modified` is the time of its file. */
  addOlder(version: number, parts: readonly (readonly Action[])[], modified: number): void {
    for (const actions of parts) for (const action of actions) if (action.kind === 'add') this.begun(version, action.add)
    for (const actions of parts) for (const action of actions) this.#addOlder(version, action, modified)
  }

  /** A file that a checkpoint names as removed: it is in no version that is still looked at. */
  addRemoved(remove: RemoveFile): void {
    this.#note(remove)
  }

  /** A file that was active from `version` on, or earlier. */
  begun(version: number, add: Pick<AddFile, 'path' | 'size' | 'deletionVector'>): void {
    const path = ownPath(this.#table, add.path)
    const file = path === undefined ? undefined : this.files.get(path)
    if (!file) return
    file.size ??= add.size
    const id = idOf(add.deletionVector)
    const life = this.#lives.get(file)?.findLast(each => each.vector === id)
    if (life) life.from = version
  }

  /** Paths, as the log writes them, of files whose beginning was not met. */
  openPaths(): readonly string[] {
    return [...this.#lives].flatMap(([{ logged }, lives]) => (lives.some(({ from }) => from === undefined) ? [logged] : []))
  }

  /** VACUUM leaves this file. */
  keep(path: string): void {
    const file = this.files.get(path)
    if (file) file.stays = true
    this.files.delete(path)
  }

  /** How often each version of a range needs a file that is gone: 0 for one that can be read without them. */
  needs(range: VersionRange, isGone: (file: RemovedFile) => boolean): Int32Array {
    const steps = new Int32Array(range.to - range.from + 2)
    for (const lives of this.#lives.values()) {
      for (const { data, vectors, from, to } of lives) {
        if (from === undefined || to < Math.max(from, range.from) || (!isGone(data) && !(vectors && isGone(vectors)))) continue
        const start = Math.max(from, range.from) - range.from
        steps[start] = (steps[start] ?? 0) + 1
        steps[to + 1 - range.from] = (steps[to + 1 - range.from] ?? 0) - 1
      }
    }
    for (let i = 1; i < steps.length; i += 1) steps[i] = (steps[i] ?? 0) + (steps[i - 1] ?? 0)
    return steps.subarray(0, -1)
  }

  #addOlder(version: number, action: Action, modified: number): void {
    if (action.kind === 'remove') this.#ended(version, action.remove)
    else if (action.kind === 'commitInfo') this.#noteVacuum(version, action.commitInfo)
    else if (action.kind === 'change') {
      const path = ownPath(this.#table, action.change.path)
      if (path !== undefined) this.#changes.push({ path, size: action.change.size, time: modified })
    }
  }

  #ended(version: number, remove: RemoveFile): void {
    const { data, vectors } = this.#note(remove)
    if (!data) return
    const lives = this.#lives.get(data) ?? []
    this.#lives.set(data, lives)
    lives.push({ data, vectors, vector: idOf(remove.deletionVector), from: undefined, to: version - 1 })
  }

  #note({ path, size, deletionTimestamp, deletionVector }: RemoveFile): {
    readonly data: RemovedFile | undefined
    readonly vectors: RemovedFile | undefined
  } {
    const time = deletionTimestamp ?? 0
    const own = ownPath(this.#table, path)
    const ownVectors = deletionVector && ownVectorPath(this.#table, deletionVector)
    const data = own === undefined ? undefined : this.#fileAt(own, { kind: 'data', logged: path }, time)
    const vectors = ownVectors === undefined ? undefined : this.#fileAt(ownVectors, { kind: 'deletionVectors', logged: ownVectors }, time)
    if (data) data.size ??= size
    if (vectors && deletionVector) vectors.size = Math.max(vectors.size ?? 0, vectorEnd(deletionVector))
    return { data, vectors }
  }

  #fileAt(path: string, how: Pick<RemovedFile, 'kind' | 'logged'>, time: number): RemovedFile {
    const known = this.files.get(path)
    if (known) {
      known.time = Math.max(known.time, time)
      return known
    }
    const file: RemovedFile = { time, size: undefined, stays: false, ...how }
    this.files.set(path, file)
    return file
  }

  /** Spark writes VACUUM START before it deletes and VACUUM END after it. */
  #noteVacuum(version: number, info: Wire): void {
    const operation = textOr(info, 'operation')
    const parameters = isWire(info['operationParameters']) ? info['operationParameters'] : {}
    if (operation === 'VACUUM END') this.#vacuumEnded = parameters['status'] === 'COMPLETED'
    if (operation !== 'VACUUM START' || !this.#vacuumEnded) return
    this.#vacuumEnded = false
    const retention = Number(parameters['specifiedRetentionMillis'] ?? parameters['defaultRetentionMillis'] ?? Number.NaN)
    const time = countOr(info, 'timestamp')
    if (time !== undefined && Number.isFinite(retention)) this.#vacuums.push({ version, before: time - retention })
  }
}

/** Relative to the table; undefined for a file that lies elsewhere, which VACUUM leaves alone. */
export function ownPath(table: DeltaTable, path: string): string | undefined {
  if (!isAbsolute(path)) return path
  const at = table.resolve(path)
  const location = at?.store.locate(at.key)
  return location?.startsWith(`${table.location}/`) ? location.slice(table.location.length + 1) : undefined
}

/** As {@link ownPath}, for the file that holds a deletion vector; undefined also for an inline one. */
export function ownVectorPath(table: DeltaTable, vector: DeletionVectorDescriptor): string | undefined {
  const path = vectorPath(vector)
  return path === undefined ? undefined : ownPath(table, path)
}

/** Where a vector ends in its file, whose size is that of the last. */
function vectorEnd({ offset = 1, sizeInBytes }: DeletionVectorDescriptor): number {
  return offset + sizeInBytes + 8
}

/** Empty without one. */
function idOf(vector: DeletionVectorDescriptor | undefined): string {
  return vector ? vectorId(vector) : ''
}
