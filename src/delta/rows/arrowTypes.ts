import {
  Binary,
  Bool,
  Data,
  DateDay,
  Decimal,
  Field,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  Int8,
  List,
  Map_,
  Null,
  Struct,
  TimestampMicrosecond,
  Utf8,
  type DataType,
} from 'apache-arrow'
import { variantField } from '#arrow/json.ts'
import { LakehouseError } from '#base/errors.ts'
import { unreachable } from '#base/unreachable.ts'
import { decimalOf, plainType } from '#delta/schema.ts'
import type { DeltaField, DeltaType } from '#delta/types.ts'

/** The Arrow field of a column. @throws LakehouseError `unsupported` for a type that this reader does not know */
export function arrowField({ name, type }: Pick<DeltaField, 'name' | 'type'>): Field {
  return fieldOf(name, type, name)
}

/** The Arrow type of a Delta type; `column` is for the message. */
export function arrowType(type: DeltaType, column: string): DataType {
  if (typeof type === 'string') return simpleType(type, column)
  switch (type.type) {
    case 'struct':
      return new Struct(type.fields.map(field => fieldOf(field.name, field.type, `${column}.${field.name}`)))
    case 'array':
      return new List(fieldOf('element', type.elementType, column))
    case 'map': {
      const key = new Field('key', arrowType(type.keyType, column), false, variantMetadata(type.keyType))
      return new Map_(
        new Field('entries', new Struct<{ key: DataType; value: DataType }>([key, fieldOf('value', type.valueType, column)]), false),
      )
    }
    default:
      return unreachable(type)
  }
}

/** Buffers of one Arrow column; validity is a bitmap, absent without nulls. */
export function arrowData<T extends DataType>(
  type: T,
  length: number,
  parts: {
    readonly validity?: Validity | undefined
    readonly values?: ArrayBufferView
    readonly offsets?: Int32Array
    readonly children?: Data[]
  },
): Data<T> {
  const { validity, values, offsets, children = [] } = parts
  const buffers = [offsets, values, validity?.bitmap]
  // SAFETY: Arrow's order of buffers; `type` says which of them are needed, and the makers of each type give them.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return new Data(type, 0, length, validity?.nulls ?? 0, buffers as never, children)
}

/** Which slots are there: bit i is 1 for a value. */
export interface Validity {
  readonly bitmap: Uint8Array
  readonly nulls: number
}

/** A bitmap from one flag per slot; undefined when none is null. */
export function validityOf(length: number, isValid: (slot: number) => boolean): Validity | undefined {
  const bitmap = new Uint8Array(((length + 63) >> 6) << 3)
  let valid = 0
  for (let i = 0; i < length; i += 1) {
    if (!isValid(i)) continue
    bitmap[i >> 3] = (bitmap[i >> 3] ?? 0) | (1 << (i & 7))
    valid += 1
  }
  return valid === length ? undefined : { bitmap, nulls: length - valid }
}

/** `length` nulls of a type. */
export function nullData(type: DataType, length: number): Data {
  const validity = length === 0 ? undefined : { bitmap: new Uint8Array(((length + 63) >> 6) << 3), nulls: length }
  const { children, ArrayType } = type
  if (type instanceof Null) return arrowData(type, length, {})
  if (type instanceof Struct) return arrowData(type, length, { validity, children: children.map(child => nullData(child.type, length)) })
  if (type instanceof List || type instanceof Map_) {
    return arrowData(type, length, {
      validity,
      offsets: new Int32Array(length + 1),
      children: type.children.map(child => nullData(child.type, 0)),
    })
  }
  if (type instanceof Utf8 || type instanceof Binary) {
    return arrowData(type, length, { validity, offsets: new Int32Array(length + 1), values: new Uint8Array(0) })
  }
  if (type instanceof Bool) return arrowData(type, length, { validity, values: new Uint8Array(((length + 63) >> 6) << 3) })
  const stride = type instanceof Decimal ? 4 : 1
  return arrowData(type, length, { validity, values: new ArrayType(length * stride) })
}

function fieldOf(name: string, type: DeltaType, column: string): Field {
  return new Field(name, arrowType(type, column), true, variantMetadata(type))
}

function variantMetadata(type: DeltaType): Map<string, string> | undefined {
  return type === 'variant' ? new Map(variantField) : undefined
}

const simpleTypes: Readonly<Record<string, () => DataType>> = {
  boolean: () => new Bool(),
  byte: () => new Int8(),
  short: () => new Int16(),
  integer: () => new Int32(),
  long: () => new Int64(),
  float: () => new Float32(),
  double: () => new Float64(),
  string: () => new Utf8(),
  binary: () => new Binary(),
  date: () => new DateDay(),
  timestamp: () => new TimestampMicrosecond('UTC'),
  timestamp_ntz: () => new TimestampMicrosecond(),
  variant: () => new Utf8(),
  void: () => new Null(),
  null: () => new Null(),
}

function simpleType(type: string, column: string): DataType {
  const decimal = decimalOf(type)
  if (decimal && decimal.precision <= 38 && decimal.scale >= 0 && decimal.scale <= decimal.precision) {
    return new Decimal(decimal.scale, decimal.precision, 128)
  }
  const name = plainType(type)
  const make = Object.hasOwn(simpleTypes, name) ? simpleTypes[name] : undefined
  if (make) return make()
  throw new LakehouseError('unsupported', `Column ${column} has the type ${type}, which is not supported.`, {
    hint: 'Choose other columns, or run a query on Spark for it.',
    details: { column, type },
  })
}
