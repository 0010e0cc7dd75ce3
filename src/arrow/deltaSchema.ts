import type { Field, Schema } from 'apache-arrow/schema'
import { DataType } from 'apache-arrow/type'
import { isVariant, typeName } from './typeName.ts'

/** A schema in the form of a Delta log: `{type: 'struct', fields: [{name, type, nullable, metadata}]}`. */
export interface StructJson {
  readonly type: 'struct'
  readonly fields: readonly FieldJson[]
}
export interface FieldJson {
  readonly name: string
  readonly type: TypeJson
  readonly nullable: boolean
  readonly metadata: Readonly<Record<string, never>>
}
type TypeJson =
  | string
  | StructJson
  | { readonly type: 'array'; readonly elementType: TypeJson; readonly containsNull: boolean }
  | { readonly type: 'map'; readonly keyType: TypeJson; readonly valueType: TypeJson; readonly valueContainsNull: boolean }

/** Delta's names of what SQL calls otherwise. */
const deltaNames: Readonly<Record<string, string>> = { bigint: 'long', int: 'integer', smallint: 'short', tinyint: 'byte' }

/** The columns of an Arrow schema as Delta writes them down. */
export function deltaSchema(schema: Schema): StructJson {
  return { type: 'struct', fields: schema.fields.map(fieldJson) }
}

function fieldJson(field: Field): FieldJson {
  return { name: field.name, type: typeJson(field), nullable: field.nullable, metadata: {} }
}

function typeJson(field: Field): TypeJson {
  const type: DataType = field.type
  const children: readonly Field[] = type.children ?? []
  const [first] = children
  if (!isVariant(field) && first) {
    if (DataType.isStruct(type)) return { type: 'struct', fields: children.map(fieldJson) }
    if (DataType.isMap(type)) return mapJson(first)
    if (DataType.isList(type) || DataType.isLargeList(type)) {
      return { type: 'array', elementType: typeJson(first), containsNull: first.nullable }
    }
  }
  const name = typeName(field)
  return deltaNames[name] ?? name
}

function mapJson(entries: Field): TypeJson {
  const type: DataType = entries.type
  const children: readonly Field[] = type.children
  const [key, value] = children
  if (!key || !value) return typeName(entries)
  return { type: 'map', keyType: typeJson(key), valueType: typeJson(value), valueContainsNull: value.nullable }
}
