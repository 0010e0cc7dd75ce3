import type { ColumnIndex } from 'hyparquet'
import { readColumnIndex, readOffsetIndex } from 'hyparquet/src/indexes.js'
import { statisticsAsTheyAre, whole, type ParquetFile, type RowGroupAt } from '#parquet/parquet.ts'
import type { ParquetLeaf } from '#parquet/parquetTree.ts'
import { thriftReader } from '#parquet/thriftReader.ts'
import { canBeTrue, onlyNulls, outcomesOf, type Bounds } from './filterBounds.ts'
import { boundsFrom } from './filterGroups.ts'
import { columnKey } from './filterRows.ts'
import type { Filter, FilterColumn } from './filterTree.ts'

/** Rows [start, end) of a row group, counted in it. */
export interface RowRange {
  readonly start: number
  readonly end: number
}

/** Where a group has the columns of a filter, and what is known of them in all of its rows. */
export interface GroupColumns {
  readonly filter: Filter
  /** Columns that are one leaf of the file. */
  readonly leaves: readonly { readonly column: FilterColumn; readonly leaf: ParquetLeaf }[]
  readonly boundsOf: (column: FilterColumn) => Bounds
}

/**
 * The rows of a group in which the page index leaves room for a filter to be true; all of them where there is no index. Ranges
 * closer than `gap` rows are one. https://github.com/apache/parquet-format/blob/master/PageIndex.md
 * @throws LakehouseError `corrupt`
 */
export async function rangesByPages(
  file: ParquetFile,
  group: RowGroupAt,
  { filter, leaves, boundsOf, gap }: GroupColumns & { readonly gap: number },
  signal: AbortSignal,
): Promise<readonly RowRange[]> {
  const indexed = await whole(file.source, signal, () => Promise.all(leaves.map(each => pagesOf(file, group, each, signal))))
  const pagesBy = new Map(leaves.map(({ column }, i) => [columnKey(column), indexed[i]]))
  const starts = new Set([0, ...indexed.flatMap(pages => pages?.map(({ start }) => start) ?? [])])
  const cuts = Array.from(starts).toSorted((a, b) => a - b)
  const ranges: { start: number; end: number }[] = []
  for (const [i, start] of cuts.entries()) {
    const end = cuts[i + 1] ?? group.rows
    const outcomes = outcomesOf(
      filter,
      column => pagesBy.get(columnKey(column))?.findLast(page => page.start <= start)?.bounds ?? boundsOf(column),
    )
    if (!(outcomes & canBeTrue) || start >= end) continue
    const last = ranges.at(-1)
    if (last && start - last.end < gap) last.end = end
    else ranges.push({ start, end })
  }
  return ranges
}

interface PageBounds {
  /** First row, counted in the group. */
  readonly start: number
  readonly bounds: Bounds
}

async function pagesOf(
  { source, calendar }: ParquetFile,
  group: RowGroupAt,
  { column, leaf }: GroupColumns['leaves'][number],
  signal: AbortSignal,
): Promise<readonly PageBounds[] | undefined> {
  const chunk = group.columns[leaf.leaf]
  const spans = [
    spanAt(chunk?.column_index_offset, chunk?.column_index_length),
    spanAt(chunk?.offset_index_offset, chunk?.offset_index_length),
  ].filter(span => span !== undefined)
  const [columnBytes, offsetBytes] = await Promise.all(spans.map(({ start, end }) => source.read(start, end, signal)))
  if (!columnBytes || !offsetBytes) return undefined
  const index = readColumnIndex(thriftReader(columnBytes), leaf.element, statisticsAsTheyAre)
  const { page_locations: pages } = readOffsetIndex(thriftReader(offsetBytes))
  const { null_pages: areNull, min_values: least, max_values: most, null_counts: nulls }: ColumnIndex = index
  if (![areNull, least, most].every(list => list.length === pages.length)) throw new Error('its page indexes differ in length')
  return pages.map(({ first_row_index: row }, i) => {
    const known = { min: least[i], max: most[i], nulls: nulls?.[i] === undefined ? undefined : Number(nulls[i]) }
    return { start: Number(row), bounds: areNull[i] ? onlyNulls : boundsFrom(known, { leaf, calendar }, column) }
  })
}

function spanAt(offset: bigint | undefined, length: number | undefined): RowRange | undefined {
  return offset && length ? { start: Number(offset), end: Number(offset) + length } : undefined
}
