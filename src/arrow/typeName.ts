import { IntervalUnit, Precision } from 'apache-arrow/enum'
import { Field } from 'apache-arrow/schema'
import { DataType } from 'apache-arrow/type'
import { shownName } from '#base/sqlNames.ts'

/** Key of the field metadata that names a type Arrow does not have; today only `variant`. */
const typeMetadataKey = 'dataflow.type'

/** The type of a column in Spark SQL's words, lower case: `bigint`, `decimal(10,2)`, `struct<a:int>`. */
export function typeName(field: Field): string {
  if (isVariant(field)) return 'variant'
  const type: DataType = field.type
  return simpleName(type, field) ?? nestedName(type) ?? 'unknown'
}

/** True for a variant: JSON text tagged by our reader, or Spark's struct of value and metadata bytes. */
export function isVariant(field: Field): boolean {
  if (field.metadata.get(typeMetadataKey) === 'variant') return true
  if (!DataType.isStruct(field.type)) return false
  return field.type.children.some(child => child.name === 'metadata' && child.metadata.get('variant') === 'true')
}

function simpleName(type: DataType, field: Field): string | undefined {
  if (DataType.isNull(type)) return 'void'
  if (DataType.isBool(type)) return 'boolean'
  if (DataType.isInt(type)) return type.isSigned ? signedName(type.bitWidth) : `uint${type.bitWidth}`
  if (DataType.isFloat(type)) return type.precision === Precision.DOUBLE ? 'double' : type.precision === Precision.SINGLE ? 'float' : 'half'
  if (DataType.isDecimal(type)) return `decimal(${type.precision},${type.scale})`
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isUtf8View(type)) return 'string'
  if (DataType.isDate(type)) return 'date'
  if (DataType.isTimestamp(type)) return type.timezone ? 'timestamp' : 'timestamp_ntz'
  if (DataType.isTime(type)) return timeName(field)
  if (DataType.isDuration(type)) return 'interval day to second'
  if (DataType.isInterval(type)) return intervalName(type.unit)
  const bytes = DataType.isBinary(type) || DataType.isLargeBinary(type) || DataType.isBinaryView(type) || DataType.isFixedSizeBinary(type)
  return bytes ? 'binary' : undefined
}

function nestedName(type: DataType): string | undefined {
  if (DataType.isDictionary(type)) return typeName(Field.new('', type.dictionary))
  const children: readonly Field[] = type.children ?? []
  const names = (): string => children.map(child => `${shownName(child.name)}:${typeName(child)}`).join(',')
  if (DataType.isStruct(type)) return `struct<${names()}>`
  if (DataType.isUnion(type)) return `union<${names()}>`
  const [first] = children
  if (!first) return undefined
  if (DataType.isMap(type)) {
    const entry: DataType = first.type
    return `map<${entry.children.map(typeName).join(',')}>`
  }
  return `array<${typeName(first)}>`
}

function signedName(bits: number): string {
  return bits === 8 ? 'tinyint' : bits === 16 ? 'smallint' : bits === 32 ? 'int' : 'bigint'
}

function timeName(field: Field): string {
  const precision = field.metadata.get('SPARK::time::precision')
  return precision === undefined ? 'time' : `time(${precision})`
}

function intervalName(unit: IntervalUnit): string {
  if (unit === IntervalUnit.YEAR_MONTH) return 'interval year to month'
  return unit === IntervalUnit.DAY_TIME ? 'interval day to second' : 'interval'
}
