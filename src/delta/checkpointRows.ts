import { ByteColumn, type LeafData } from './leaf.ts'
import type { ParquetNode } from './parquetTree.ts'

export type Scalar = string | number | boolean

/** One leaf of a checkpoint by row. */
export interface ScalarColumn {
  /** Text of bytes, a number, a boolean; undefined for null. */
  at(row: number): Scalar | undefined
  /** The bytes of a text, shared; undefined for null. */
  bytesAt(row: number): Uint8Array | undefined
  /** The rows that are not null, in order. */
  rows(): Int32Array
}

/** Items of a list, or keys or values of a map, by row; undefined for a null list. */
export type ItemsColumn = (row: number) => readonly (Scalar | null)[] | undefined

/** A column that may not be there: then all of it is null. */
export function scalarColumn(leaf: LeafData | undefined, node: ParquetNode | undefined, rows: number): ScalarColumn {
  if (!leaf || !node) return { at: () => undefined, bytesAt: () => undefined, rows: () => new Int32Array(0) }
  const { values, definition } = leaf
  const position = positionReader(definition, node.maxDefinition)
  const scalar = scalarReader(values)
  return {
    at: row => {
      const at = position(row)
      return at < 0 ? undefined : scalar(at)
    },
    bytesAt: row => {
      const at = position(row)
      return at >= 0 && values instanceof ByteColumn ? values.at(at) : undefined
    },
    rows: () => presentRows(definition, node.maxDefinition, rows),
  }
}

/** As {@link scalarColumn}, for a repeated leaf. */
export function itemsColumn(leaf: LeafData | undefined, node: ParquetNode | undefined): ItemsColumn {
  if (!leaf || !node) return () => undefined
  const { definition, repetition, values, entries } = leaf
  const position = positionReader(definition, node.maxDefinition)
  const scalar = scalarReader(values)
  const starts = repetition && presentRows(repetition, 0, entries)
  const itemLevel = node.element.repetition_type === 'OPTIONAL' ? node.maxDefinition - 1 : node.maxDefinition
  return row => {
    const start = starts ? starts[row] : row
    if (start === undefined || start >= entries) return undefined
    const end = starts ? (starts[row + 1] ?? entries) : row + 1
    const items: (Scalar | null)[] = []
    for (let i = start; i < end; i += 1) {
      if (definition && (definition[i] ?? 0) < itemLevel) continue
      const at = position(i)
      items.push(at < 0 ? null : (scalar(at) ?? null))
    }
    return items
  }
}

function scalarReader(values: LeafData['values']): (at: number) => Scalar | undefined {
  if (values instanceof ByteColumn) {
    const { offsets, bytes } = values
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return at => buffer.toString('utf8', offsets[at], offsets[at + 1])
  }
  if (values instanceof Uint8Array) return at => values[at] === 1
  return at => {
    const value = values[at]
    return typeof value === 'bigint' ? Number(value) : value
  }
}

/** Where the value of an entry stands among the values that are there; -1 for none. */
function positionReader(definition: Uint8Array | undefined, present: number): (entry: number) => number {
  if (!definition) return entry => entry
  const positions = new Int32Array(definition.length)
  let next = 0
  for (let i = 0; i < definition.length; i += 1) positions[i] = definition[i] === present ? next++ : -1
  return entry => positions[entry] ?? -1
}

function presentRows(levels: Uint8Array | undefined, present: number, count: number): Int32Array {
  if (!levels) return Int32Array.from({ length: count }, (_, row) => row)
  const rows = new Int32Array(levels.length)
  let found = 0
  for (let i = 0; i < levels.length; i += 1) if (levels[i] === present) rows[found++] = i
  return rows.subarray(0, found)
}
