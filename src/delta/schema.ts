import { unreachable } from '#base/unreachable.ts'
import { cutDeep, isWire, textAt } from '#base/wire.ts'
import type { DeltaField, DeltaStruct, DeltaType } from './types.ts'

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

/** Letters that a `char(n)` is padded to when it is read; undefined for any other type. */
export function paddedLength(type: string): number | undefined {
  const found = /^char\((\d+)\)$/.exec(type)
  return found ? Number(found[1]) : undefined
}

/**
 * The type of a column with `char(n)` where it was declared: the schema itself says `string`, and Spark leaves the declaration
 * of the whole column in its metadata, as `struct<code:char(3),tags:array<varchar(5)>>`.
 */
export function declaredType({ type, metadata }: Pick<DeltaField, 'type' | 'metadata'>): DeltaType {
  const declared = metadata['__CHAR_VARCHAR_TYPE_STRING']
  return typeof declared === 'string' ? (withDeclared(type, declared)?.type ?? type) : type
}

/** Columns of their declared types. */
export function declaredFields(fields: readonly DeltaField[]): readonly DeltaField[] {
  return fields.map(field => ({ ...field, type: declaredType(field) }))
}

interface Declared {
  readonly type: DeltaType
  /** What follows in the text. */
  readonly rest: string
}

/** Undefined when the text does not describe the type. */
function withDeclared(type: DeltaType, text: string): Declared | undefined {
  if (typeof type === 'string') {
    const [name] = /^[a-z_ ]+(?:\([^)]*\))?/.exec(text) ?? []
    return name === undefined
      ? undefined
      : { type: type === 'string' && paddedLength(name) !== undefined ? name : type, rest: text.slice(name.length) }
  }
  switch (type.type) {
    case 'struct':
      return declaredStruct(type, text)
    case 'array': {
      const element = within(text, 'array<', type.elementType)
      return element && closed(element.rest, { ...type, elementType: element.type })
    }
    case 'map': {
      const key = within(text, 'map<', type.keyType)
      const value = key && within(key.rest, ',', type.valueType)
      return value && closed(value.rest, { ...type, keyType: key.type, valueType: value.type })
    }
    default:
      return unreachable(type)
  }
}

function declaredStruct(type: DeltaStruct, text: string): Declared | undefined {
  let rest = text
  const fields: DeltaField[] = []
  for (const field of type.fields) {
    const found = within(rest, `${fields.length === 0 ? 'struct<' : ','}${field.name}:`, field.type)
    if (!found) return undefined
    fields.push({ ...field, type: found.type })
    rest = found.rest
  }
  return closed(rest, { ...type, fields })
}

function within(text: string, lead: string, type: DeltaType): Declared | undefined {
  return text.startsWith(lead) ? withDeclared(type, text.slice(lead.length)) : undefined
}

function closed(text: string, type: DeltaType): Declared | undefined {
  return text.startsWith('>') ? { type, rest: text.slice(1) } : undefined
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
      throw new Error(`${value['type'] === undefined ? 'a type without a name' : `the type ${JSON.stringify(value['type'])}`} is not known`)
  }
}

function parseField(value: unknown, depth: number): DeltaField {
  if (!isWire(value)) throw new Error('a field is no object')
  const metadata = cutDeep(value['metadata'])
  return {
    name: textAt(value, 'name'),
    type: parseType(value['type'], depth),
    nullable: value['nullable'] !== false,
    metadata: isWire(metadata) ? metadata : {},
  }
}
