import { ProgressCount, type Report } from '#base/progress.ts'
import { nextTurn } from '#base/turn.ts'
import type { ActiveFiles, FileStatistics } from '#delta/files/activeFiles.ts'
import { physicalName, type ColumnMapping } from '#delta/rows/columns.ts'
import { decimalOf, plainType } from '#delta/schema.ts'
import type { DeltaField, DeltaStruct } from '#delta/types.ts'
import { countOr, isWire, parseJson, type Wire } from '#base/wire.ts'
import type { ColumnCoverage, StatisticsHealth } from './healthTypes.ts'

/** Text of this many files is in memory at once. */
const blockFiles = 8192
const defaultIndexedColumns = 32

/** A leaf column of the table's files: a list or a map counts as one. */
interface LeafColumn {
  readonly name: string
  /** Physical names from the top. */
  readonly path: readonly string[]
  readonly hasBounds: boolean
}

export interface IndexedColumns {
  readonly setting: string
  readonly indexed: readonly LeafColumn[]
  readonly others: readonly string[]
}

/** Which columns writers keep statistics of: those named, or the first ones. Partition columns have none. */
export function indexedColumns(
  { fields }: DeltaStruct,
  partitionColumns: readonly string[],
  mapping: ColumnMapping,
  configuration: Readonly<Record<string, string>>,
): IndexedColumns {
  const leaves = fields.filter(({ name }) => !partitionColumns.includes(name)).flatMap(field => leafColumns(field, mapping, '', []))
  const named = configuration['delta.dataSkippingStatsColumns']
  const count = configuration['delta.dataSkippingNumIndexedCols'] ?? String(defaultIndexedColumns)
  const most = Number(count) < 0 ? Infinity : Number(count)
  const names = named?.match(/(?:[^,`]|`[^`]*`)+/g)?.map(name => name.trim().replaceAll('`', '')) ?? []
  const isIndexed = ({ name }: LeafColumn, i: number): boolean =>
    named === undefined ? i < most : names.some(each => name === each || name.startsWith(`${each}.`))
  return {
    setting: named === undefined ? `delta.dataSkippingNumIndexedCols = ${count}` : `delta.dataSkippingStatsColumns = ${named}`,
    indexed: leaves.filter(isIndexed),
    others: leaves.filter((leaf, i) => !isIndexed(leaf, i)).map(({ name }) => name),
  }
}

/** How many files have which statistics, and their rows by position (NaN for none). Statistics are read in blocks, each text once. */
export async function readStatistics(
  files: ActiveFiles,
  { setting, indexed, others }: IndexedColumns,
  report: Report | undefined,
  signal: AbortSignal,
): Promise<{ readonly health: StatisticsHealth; readonly records: Float64Array }> {
  const progress = new ProgressCount(report, { stage: 'files', total: files.length, unit: 'files' })
  const records = new Float64Array(files.length).fill(Number.NaN)
  let asStruct = 0
  const counts = indexed.map(leaf => ({ leaf, withMinMax: 0, withNullCount: 0 }))
  for (let start = 0; start < files.length; start += blockFiles) {
    await nextTurn()
    signal.throwIfAborted()
    progress.add(Math.min(blockFiles, files.length - start))
    const positions = Int32Array.from({ length: Math.min(blockFiles, files.length - start) }, (_, i) => start + i)
    for (const [i, file] of (await files.statistics(positions, signal)).entries()) {
      const stats = statsOf(file)
      const rows = stats ? countOr(stats, 'numRecords') : file.records
      if (rows !== undefined) records[start + i] = rows
      if (!stats && rows !== undefined) asStruct += 1
      if (!stats) continue
      const [least, most, nulls] = [stats['minValues'], stats['maxValues'], stats['nullCount']]
      for (const count of counts) {
        const { path, hasBounds } = count.leaf
        const nullCount = valueAt(nulls, path)
        if (typeof nullCount === 'number') count.withNullCount += 1
        if (!hasBounds) continue
        const isAllNull = rows !== undefined && nullCount === rows
        if (isAllNull || (isThere(valueAt(least, path)) && isThere(valueAt(most, path)))) count.withMinMax += 1
      }
    }
  }
  const columns = counts.map(({ leaf, withMinMax, withNullCount }): ColumnCoverage => ({
    name: leaf.name,
    withMinMax: leaf.hasBounds ? withMinMax : null,
    withNullCount,
  }))
  const withNumRecords = records.reduce((count, rows) => (Number.isNaN(rows) ? count : count + 1), 0)
  return { records, health: { files: files.length, withNumRecords, asStruct, setting, columns, notIndexed: others } }
}

function statsOf({ stats }: FileStatistics): Wire | undefined {
  const parsed = stats === undefined ? undefined : parseJson(stats)
  return isWire(parsed) ? parsed : undefined
}

function valueAt(values: unknown, path: readonly string[]): unknown {
  let value = values
  for (const name of path) value = isWire(value) ? value[name] : undefined
  return value
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null
}

function leafColumns(field: DeltaField, mapping: ColumnMapping, parent: string, above: readonly string[]): readonly LeafColumn[] {
  const { type } = field
  const name = `${parent}${field.name}`
  const path = [...above, physicalName(field, mapping)]
  if (typeof type === 'string') return [{ name, path, hasBounds: decimalOf(type) !== undefined || withBounds.has(plainType(type)) }]
  if (type.type !== 'struct') return [{ name, path, hasBounds: false }]
  return type.fields.flatMap(member => leafColumns(member, mapping, `${name}.`, path))
}

/** Delta's SkippingEligibleDataType. */
const withBounds: ReadonlySet<string> = new Set([
  'byte',
  'short',
  'integer',
  'long',
  'float',
  'double',
  'date',
  'timestamp',
  'timestamp_ntz',
  'string',
])
