import type { DataFile } from '#delta/rows/dataFile.ts'
import type { RowGroupAt } from '#parquet/parquet.ts'
import { canBeTrue, nothingKnown, onlyNulls, outcomesOf, type Bounds } from './filterBounds.ts'
import { groupBounds, leafFor } from './filterGroups.ts'
import { rangesByPages, type RowRange } from './filterPages.ts'
import { columnKey } from './filterRows.ts'
import type { Search, Unit } from './filterSearch.ts'
import { partitionBounds } from './filterStats.ts'
import type { FilterColumn } from './filterTree.ts'

/** Rows without a match between two that are worth a read of their own. */
export const gapRows = 8192
/** Rows that are looked through at once where the file can be read page by page. */
const unitRows = 128 * 1024

/** The parts of a file that its footer and its page indexes do not exclude. */
export async function unitsOf(search: Search, { add, parquet }: DataFile, signal: AbortSignal): Promise<readonly Unit[]> {
  const { filter, columns, mapping, isPartition } = search
  const leafBy = new Map(
    columns.filter(column => !isPartition(column)).map(column => [columnKey(column), leafFor(parquet, column, mapping)]),
  )
  const leaves = columns.flatMap(column => {
    const leaf = leafBy.get(columnKey(column))
    return leaf && leaf !== 'absent' ? [{ column, leaf }] : []
  })
  const units: Unit[] = []
  for (const [index, group] of parquet.groups.entries()) {
    const boundsOf = (column: FilterColumn): Bounds => {
      if (isPartition(column)) return partitionBounds(column, add.partitionValues, mapping)
      const leaf = leafBy.get(columnKey(column))
      return leaf === 'absent' ? onlyNulls : leaf ? groupBounds(parquet, group, leaf, column) : nothingKnown
    }
    const outcomes = outcomesOf(filter, boundsOf)
    if (!(outcomes & canBeTrue)) continue
    const isWhole = outcomes === canBeTrue
    const isInPages = isPaged(group)
    const all = [{ start: 0, end: group.rows }]
    const ranges = isInPages && !isWhole ? await rangesByPages(parquet, group, { filter, leaves, boundsOf, gap: gapRows }, signal) : all
    const step = isWhole || isInPages ? unitRows : group.rows
    units.push(
      ...ranges
        .flatMap(range => stepsOf(range, step))
        .map(({ start, end }) => unitAt(index, group.start + start, group.start + end, isWhole)),
    )
  }
  return units
}

/** True when the pages of a group can be read one by one. */
export function isPaged({ columns }: RowGroupAt): boolean {
  return columns.every(column => column.offset_index_offset !== undefined)
}

function unitAt(group: number, start: number, end: number, isWhole: boolean): Unit {
  return { group, start, end, isWhole, matches: undefined }
}

function stepsOf({ start, end }: RowRange, step: number): readonly RowRange[] {
  return Array.from({ length: Math.ceil((end - start) / step) }, (_, i) => ({
    start: start + i * step,
    end: Math.min(start + (i + 1) * step, end),
  }))
}
