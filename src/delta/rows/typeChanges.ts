import { decimalOf } from '#delta/schema.ts'
import { problem, type DeltaTable } from '#delta/table.ts'
import type { DeltaField, DeltaType, Protocol } from '#delta/types.ts'
import { isWire, textOr } from '#base/wire.ts'

/** What a version says about its columns. */
interface Typed {
  readonly version: number
  readonly protocol: Protocol
  readonly schema: { readonly fields: readonly DeltaField[] } | null
}

/**
 * Refuses a table one of whose columns, at any depth, had its type changed in a way that this reader does not know.
 * https://github.com/delta-io/delta/blob/master/PROTOCOL.md#reader-requirements-for-type-widening
 * @throws LakehouseError `unsupported` with the column and both types
 */
export function checkTypeChanges(table: DeltaTable, { version, protocol, schema }: Typed): void {
  if (!protocol.readerFeatures.some(feature => /^typeWidening(?:-preview)?$/.test(feature))) return
  for (const field of schema?.fields ?? []) checkField(table, version, field, field.name)
}

function checkField(table: DeltaTable, version: number, { type, metadata }: DeltaField, column: string): void {
  const changes: unknown = metadata['delta.typeChanges']
  for (const change of Array.isArray(changes) ? changes : []) {
    const [from, to] = isWire(change) ? [textOr(change, 'fromType'), textOr(change, 'toType')] : []
    if (from !== undefined && to !== undefined && isKnownChange(from, to)) continue
    throw problem(table, 'unsupported', `the type of its column ${column} was changed from ${from} to ${to}, which is not supported`, {
      version,
      feature: 'typeWidening',
      hint: 'Its history, schema and properties can be read; run a query on Spark for the rows.',
    })
  }
  for (const inner of fieldsOf(type)) checkField(table, version, inner, `${column}.${inner.name}`)
}

/** The nearest fields below a type. */
function fieldsOf(type: DeltaType): readonly DeltaField[] {
  if (typeof type === 'string') return []
  if (type.type === 'struct') return type.fields
  return type.type === 'array' ? fieldsOf(type.elementType) : [...fieldsOf(type.keyType), ...fieldsOf(type.valueType)]
}

const wider: Readonly<Record<string, readonly string[]>> = {
  byte: ['short', 'integer', 'long', 'double'],
  short: ['integer', 'long', 'double'],
  integer: ['long', 'double'],
  float: ['double'],
  date: ['timestamp_ntz'],
}

/** True for a change of a simple type that Delta allows and this reader follows. */
export function isKnownChange(from: string, to: string): boolean {
  const target = decimalOf(to)
  if (!target) return wider[from]?.includes(to) ?? false
  const source = decimalOf(from)
  if (!source) return /^(?:byte|short|integer|long)$/.test(from)
  return target.scale >= source.scale && target.precision - target.scale >= source.precision - source.scale
}
