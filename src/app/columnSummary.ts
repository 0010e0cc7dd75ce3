import { unreachable } from '#base/unreachable.ts'
import type { DeltaStruct, DeltaType } from '#delta/types.ts'
import type { ColumnSummary } from './catalogNode.ts'

/** The columns of a schema with Spark SQL's type names; members of structs are children, through arrays and maps too. */
export function columnSummaries(schema: DeltaStruct | null): readonly ColumnSummary[] {
  return (schema?.fields ?? []).map(({ name, type, nullable }) => ({
    name,
    type: typeName(type),
    nullable,
    children: columnSummaries(membersOf(type)),
  }))
}

const sparkNames: ReadonlyMap<string, string> = new Map([
  ['byte', 'tinyint'],
  ['short', 'smallint'],
  ['integer', 'int'],
  ['long', 'bigint'],
])

function typeName(type: DeltaType): string {
  if (typeof type === 'string') return sparkNames.get(type) ?? type
  switch (type.type) {
    case 'struct':
      return `struct<${type.fields.map(field => `${field.name}:${typeName(field.type)}`).join(',')}>`
    case 'array':
      return `array<${typeName(type.elementType)}>`
    case 'map':
      return `map<${typeName(type.keyType)},${typeName(type.valueType)}>`
    default:
      return unreachable(type)
  }
}

function membersOf(type: DeltaType): DeltaStruct | null {
  if (typeof type === 'string') return null
  switch (type.type) {
    case 'struct':
      return type
    case 'array':
      return membersOf(type.elementType)
    case 'map':
      return membersOf(type.valueType)
    default:
      return unreachable(type)
  }
}
