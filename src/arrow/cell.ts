import type { Data } from 'apache-arrow/data'
import { UnionMode } from 'apache-arrow/enum'
import type { Field } from 'apache-arrow/schema'
import { DataType, type Union } from 'apache-arrow/type'
import { Vector } from 'apache-arrow/vector'

/** A value's place: row `index` of one chunk of a column, with the column's field. */
export interface Cell {
  readonly data: Data
  readonly index: number
  readonly field: Field
}

/** The place where the value itself lies, behind any dictionary or union. */
export function resolveCell(cell: Cell): Cell {
  const { type } = cell.data
  if (DataType.isDictionary(type)) return resolveCell(dictionaryCell(cell))
  if (DataType.isUnion(type)) return resolveCell(unionCell(cell, type))
  return cell
}

/** The bytes of a text or binary cell, without a copy. */
export function bytesAt({ data, index }: Pick<Cell, 'data' | 'index'>): Uint8Array {
  const { type } = data
  if (DataType.isFixedSizeBinary(type)) return data.values.subarray(type.byteWidth * index, type.byteWidth * (index + 1))
  if (DataType.isUtf8View(type) || DataType.isBinaryView(type)) return viewBytes(data, index)
  return data.values.subarray(...extent({ data, index }))
}

/** First and end child row of a list or map cell, first and end byte of a text or binary one. */
export function extent({ data, index }: Pick<Cell, 'data' | 'index'>): [start: number, end: number] {
  const offsets: ArrayLike<number | bigint> = data.valueOffsets
  return [Number(offsets[index]), Number(offsets[index + 1])]
}

function dictionaryCell({ data, index, field }: Cell): Cell {
  let at = Number(data.values[index])
  for (const chunk of data.dictionary?.data ?? []) {
    if (at < chunk.length) return { data: chunk, index: at, field }
    at -= chunk.length
  }
  throw new RangeError(`The dictionary of ${field.name} has no entry for row ${index}`)
}

function unionCell({ data, index, field }: Cell, type: Union): Cell {
  const child = type.typeIdToChildIndex[Number(data.typeIds[index])] ?? -1
  const member = data.children[child]
  const memberField = type.children[child]
  if (!member || !memberField) throw new RangeError(`The union ${field.name} has no member for row ${index}`)
  return { data: member, index: type.mode === UnionMode.Dense ? Number(data.valueOffsets[index]) : index, field: memberField }
}

function viewBytes(data: Data, index: number): Uint8Array {
  const value: unknown = new Vector([data]).get(index)
  return value instanceof Uint8Array ? value : new TextEncoder().encode(String(value))
}
