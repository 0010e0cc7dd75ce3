import type { DeltaField, DeltaStruct, DeltaType } from './types.ts'
import { isWire, textAt } from './wire.ts'

/** The schema of a metadata action. @throws Error saying what is wrong with it */
export function parseSchema(schemaString: string): DeltaStruct {
  const parsed: unknown = JSON.parse(schemaString)
  const type = parseType(parsed, 0)
  if (typeof type === 'string' || type.type !== 'struct') throw new Error('it is no struct')
  return type
}

/** Precision and scale of a `decimal(p,s)`; undefined for any other type. */
export function decimalOf(type: DeltaType): { readonly precision: number; readonly scale: number } | undefined {
  if (typeof type !== 'string') return undefined
  if (type === 'decimal') return { precision: 10, scale: 0 }
  const found = /^decimal\(\s*(\d+)\s*,\s*(-?\d+)\s*\)$/.exec(type)
  return found ? { precision: Number(found[1]), scale: Number(found[2]) } : undefined
}

/** What a name stands for: `char(n)` and `varchar(n)` are strings. */
export function plainType(type: string): string {
  return /^(?:var)?char\(\d+\)$/.test(type) ? 'string' : type
}

/** Letters that a `char(n)` column is padded to when it is read; undefined for any other column. */
export function paddedLength({ type, metadata }: Pick<DeltaField, 'type' | 'metadata'>): number | undefined {
  const declared = metadata['__CHAR_VARCHAR_TYPE_STRING'] ?? type
  const found = typeof declared === 'string' ? /^char\((\d+)\)$/.exec(declared) : null
  return found ? Number(found[1]) : undefined
}

const deepest = 200

function parseType(value: unknown, depth: number): DeltaType {
  if (typeof value === 'string') return value
  if (!isWire(value) || depth > deepest) throw new Error('it holds no type')
  switch (value['type']) {
    case 'struct': {
      const fields: unknown = value['fields']
      if (!Array.isArray(fields)) throw new Error('a struct has no fields')
      return { type: 'struct', fields: fields.map(field => parseField(field, depth + 1)) }
    }
    case 'array':
      return { type: 'array', elementType: parseType(value['elementType'], depth + 1), containsNull: value['containsNull'] !== false }
    case 'map':
      return {
        type: 'map',
        keyType: parseType(value['keyType'], depth + 1),
        valueType: parseType(value['valueType'], depth + 1),
        valueContainsNull: value['valueContainsNull'] !== false,
      }
    default:
      throw new Error(`the type ${JSON.stringify(value['type'])} is not known`)
  }
}

function parseField(value: unknown, depth: number): DeltaField {
  if (!isWire(value)) throw new Error('a field is no object')
  const metadata: unknown = value['metadata']
  return {
    name: textAt(value, 'name'),
    type: parseType(value['type'], depth),
    nullable: value['nullable'] !== false,
    metadata: isWire(metadata) ? metadata : {},
  }
}
