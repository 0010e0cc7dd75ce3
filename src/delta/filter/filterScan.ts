import type { RecordBatch } from 'apache-arrow'
import { LakehouseError } from '#base/errors.ts'
import { ProgressCount } from '#base/progress.ts'
import type { AddFile } from '#delta/actions.ts'
import { openDataFile, readDataBatch, type DataFile } from '#delta/rows/dataFile.ts'
import { deletedFlags } from '#delta/rows/deletionVector.ts'
import { countLive, inFile, knownLive, readSlice, rowBatch, type Plan, type RowPart, type Scan } from '#delta/rows/scan.ts'
import { prunedField } from './filterGroups.ts'
import { columnKey, truthsOf } from './filterRows.ts'
import { searchFor, type FoundFile, type Search, type Unit } from './filterSearch.ts'
import { truth } from './filterTree.ts'
import { gapRows, isPaged, unitsOf } from './filterUnits.ts'

/**
 * The plan of a filtered request. Partition values and statistics exclude files, statistics of the footer row groups; of what
 * is left the columns of the filter are read and looked through, as far as the page needs it, and of the other columns only the
 * pages in which rows were found. What was found stays known for later pages.
 */
export function planFiltered(text: string): Plan {
  return async (scan, { offset, limit }) => {
    const search = await searchFor(scan.snapshot, text, scan.signal)
    const progress = new ProgressCount(scan.table.report, { stage: 'rows', total: search.candidates, unit: 'files' })
    const page: Page = { parts: [], skip: offset, need: limit, more: false }
    let atOnce = 1
    for (let index = 0; !page.more; index += 1) {
      const block = await search.block(index, scan.signal)
      if (!block) break
      const { files: found } = block
      progress.add(block.candidates - found.length)
      for (let at = 0; at < found.length && !page.more;) {
        const total = totalOf(found[at])
        if (total !== undefined && total <= page.skip) {
          page.skip -= total
          at += 1
          progress.add(1)
          continue
        }
        const files = found.slice(at, at + atOnce)
        await takeFiles(scan, search, files, page)
        at += files.length
        progress.add(files.length)
        atOnce = Math.min(atOnce * 2, filesAtOnce)
      }
    }
    return page
  }
}

/** Rows that are still to be skipped and taken, and those taken. */
interface Page {
  readonly parts: RowPart[]
  skip: number
  need: number
  more: boolean
}

/** Files, and parts of one file, that are looked through at once: one, and then always twice as many. */
const filesAtOnce = 8
const unitsAtOnce = 4
/** Of a unit; a file without an index of its pages is looked through by row groups. */
const mostRows = 2 ** 28
/** Reads that the rows found in a unit are parted into at most. */
const mostRuns = 16

/** Rows found in a file; undefined while it was not looked through to its end. */
function totalOf(file: FoundFile | undefined): number | undefined {
  if (!file) return 0
  if (file.isWhole) return file.live
  return file.units?.reduce<number | undefined>(
    (sum, { matches }) => (sum === undefined || matches === undefined ? undefined : sum + matches),
    0,
  )
}

async function takeFiles(scan: Scan, search: Search, files: readonly FoundFile[], page: Page): Promise<void> {
  const adds = await search.files.pick(
    Int32Array.from(files, ({ position }) => position),
    scan.signal,
  )
  const wanted = page.skip + page.need + 1
  await Promise.all(
    files.map(async (file, i) => {
      const add = adds[i]
      if (add) await lookThrough(scan, search, file, { add, wanted })
    }),
  )
  for (const [i, file] of files.entries()) {
    const add = adds[i]
    if (add && !page.more) takeFile(scan, search, file, { add, page })
  }
}

/** Looks through a file until so many rows were found, or its end. */
async function lookThrough(
  scan: Scan,
  search: Search,
  file: FoundFile,
  { add, wanted }: { readonly add: AddFile; readonly wanted: number },
): Promise<void> {
  if (file.isWhole) {
    file.live ??= knownLive(scan, add) ?? (await countLive(scan, add))
    return
  }
  await inFile(scan, add, async () => {
    if (totalOf(file) !== undefined) return
    const data = await openDataFile(scan.table, add, scan.signal)
    file.units ??= await unitsOf(search, data, scan.signal)
    let found = 0
    let atOnce = 1
    for (let at = 0; at < file.units.length && found < wanted; at += atOnce, atOnce = Math.min(atOnce * 2, unitsAtOnce)) {
      const units = file.units.slice(at, at + atOnce)
      await Promise.all(units.map(async unit => (unit.matches ??= (await rowsIn(scan, search, data, unit)).length)))
      found += units.reduce((sum, { matches = 0 }) => sum + matches, 0)
    }
  })
}

function takeFile(scan: Scan, search: Search, file: FoundFile, { add, page }: { readonly add: AddFile; readonly page: Page }): void {
  const pieces = file.isWhole
    ? [{ matches: file.live, unit: undefined }]
    : (file.units ?? []).map(unit => ({ matches: unit.matches, unit }))
  for (const { matches = 0, unit } of pieces) {
    const start = Math.min(page.skip, matches)
    const count = Math.min(page.need, matches - start)
    page.skip -= start
    page.need -= count
    if (count > 0) {
      const read = unit
        ? (): Promise<readonly RecordBatch[]> => readFound(scan, search, add, { unit, start, count })
        : (): Promise<readonly RecordBatch[]> => readSlice(scan, { add, start, count })
      page.parts.push({ add, read })
    }
    page.more = page.need === 0 && start + count < matches
    if (page.more) return
  }
}

/** Ascending rows of a unit that are live and that the filter lets through, counted in the unit. */
async function rowsIn(scan: Scan, search: Search, file: DataFile, unit: Unit): Promise<Int32Array> {
  const known = search.found.get(unit)
  if (known) return known
  const rows = liveRows(file, unit)
  const found = unit.isWhole ? rows : await tested(scan, search, file, { unit, rows })
  search.found.set(unit, found)
  return found
}

function liveRows({ deleted }: DataFile, { start, end }: Unit): Int32Array {
  if (end - start > mostRows) {
    throw new LakehouseError('exhausted', `One of its row groups has ${end - start} rows, too many to be filtered at once.`, {
      hint: 'Run the query on Spark.',
    })
  }
  const rows = new Int32Array(end - start)
  for (let row = 0; row < rows.length; row += 1) rows[row] = row
  const gone = deletedFlags(deleted, start, end)
  return gone ? rows.filter(row => gone[row] === 0) : rows
}

async function tested(
  { columns: { partitionColumns, mapping }, signal }: Scan,
  { filter, columns }: Search,
  file: DataFile,
  { unit, rows }: { readonly unit: Unit; readonly rows: Int32Array },
): Promise<Int32Array> {
  const group = file.parquet.groups[unit.group]
  if (!group) return new Int32Array(0)
  const fields = columns.map(prunedField)
  const data = await readDataBatch(file, group, unit, { fields, partitionColumns, mapping }, signal)
  const indexes = new Map(columns.map((column, i) => [columnKey(column), i]))
  const truths = truthsOf(filter, rows.length, column => {
    let found = data[indexes.get(columnKey(column)) ?? -1]
    for (let depth = 1; depth < column.path.length; depth += 1) found = found?.children[0]
    if (!found) throw new Error(`column ${column.name} was not read`)
    return found
  })
  return rows.filter((_, i) => truths[i] === truth.true)
}

/** Rows [start, start + count) of those found in a unit, with all columns of the answer. */
async function readFound(
  scan: Scan,
  search: Search,
  add: AddFile,
  { unit, start, count }: { readonly unit: Unit; readonly start: number; readonly count: number },
): Promise<readonly RecordBatch[]> {
  scan.signal.throwIfAborted()
  const file = await openDataFile(scan.table, add, scan.signal)
  const group = file.parquet.groups[unit.group]
  const rows = (await rowsIn(scan, search, file, unit)).subarray(start, start + count)
  const batches: RecordBatch[] = []
  for (const run of group ? runsOf(rows, isPaged(group) ? gapRows : Infinity) : []) {
    if (!group) break
    const range = { start: unit.start + (run[0] ?? 0), end: unit.start + (run.at(-1) ?? -1) + 1 }
    const children = await readDataBatch(
      { ...file, deleted: between(run).map(row => unit.start + row) },
      group,
      range,
      scan.columns,
      scan.signal,
    )
    batches.push(rowBatch(scan, run.length, children))
  }
  return batches
}

/** Ascending rows, parted where the widest gaps are. */
function runsOf(rows: Int32Array, gap: number): readonly Int32Array[] {
  if (gap === Infinity) return rows.length > 0 ? [rows] : []
  const gaps: { readonly at: number; readonly width: number }[] = []
  for (let at = 1; at < rows.length; at += 1) {
    const width = (rows[at] ?? 0) - (rows[at - 1] ?? 0)
    if (width > gap) gaps.push({ at, width })
  }
  const widest = gaps.toSorted((a, b) => b.width - a.width).slice(0, mostRuns - 1)
  const ends = [...widest.map(({ at }) => at), rows.length].toSorted((a, b) => a - b)
  return ends.map((end, i) => rows.subarray(ends[i - 1] ?? 0, end)).filter(run => run.length > 0)
}

/** The rows from the first to the last that are not among them. */
function between(rows: Int32Array): Float64Array {
  const first = rows[0] ?? 0
  const others = new Float64Array((rows.at(-1) ?? first) - first + 1 - rows.length)
  let count = 0
  let next = first
  for (const row of rows) {
    for (; next < row; next += 1) others[count++] = next
    next = row + 1
  }
  return others
}
