import type { SchemaElement } from 'hyparquet'
import { isProblem } from '#base/errors.ts'
import { unreachable } from '#base/unreachable.ts'
import { bindField, type Binding, type ColumnMapping } from '#delta/rows/columns.ts'
import { convertLeaf } from '#delta/rows/convert.ts'
import { decimalOf, paddedLength } from '#delta/schema.ts'
import type { DeltaField } from '#delta/types.ts'
import type { FileCalendar } from '#parquet/calendar.ts'
import { ByteColumn, type LeafValues } from '#parquet/leaf.ts'
import type { ParquetFile, RowGroupAt } from '#parquet/parquet.ts'
import type { ParquetLeaf } from '#parquet/parquetTree.ts'
import { nothingKnown, onlyNulls, type Bounds } from './filterBounds.ts'
import { aboutUnits, scalarAt } from './filterStats.ts'
import type { FilterColumn, Scalar } from './filterTree.ts'

/** A column as a field of the table from which everything but the way to it is cut. */
export function prunedField({ path }: FilterColumn): DeltaField {
  const [field, ...members] = path.toReversed()
  const start = field ?? path[0]
  return members.reduce((child, parent): DeltaField => ({ ...parent, type: { type: 'struct', fields: [child] } }), start)
}

/** The leaf in which a file has a column; undefined when the file does not have it, or not as one leaf. */
export function leafFor({ root }: ParquetFile, column: FilterColumn, mapping: ColumnMapping): ParquetLeaf | 'absent' | undefined {
  let binding: Binding | undefined = bindField(root, prunedField(column), mapping)
  for (let depth = 1; depth < column.path.length && binding?.kind === 'struct'; depth += 1) binding = binding.members[0]
  if (binding?.kind === 'absent') return 'absent'
  return binding?.kind === 'leaf' && binding.leaf.maxRepetition === 0 ? binding.leaf : undefined
}

/** What the footer says about a column in a row group. */
export function groupBounds({ calendar }: ParquetFile, group: RowGroupAt, leaf: ParquetLeaf, column: FilterColumn): Bounds {
  const statistics = group.columns[leaf.leaf]?.meta_data?.statistics
  if (!statistics) return nothingKnown
  const { min_value: min, max_value: max, null_count: count } = statistics
  const nulls = count === undefined ? undefined : Number(count)
  return nulls === group.rows ? onlyNulls : boundsFrom({ min, max, nulls }, { leaf, calendar }, column)
}

/** Bounds from the least and greatest value of a leaf, neither of padded texts nor of an old calendar, and its nulls. */
export function boundsFrom(
  { min, max, nulls }: { readonly min: unknown; readonly max: unknown; readonly nulls: number | undefined },
  { leaf: { element }, calendar }: { readonly leaf: ParquetLeaf; readonly calendar: FileCalendar },
  { type, name }: FilterColumn,
): Bounds {
  if (typeof type !== 'string') return nothingKnown
  const isOldTime = calendar.days === 'legacy' && /^(?:date|timestamp)/.test(type)
  const usable = paddedLength(type) === undefined && !isOldTime
  return {
    low: usable ? boundOf(min, element, { type, name, side: 'low' }) : undefined,
    high: usable ? boundOf(max, element, { type, name, side: 'high' }) : undefined,
    hasNull: nulls !== 0,
    hasValue: true,
    hasNaN: type === 'float' || type === 'double',
  }
}

interface BoundOf {
  readonly type: string
  readonly name: string
  readonly side: 'low' | 'high'
}

/** Converted in the way of the rows themselves, which keeps the order. */
function boundOf(value: unknown, element: SchemaElement, { type, name, side }: BoundOf): Scalar | undefined {
  const decimal = decimalOf(type)
  if (decimal && typeof value === 'number' && element.converted_type === 'DECIMAL') return aboutUnits(value, decimal.scale, side)
  const values = leafValues(value, element)
  if (!values) return undefined
  try {
    const scalar = scalarAt(convertLeaf(values, element, type, name), 0)
    return Number.isNaN(scalar) ? undefined : scalar
  } catch (error) {
    if (isProblem(error, 'corrupt')) return undefined
    throw error
  }
}

function leafValues(value: unknown, { type }: SchemaElement): LeafValues | undefined {
  switch (type) {
    case 'BOOLEAN':
      return typeof value === 'boolean' ? Uint8Array.of(Number(value)) : undefined
    case 'INT32':
      return typeof value === 'number' ? Int32Array.of(value) : undefined
    case 'INT64':
      return typeof value === 'bigint' ? BigInt64Array.of(value) : undefined
    case 'FLOAT':
      return typeof value === 'number' ? Float32Array.of(value) : undefined
    case 'DOUBLE':
      return typeof value === 'number' ? Float64Array.of(value) : undefined
    case 'BYTE_ARRAY':
      return value instanceof Uint8Array ? new ByteColumn(Int32Array.of(0, value.byteLength), value) : undefined
    case 'INT96':
    case 'FIXED_LEN_BYTE_ARRAY':
    case undefined:
      return undefined
    default:
      return unreachable(type)
  }
}
