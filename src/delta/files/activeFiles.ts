import { recordsOf, type AddFile, type BareFile } from '#delta/actions.ts'
import { distinctPartitions } from './distinctPartitions.ts'
import type { FileKeys } from './fileKeys.ts'

/**
 * The active files of one version in the order of the log, positions counting from 0. A million of them are columns; text is
 * made of those that are asked for. What is asked with a signal may read: statistics stay behind in the checkpoint until then.
 */
export interface ActiveFiles {
  readonly length: number
  /** Bytes of memory that they take, roughly. */
  readonly weight: number
  /** Bytes by position. */
  readonly sizes: Float64Array
  /** Rows by position that a deletion vector takes away; 0 without one. */
  readonly deleted: Float64Array
  /** Files [start, end) without their statistics; reads nothing. @throws LakehouseError `corrupt` */
  bare(start: number, end: number): readonly BareFile[]
  /** Whole files [start, end). @throws LakehouseError `corrupt` */
  slice(start: number, end: number, signal: AbortSignal): Promise<readonly AddFile[]>
  /** Whole files at ascending positions. @throws LakehouseError `corrupt` */
  pick(positions: Int32Array, signal: AbortSignal): Promise<readonly AddFile[]>
  /** Statistics of the files at ascending positions, and nothing else of them. @throws LakehouseError `corrupt` */
  statistics(positions: Int32Array, signal: AbortSignal): Promise<readonly FileStatistics[]>
  /** Rows by position as statistics count them, before deletion vectors; NaN where they do not. */
  records(signal: AbortSignal): Promise<Float64Array>
  /** Every distinct set of partition values (physical names), and which of them each file has. */
  partitions(signal: AbortSignal): Promise<Partitions>
  /** Ascending positions of the files that are among `keys`. */
  positionsOf(keys: FileKeys): Int32Array
}

export type FileStatistics = Pick<AddFile, 'stats' | 'records'>

export interface Partitions {
  readonly values: readonly AddFile['partitionValues'][]
  /** Index into `values` by position. */
  readonly of: Int32Array
}

/** Rows that are not deleted, by position; NaN without statistics, or when these count fewer rows than are deleted. */
export async function liveRecords(files: ActiveFiles, signal: AbortSignal): Promise<Float64Array> {
  const records = await files.records(signal)
  return records.map((count, position) => {
    const live = count - (files.deleted[position] ?? 0)
    return live < 0 ? Number.NaN : live
  })
}

/** Files that lie in memory whole: those of commits. */
export class ListedFiles implements ActiveFiles {
  readonly #files: readonly AddFile[]
  readonly sizes: Float64Array
  readonly deleted: Float64Array

  constructor(files: readonly AddFile[]) {
    this.#files = files
    this.sizes = Float64Array.from(files, file => file.size)
    this.deleted = Float64Array.from(files, file => file.deletionVector?.cardinality ?? 0)
  }

  get length(): number {
    return this.#files.length
  }

  get weight(): number {
    return this.#files.reduce((sum, { path, stats = '' }) => sum + 500 + path.length + stats.length, 0)
  }

  bare(start: number, end: number): readonly BareFile[] {
    return this.#files.slice(start, end)
  }

  slice(start: number, end: number): Promise<readonly AddFile[]> {
    return Promise.resolve(this.#files.slice(start, end))
  }

  pick(positions: Int32Array): Promise<readonly AddFile[]> {
    return Promise.resolve(Array.from(positions, position => this.#files[position]).filter(file => file !== undefined))
  }

  statistics(positions: Int32Array): Promise<readonly FileStatistics[]> {
    return this.pick(positions)
  }

  records(): Promise<Float64Array> {
    return Promise.resolve(Float64Array.from(this.#files, file => recordsOf(file) ?? Number.NaN))
  }

  partitions(): Promise<Partitions> {
    return Promise.resolve(
      distinctPartitions(
        Int32Array.from(this.#files, (_, position) => position),
        position => this.#files[position]?.partitionValues ?? {},
      ),
    )
  }

  positionsOf(keys: FileKeys): Int32Array {
    return Int32Array.from(this.#files.flatMap((file, position) => (keys.has(file) ? [position] : [])))
  }
}
