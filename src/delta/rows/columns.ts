import { LakehouseError } from '#base/errors.ts'
import { unreachable } from '#base/unreachable.ts'
import { annotationOf, leavesBelow, type ParquetLeaf, type ParquetNode } from '#parquet/parquetTree.ts'
import type { DeltaArray, DeltaField, DeltaMap, DeltaStruct, DeltaType } from '#delta/types.ts'

/** Where a column of the table is in one data file; `witness` is a leaf whose levels tell nulls and lengths. */
export type Binding =
  | { readonly kind: 'absent'; readonly type: DeltaType }
  | { readonly kind: 'leaf'; readonly type: string; readonly leaf: ParquetLeaf; readonly column: string }
  | { readonly kind: 'variant'; readonly node: ParquetNode; readonly column: string }
  | {
      readonly kind: 'struct'
      readonly type: DeltaStruct
      readonly node: ParquetNode
      readonly witness: ParquetLeaf
      readonly members: readonly Binding[]
    }
  | (Repeated & { readonly kind: 'list'; readonly type: DeltaArray; readonly element: Binding })
  | (Repeated & { readonly kind: 'map'; readonly type: DeltaMap; readonly key: Binding; readonly value: Binding })

interface Repeated {
  /** Level from which on the list itself is there. */
  readonly definition: number
  readonly repeated: ParquetNode
  readonly witness: ParquetLeaf
}

/** How a file's columns are named: by the table's names, by physical names, or by field ids. */
export type ColumnMapping = 'none' | 'name' | 'id'

/** The name of a column in files, partition values and statistics. */
export function physicalName({ name, metadata }: DeltaField, mapping: ColumnMapping): string {
  const physical = metadata['delta.columnMapping.physicalName']
  return mapping !== 'none' && typeof physical === 'string' ? physical : name
}

/** Finds a field below an element of the file. @throws LakehouseError `corrupt` when it has another shape there */
export function bindField(parent: ParquetNode, field: DeltaField, mapping: ColumnMapping, column = field.name): Binding {
  const node = childFor(parent, field, mapping)
  return node ? bindType(node, field.type, mapping, column) : { kind: 'absent', type: field.type }
}

/** All leaves that {@link assembleColumn} asks for. */
export function leavesOf(binding: Binding): readonly ParquetLeaf[] {
  switch (binding.kind) {
    case 'absent':
      return []
    case 'leaf':
      return [binding.leaf]
    case 'variant':
      return leavesBelow(binding.node)
    case 'struct':
      return [binding.witness, ...binding.members.flatMap(leavesOf)]
    case 'list':
      return [binding.witness, ...leavesOf(binding.element)]
    case 'map':
      return [binding.witness, ...leavesOf(binding.key), ...leavesOf(binding.value)]
    default:
      return unreachable(binding)
  }
}

function childFor(parent: ParquetNode, field: DeltaField, mapping: ColumnMapping): ParquetNode | undefined {
  const { children } = parent
  if (mapping === 'id' && children.some(child => child.element.field_id !== undefined)) {
    const id = field.metadata['delta.columnMapping.id']
    if (typeof id !== 'number') {
      throw new LakehouseError('corrupt', `Column ${field.name} has no id in the table, which finds its columns by their ids.`)
    }
    return children.find(child => child.element.field_id === id)
  }
  const name = physicalName(field, mapping)
  const exact = children.find(child => child.name === name)
  if (exact || mapping !== 'none') return exact
  const similar = children.filter(child => child.name.toLowerCase() === name.toLowerCase())
  return similar.length === 1 ? similar[0] : undefined
}

function bindType(node: ParquetNode, type: DeltaType, mapping: ColumnMapping, column: string): Binding {
  if (type === 'void' || type === 'null') return { kind: 'absent', type }
  if (type === 'variant') return node.leaf < 0 ? { kind: 'variant', node, column } : mismatch(column, type)
  if (typeof type === 'string') {
    return node.leaf >= 0 && node.element.repetition_type !== 'REPEATED'
      ? { kind: 'leaf', type, leaf: node, column }
      : mismatch(column, type)
  }
  switch (type.type) {
    case 'struct':
      return bindStruct(node, type, mapping, column)
    case 'array':
      return bindList(node, type, mapping, column)
    case 'map':
      return bindMap(node, type, mapping, column)
    default:
      return unreachable(type)
  }
}

function bindStruct(node: ParquetNode, type: DeltaStruct, mapping: ColumnMapping, column: string): Binding {
  const members = type.fields.map(field => bindField(node, field, mapping, `${column}.${field.name}`))
  const witness = members.flatMap(leavesOf)[0] ?? leavesBelow(node)[0]
  if (node.leaf >= 0 || !witness) return mismatch(column, 'struct')
  return { kind: 'struct', type, node, witness, members }
}

/** Three, two or one level, as writers of all ages made them. https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#lists */
function bindList(node: ParquetNode, type: DeltaArray, mapping: ColumnMapping, column: string): Binding {
  const isBare = node.element.repetition_type === 'REPEATED'
  const repeated = isBare ? node : node.children[0]
  if (!repeated || repeated.element.repetition_type !== 'REPEATED' || (!isBare && node.children.length !== 1))
    return mismatch(column, 'array')
  const elementNode = isBare || isElement(repeated, node, type) ? repeated : repeated.children[0]
  if (!elementNode) return mismatch(column, 'array')
  const element =
    elementNode === repeated
      ? bindRepeated(repeated, type.elementType, mapping, column)
      : bindType(elementNode, type.elementType, mapping, `${column}[]`)
  return {
    kind: 'list',
    type,
    element,
    repeated,
    ...levels(isBare ? node.maxDefinition - 1 : node.maxDefinition, repeated, leavesOf(element), column),
  }
}

/** True when the repeated group is the element itself. */
function isElement(repeated: ParquetNode, list: ParquetNode, { elementType }: DeltaArray): boolean {
  const [only] = repeated.children
  if (repeated.leaf >= 0 || repeated.children.length !== 1 || !only) return true
  if (only.element.repetition_type === 'REPEATED') return true
  const isStruct = typeof elementType !== 'string' && elementType.type === 'struct'
  if (isStruct && only.leaf >= 0) return true
  return isStruct && (repeated.name === 'array' || repeated.name === `${list.name}_tuple`)
}

/** The repeated element is there whenever it is met, so it binds like a required one. */
function bindRepeated(node: ParquetNode, type: DeltaType, mapping: ColumnMapping, column: string): Binding {
  if (typeof type === 'string' && type !== 'variant') {
    return node.leaf >= 0 ? { kind: 'leaf', type, leaf: node, column: `${column}[]` } : mismatch(column, type)
  }
  return bindType({ ...node, element: { ...node.element, repetition_type: 'REQUIRED' } }, type, mapping, `${column}[]`)
}

function bindMap(node: ParquetNode, type: DeltaMap, mapping: ColumnMapping, column: string): Binding {
  const repeated = node.children[0]
  const [keyNode, valueNode] = repeated?.children ?? []
  const isMap = [undefined, 'MAP', 'MAP_KEY_VALUE'].includes(annotationOf(node.element))
  if (!repeated || !keyNode || !isMap || node.children.length !== 1 || repeated.element.repetition_type !== 'REPEATED')
    return mismatch(column, 'map')
  const key = bindType(keyNode, type.keyType, mapping, `${column}.key`)
  const value: Binding = valueNode
    ? bindType(valueNode, type.valueType, mapping, `${column}.value`)
    : { kind: 'absent', type: type.valueType }
  return { kind: 'map', type, key, value, repeated, ...levels(node.maxDefinition, repeated, leavesOf(key), column) }
}

function levels(definition: number, repeated: ParquetNode, preferred: readonly ParquetLeaf[], column: string) {
  const witness = preferred[0] ?? leavesBelow(repeated)[0]
  return { definition, witness: witness ?? mismatch(column, 'array') }
}

function mismatch(column: string, type: string): never {
  throw new LakehouseError('corrupt', `Column ${column} is ${type} in the table, but has another shape in a data file.`, {
    details: { column },
  })
}
