import { Lru } from '#base/lru.ts'
import { nextTurn } from '#base/turn.ts'
import type { AddFile } from '#delta/actions.ts'
import { columnMappingOf } from '#delta/features.ts'
import { ListedFiles, type ActiveFiles } from '#delta/files/activeFiles.ts'
import type { ColumnMapping } from '#delta/rows/columns.ts'
import { isMisleading } from '#delta/rows/scan.ts'
import type { Snapshot } from '#delta/snapshot.ts'
import { canBeTrue, nothingKnown, outcomesOf, type Bounds } from './filterBounds.ts'
import { parseFilter } from './filterParse.ts'
import { filterColumns } from './filterRows.ts'
import { partitionBounds, statisticsBounds } from './filterStats.ts'
import type { Filter, FilterColumn } from './filterTree.ts'

/**
 * What is known about the rows of a version that a filter lets through. It grows as far as somebody read and is kept, so that
 * a later page begins where an earlier one ended. Everything in it is a fact about the version: two readers may find it at once.
 */
export interface Search {
  readonly filter: Filter
  readonly columns: readonly FilterColumn[]
  readonly mapping: ColumnMapping
  readonly files: ActiveFiles
  readonly isPartition: (column: FilterColumn) => boolean
  /** Files that partition values do not exclude. */
  readonly candidates: number
  /** Block `index` of them, in order; undefined after the last. */
  readonly block: (index: number, signal: AbortSignal) => Promise<Block | undefined>
  /** Rows that were found in units, counted in the unit; the last used ones. */
  readonly found: Lru<Unit, Int32Array>
}

/** Some files in order. */
export interface Block {
  readonly candidates: number
  /** Those that statistics do not exclude either. */
  readonly files: readonly FoundFile[]
}

/** A file that may have such rows. */
export interface FoundFile {
  /** Among the active files. */
  readonly position: number
  /** True when all of its rows are such. */
  readonly isWhole: boolean
  /** Rows, of a file that is whole. */
  live: number | undefined
  /** Where its rows are to be looked for; undefined before the file was opened. */
  units: readonly Unit[] | undefined
}

/** Rows of a row group, counted in the file, that are looked through at once. */
export interface Unit {
  readonly group: number
  readonly start: number
  readonly end: number
  readonly isWhole: boolean
  /** Rows of it that were found; undefined before it was looked through. */
  matches: number | undefined
}

/** The search for a filter in a version, from an earlier request where there was one. @throws LakehouseError `invalid` */
export async function searchFor(snapshot: Snapshot, text: string, signal: AbortSignal): Promise<Search> {
  const known = searches.get(snapshot) ?? new Lru<string, Search>(keptSearches)
  searches.set(snapshot, known)
  const key = `${isMisleading(snapshot) ? 'counted' : 'by statistics'} ${text}`
  const found = known.get(key) ?? (await beginSearch(snapshot, text, signal))
  known.set(key, found)
  return found
}

const searches = new WeakMap<Snapshot, Lru<string, Search>>()
const keptSearches = 4
const keptBytes = 16 * 1024 * 1024
/** Files whose statistics are looked at together: few at first, since the first page may need no more. */
const firstBlock = 256
const largestBlock = 32_768
const filesBetweenTurns = 2048

async function beginSearch(snapshot: Snapshot, text: string, signal: AbortSignal): Promise<Search> {
  const { schema, protocol, metadata } = snapshot
  const filter = parseFilter(text, schema ?? { type: 'struct', fields: [] })
  const columns = filterColumns(filter)
  const mapping = columnMappingOf(protocol, metadata.configuration)
  const files = snapshot.files ?? new ListedFiles([])
  const isPartition = ({ path: [field] }: FilterColumn): boolean => metadata.partitionColumns.includes(field.name)
  const blocks: FoundFile[][] = []
  const candidates = await candidatesOf(files, { filter, columns, mapping, isPartition }, signal)
  const examine = async (positions: Int32Array, now: AbortSignal): Promise<FoundFile[]> =>
    columns.every(isPartition)
      ? Array.from(positions, position => foundFile(position, candidates.isWhole(position)))
      : await examined(files, positions, { filter, mapping, isPartition }, now)
  return {
    filter,
    columns,
    mapping,
    files,
    isPartition,
    candidates: candidates.positions.length,
    block: async (index, now) => {
      const { start, end } = blockAt(index)
      const positions = candidates.positions.subarray(start, end)
      if (positions.length === 0) return undefined
      return { candidates: positions.length, files: (blocks[index] ??= await examine(positions, now)) }
    },
    found: new Lru(keptBytes, rows => rows.byteLength + 100),
  }
}

function blockAt(index: number): { readonly start: number; readonly end: number } {
  let start = 0
  let size = firstBlock
  for (let i = 0; i < index; i += 1) {
    start += size
    size = Math.min(size * 4, largestBlock)
  }
  return { start, end: start + size }
}

function foundFile(position: number, isWhole: boolean): FoundFile {
  return { position, isWhole, live: undefined, units: undefined }
}

type Question = Pick<Search, 'filter' | 'mapping' | 'isPartition'>

/** The files that partition values do not exclude. */
async function candidatesOf(
  files: ActiveFiles,
  { filter, columns, mapping, isPartition }: Question & Pick<Search, 'columns'>,
  signal: AbortSignal,
): Promise<{ readonly positions: Int32Array; readonly isWhole: (position: number) => boolean }> {
  if (columns.length > 0 && !columns.some(isPartition))
    return { positions: Int32Array.from({ length: files.length }, (_, i) => i), isWhole: () => false }
  const { values, of } = await files.partitions(signal)
  const outcomes = values.map(set => outcomesOf(filter, column => boundsIn(set, column, { mapping, isPartition })))
  const outcomeAt = (position: number): number => outcomes[of[position] ?? -1] ?? 0
  const positions = new Int32Array(files.length)
  let count = 0
  for (let position = 0; position < files.length; position += 1) {
    if (outcomeAt(position) & canBeTrue) positions[count++] = position
  }
  return { positions: positions.subarray(0, count), isWhole: position => outcomeAt(position) === canBeTrue }
}

function boundsIn(values: AddFile['partitionValues'], column: FilterColumn, { mapping, isPartition }: Omit<Question, 'filter'>): Bounds {
  return isPartition(column) ? partitionBounds(column, values, mapping) : nothingKnown
}

async function examined(
  files: ActiveFiles,
  positions: Int32Array,
  { filter, mapping, isPartition }: Question,
  signal: AbortSignal,
): Promise<FoundFile[]> {
  const adds = await files.pick(positions, signal)
  const found: FoundFile[] = []
  for (const [i, add] of adds.entries()) {
    if (i % filesBetweenTurns === filesBetweenTurns - 1) await nextTurn()
    signal.throwIfAborted()
    const statistics = statisticsBounds(add, mapping)
    const outcomes = outcomesOf(filter, column =>
      isPartition(column) ? partitionBounds(column, add.partitionValues, mapping) : statistics(column),
    )
    const position = positions[i]
    if (position !== undefined && outcomes & canBeTrue) found.push(foundFile(position, outcomes === canBeTrue))
  }
  return found
}
