import { rowChanges } from '#app/rowChanges.ts'
import type { DeltaType, FileEntry, HistoryEntry, TableDescription } from '#delta/types.ts'

/** Lines whose columns begin below each other; no trailing space. */
export function alignedLines(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length)
  return rows
    .map(
      row =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

/** A version of a table for a person. */
export function describeLines(location: string, table: TableDescription): string {
  const { protocol, schema } = table
  const features = [...new Set([...protocol.readerFeatures, ...protocol.writerFeatures])].join(', ')
  const head = alignedLines(
    [
      ['Table', location],
      ['Name', table.name ?? ''],
      ['Comment', table.description ?? ''],
      ['Version', `${table.version} of ${table.earliestVersion} to ${table.latestVersion}`],
      ['Time', table.timestamp],
      ['Rows', count(table.numRecords)],
      ['Files', count(table.numFiles)],
      ['Bytes', count(table.sizeBytes)],
      ['Partitioned by', table.partitionColumns.join(', ')],
      ['Clustered by', table.clusteringColumns.join(', ')],
      ['Protocol', `reader ${protocol.minReaderVersion}, writer ${protocol.minWriterVersion}`],
      ['Features', features],
      ...table.warnings.map(warning => ['Warning', warning] as const),
    ].filter(([, value]) => value !== ''),
  )
  const properties = Object.entries(table.properties).map(([key, value]) => ['', `${key} = ${value}`])
  const fields = (schema?.fields ?? []).map(({ name, type, nullable }) => ['', name, sqlType(type), nullable ? '' : 'not null'])
  return [
    head,
    ...(properties.length > 0 ? ['Properties\n', alignedLines(properties)] : []),
    ...(fields.length > 0 ? ['Columns\n', alignedLines(fields)] : []),
  ].join('')
}

/** A version in a list of them, as cells: what it did to the rows, by its writer's own counts. */
export function historyLine(entry: HistoryEntry): readonly string[] {
  const { added = 0, updated = 0, removed = 0 } = rowChanges(entry) ?? {}
  const changes = [
    [added, 'added'],
    [updated, 'updated'],
    [removed, 'removed'],
  ] as const
  const rows = changes.flatMap(([number, what]) => (number > 0 ? [`${count(number)} ${what}`] : [])).join(', ')
  return [String(entry.version), entry.timestamp, entry.operation ?? '', rows, entry.readable ? '' : 'no longer readable']
}

/** A data file in a list of them, as cells. */
export function fileLine({ path, sizeBytes, numRecords, deletionVector }: FileEntry): readonly string[] {
  const deleted = deletionVector ? `${deletionVector.cardinality} deleted` : ''
  return [path, `${sizeBytes} bytes`, numRecords === null ? '' : `${numRecords} rows`, deleted]
}

function count(value: number | null): string {
  return value === null ? 'not known' : value.toLocaleString('en')
}

/** A type as Spark SQL writes it. */
export function sqlType(type: DeltaType): string {
  if (typeof type === 'string') return type
  if (type.type === 'array') return `array<${sqlType(type.elementType)}>`
  if (type.type === 'map') return `map<${sqlType(type.keyType)},${sqlType(type.valueType)}>`
  return `struct<${type.fields.map(field => `${field.name}:${sqlType(field.type)}`).join(',')}>`
}
