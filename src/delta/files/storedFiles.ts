import { asError, LakehouseError } from '#base/errors.ts'
import { decodePath, parseDeletionVector, type AddFile, type BareFile } from '#delta/actions.ts'
import type { ActiveFiles, FileStatistics, Partitions } from './activeFiles.ts'
import type { FileColumns } from './fileColumns.ts'
import type { FileKeys } from './fileKeys.ts'
import { distinctPartitions } from './distinctPartitions.ts'
import type { PartitionSets } from './partitionSets.ts'
import { StatisticsTexts } from './statisticsTexts.ts'
import { readRecords } from './storedStatistics.ts'

/** The files in a row group and where they stand. */
interface Stored {
  readonly columns: FileColumns
  /** Position of the first file. */
  readonly first: number
  /** Rows that are a file, ascending; undefined when all are. */
  readonly rows: Int32Array | undefined
  readonly length: number
  readonly statistics: StatisticsTexts
}

/** Files that lie in the columns of a checkpoint: nothing is made for each of them until somebody asks. */
export class StoredFiles implements ActiveFiles {
  readonly #groups: readonly Stored[]
  readonly #sets: PartitionSets
  readonly length: number
  readonly sizes: Float64Array
  readonly deleted: Float64Array
  #records: Float64Array | undefined

  /** @throws LakehouseError `corrupt` when a file has no size, or a deletion vector no number of rows */
  constructor(groups: readonly FileColumns[], sets: PartitionSets) {
    let first = 0
    this.#groups = groups.map(columns => {
      const rows = fileRows(columns)
      const length = rows?.length ?? columns.group.rows
      first += length
      return { columns, first: first - length, rows, length, statistics: new StatisticsTexts(columns) }
    })
    this.#sets = sets
    this.length = first
    this.sizes = new Float64Array(first)
    this.deleted = new Float64Array(first)
    for (const stored of this.#groups) this.#measure(stored)
  }

  get weight(): number {
    return this.#groups.reduce((sum, { columns, length }) => sum + columns.path.weight + 40 * length, 100_000)
  }

  bare(start: number, end: number): readonly BareFile[] {
    const files: BareFile[] = []
    for (const { stored, from, to } of this.#parts(start, end)) {
      for (let i = from; i < to; i += 1) files.push(bareAt(stored.columns, this.#sets, rowAt(stored, i)))
    }
    return files
  }

  async slice(start: number, end: number, signal: AbortSignal): Promise<readonly AddFile[]> {
    const places = this.#parts(start, end).map(
      ({ stored, from, to }) => [stored, Int32Array.from({ length: to - from }, (_, i) => from + i)] as const,
    )
    return await this.#whole(places, signal)
  }

  async pick(positions: Int32Array, signal: AbortSignal): Promise<readonly AddFile[]> {
    return await this.#whole(this.#places(positions), signal)
  }

  async statistics(positions: Int32Array, signal: AbortSignal): Promise<readonly FileStatistics[]> {
    const found: (readonly FileStatistics[])[] = []
    for (const [stored, at] of this.#places(positions)) {
      const rows = at.map(i => rowAt(stored, i))
      if (rows.length > 0) found.push(await stored.statistics.at(rows, signal))
    }
    return found.flat()
  }

  async records(signal: AbortSignal): Promise<Float64Array> {
    if (this.#records) return this.#records
    const records = new Float64Array(this.length)
    const byRow = await readRecords(
      this.#groups.map(({ columns }) => columns),
      signal,
    )
    for (const [g, stored] of this.#groups.entries()) {
      for (let i = 0; i < stored.length; i += 1) records[stored.first + i] = byRow[g]?.[rowAt(stored, i)] ?? Number.NaN
    }
    this.#records = records
    return records
  }

  partitions(): Promise<Partitions> {
    const sets = new Int32Array(this.length)
    for (const stored of this.#groups) {
      const { partitions } = stored.columns
      for (let i = 0; i < stored.length; i += 1) sets[stored.first + i] = partitions[rowAt(stored, i)] ?? 0
    }
    return Promise.resolve(distinctPartitions(sets, set => this.#sets.valuesOf(set)))
  }

  positionsOf(keys: FileKeys): Int32Array {
    const found: number[] = []
    for (const { columns, first } of this.#groups) {
      let position = first
      columns.path.forEach((row, bytes, start, end) => {
        if (keys.mayHave(bytes, start, end) && keys.has(bareAt(columns, this.#sets, row))) found.push(position)
        position += 1
      })
    }
    return Int32Array.from(found)
  }

  #measure({ columns, first, rows, length }: Stored): void {
    const { size, vectors } = columns
    for (let i = 0; i < length; i += 1) {
      const row = rows ? (rows[i] ?? 0) : i
      const bytes = size[row] ?? Number.NaN
      if (Number.isNaN(bytes)) throw broken(columns, row, 'size is missing')
      this.sizes[first + i] = bytes
      if (!vectors?.storageType.has(row)) continue
      const cardinality = vectors.cardinality[row] ?? Number.NaN
      if (Number.isNaN(cardinality)) throw broken(columns, row, 'deletionVector: cardinality is missing')
      this.deleted[first + i] = cardinality
    }
  }

  /** Files at positions [start, end) as the places [from, to) in the groups that hold them. */
  #parts(start: number, end: number) {
    return this.#groups
      .map(stored => ({
        stored,
        from: Math.max(start - stored.first, 0),
        to: Math.min(end - stored.first, stored.length),
      }))
      .filter(({ from, to }) => from < to)
  }

  /** Positions as places in the groups that hold them. */
  #places(positions: Int32Array): readonly (readonly [Stored, Int32Array])[] {
    return this.#groups.map(stored => {
      const own = positions.filter(position => position >= stored.first && position < stored.first + stored.length)
      return [stored, own.map(position => position - stored.first)] as const
    })
  }

  async #whole(places: readonly (readonly [Stored, Int32Array])[], signal: AbortSignal): Promise<readonly AddFile[]> {
    const files: AddFile[] = []
    for (const [stored, at] of places) {
      if (at.length === 0) continue
      const rows = at.map(i => rowAt(stored, i))
      const statistics = await stored.statistics.at(rows, signal)
      for (const [i, row] of rows.entries()) {
        files.push({ ...bareAt(stored.columns, this.#sets, row), ...(statistics[i] ?? { stats: undefined }) })
      }
    }
    return files
  }
}

function rowAt({ rows }: Stored, i: number): number {
  return rows ? (rows[i] ?? 0) : i
}

/** Undefined when every row is a file. */
function fileRows({ path, group }: FileColumns): Int32Array | undefined {
  const rows = new Int32Array(group.rows)
  let count = 0
  for (let row = 0; row < rows.length; row += 1) if (path.has(row)) rows[count++] = row
  return count === rows.length ? undefined : rows.slice(0, count)
}

function bareAt(columns: FileColumns, sets: PartitionSets, row: number): BareFile {
  const { path, size, partitions } = columns
  return {
    path: parsed(columns, row, 'path', () => decodePath(path.at(row) ?? '')),
    size: size[row] ?? 0,
    partitionValues: sets.valuesOf(partitions[row] ?? 0),
    deletionVector: parsed(columns, row, 'deletionVector', () => parseDeletionVector(vectorAt(columns, row))),
  }
}

/** As in the JSON of a commit. */
function vectorAt({ vectors }: FileColumns, row: number): unknown {
  if (!vectors?.storageType.has(row)) return undefined
  const numberAt = (column: Float64Array): number | undefined => {
    const value = column[row] ?? Number.NaN
    return Number.isNaN(value) ? undefined : value
  }
  return {
    storageType: vectors.storageType.at(row),
    pathOrInlineDv: vectors.pathOrInlineDv.at(row),
    offset: numberAt(vectors.offset),
    sizeInBytes: numberAt(vectors.sizeInBytes),
    cardinality: numberAt(vectors.cardinality),
  }
}

function parsed<T>(columns: FileColumns, row: number, member: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw broken(columns, row, `${member}: ${asError(error).message}`)
  }
}

function broken({ file, group }: FileColumns, row: number, why: string): LakehouseError {
  return new LakehouseError('corrupt', `Cannot read ${file.source.location}, row ${group.start + row}: add: ${why}.`)
}
