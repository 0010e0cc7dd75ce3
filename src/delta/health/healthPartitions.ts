import { RecordBatch, Schema, Struct, Table } from 'apache-arrow'
import { jsonRecords, type Json } from '#arrow/json.ts'
import { isProblem } from '#base/errors.ts'
import type { AddFile } from '#delta/actions.ts'
import type { Partitions } from '#delta/files/activeFiles.ts'
import { arrowData, arrowField } from '#delta/rows/arrowTypes.ts'
import { physicalName, type ColumnMapping } from '#delta/rows/columns.ts'
import { repeatValue } from '#delta/rows/fill.ts'
import { parsePartitionValue } from '#delta/rows/partition.ts'
import type { DeltaField } from '#delta/types.ts'
import type { OnePartition, PartitionHealth, Spread } from './healthTypes.ts'

const shown = 10

/** How files and bytes are spread over partitions; `fields` are the partition columns. */
export function partitionHealth(
  { values, of }: Partitions,
  sizes: Float64Array,
  fields: readonly DeltaField[],
  mapping: ColumnMapping,
): PartitionHealth {
  const files = new Float64Array(values.length)
  const bytes = new Float64Array(values.length)
  for (const [position, partition] of of.entries()) {
    files[partition] = (files[partition] ?? 0) + 1
    bytes[partition] = (bytes[partition] ?? 0) + (sizes[position] ?? 0)
  }
  const used = [...files.keys()].filter(partition => (files[partition] ?? 0) > 0)
  const most = (numbers: Float64Array): readonly OnePartition[] =>
    used
      .toSorted((a, b) => (numbers[b] ?? 0) - (numbers[a] ?? 0) || a - b)
      .slice(0, shown)
      .map(partition => ({
        values: shownValues(values[partition] ?? {}, fields, mapping),
        files: files[partition] ?? 0,
        bytes: bytes[partition] ?? 0,
      }))
  return {
    columns: fields.map(({ name }) => name),
    count: used.length,
    files: spread(used, files),
    bytes: spread(used, bytes),
    mostFiles: most(files),
    mostBytes: most(bytes),
  }
}

function spread(used: readonly number[], numbers: Float64Array): Spread {
  const sorted = Float64Array.from(used, partition => numbers[partition] ?? 0).toSorted()
  const median = sorted[Math.ceil(sorted.length / 2) - 1] ?? 0
  const largest = sorted.at(-1) ?? 0
  return { smallest: sorted[0] ?? 0, median, largest, skew: median === 0 ? null : largest / median }
}

/** As rows print them; the text of the log where it is no value of the type. */
function shownValues(
  partition: AddFile['partitionValues'],
  fields: readonly DeltaField[],
  mapping: ColumnMapping,
): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    fields.map(field => {
      const text = partition[physicalName(field, mapping)] ?? null
      return [field.name, shownValue(text, field)]
    }),
  )
}

function shownValue(text: string | null, field: DeltaField): Json {
  try {
    if (typeof field.type !== 'string') return text
    const value = parsePartitionValue(text, field.type, field.name)
    const schema = new Schema([arrowField(field)])
    const children = schema.fields.map(({ type }) => repeatValue(type, 1, value))
    const batch = new RecordBatch(schema, arrowData(new Struct(schema.fields), 1, { children }))
    return [...jsonRecords(new Table([batch]))][0]?.[field.name] ?? null
  } catch (error) {
    if (isProblem(error)) return text
    throw error
  }
}
