import { unreachable } from '#base/unreachable.ts'
import type { DeltaField, DeltaStruct, DeltaType } from '#delta/types.ts'
import type { ColumnSummary } from './catalogNode.ts'

/**
 * The columns of a schema with Spark SQL's type names; members of structs are children, through arrays and maps too. A map whose
 * key and value both have members shows these two.
 */
export function columnSummaries(schema: DeltaStruct | null): readonly ColumnSummary[] {
  return summaries(schema?.fields ?? [])
}

function summaries(fields: readonly DeltaField[]): readonly ColumnSummary[] {
  return fields.map(({ name, type, nullable, metadata }) => {
    const declared = metadata['__CHAR_VARCHAR_TYPE_STRING']
    return { name, type: typeof declared === 'string' ? declared : typeName(type), nullable, children: summaries(membersOf(type)) }
  })
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

function membersOf(type: DeltaType): readonly DeltaField[] {
  if (typeof type === 'string') return []
  switch (type.type) {
    case 'struct':
      return type.fields
    case 'array':
      return membersOf(type.elementType)
    case 'map': {
      const [inKey, inValue] = [membersOf(type.keyType), membersOf(type.valueType)]
      if (inKey.length === 0 || inValue.length === 0) return [...inKey, ...inValue]
      return [
        { name: 'key', type: type.keyType, nullable: false, metadata: {} },
        { name: 'value', type: type.valueType, nullable: type.valueContainsNull, metadata: {} },
      ]
    }
    default:
      return unreachable(type)
  }
}
