import { ByteColumn, type LeafData } from '#parquet/leaf.ts'
import type { ParquetNode } from '#parquet/parquetTree.ts'

export type Scalar = string | number | boolean

/** One leaf of a checkpoint by row. */
export interface ScalarColumn {
  /** Text of bytes, a number, a boolean; undefined for null. */
  at(row: number): Scalar | undefined
  /** The rows that are not null, in order. */
  rows(): Int32Array
}

/** Items of a list, or keys or values of a map, by row; undefined for a null list. */
export type ItemsColumn = (row: number) => readonly (Scalar | null)[] | undefined

/** A column that may not be there: then all of it is null. */
export function scalarColumn(leaf: LeafData | undefined, node: ParquetNode | undefined): ScalarColumn {
  if (!leaf || !node) return { at: () => undefined, rows: () => new Int32Array(0) }
  const rows = entriesAt(leaf.definition, node.maxDefinition, leaf.entries)
  const scalar = scalarReader(leaf.values)
  return {
    at: row => {
      const at = placeOf(rows, row)
      return at < 0 ? undefined : scalar(at)
    },
    rows: () => rows,
  }
}

/** As {@link scalarColumn}, for a repeated leaf. */
export function itemsColumn(leaf: LeafData | undefined, node: ParquetNode | undefined): ItemsColumn {
  if (!leaf || !node) return () => undefined
  const { definition, repetition, values, entries } = leaf
  const present = entriesAt(definition, node.maxDefinition, entries)
  const scalar = scalarReader(values)
  const starts = repetition && entriesAt(repetition, 0, entries)
  const itemLevel = node.element.repetition_type === 'OPTIONAL' ? node.maxDefinition - 1 : node.maxDefinition
  return row => {
    const start = starts ? starts[row] : row
    if (start === undefined || start >= entries) return undefined
    const end = starts ? (starts[row + 1] ?? entries) : row + 1
    const items: (Scalar | null)[] = []
    for (let i = start; i < end; i += 1) {
      if (definition && (definition[i] ?? 0) < itemLevel) continue
      const at = placeOf(present, i)
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

/** Ascending entries of a level; without levels all. */
function entriesAt(levels: Uint8Array | undefined, level: number, count: number): Int32Array {
  if (!levels) return Int32Array.from({ length: count }, (_, entry) => entry)
  const entries: number[] = []
  for (let i = 0; i < count; i += 1) if (levels[i] === level) entries.push(i)
  return Int32Array.from(entries)
}

/** Where an entry stands among ascending ones; -1 when it is not among them. */
function placeOf(entries: Int32Array, entry: number): number {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((entries[middle] ?? 0) < entry) low = middle + 1
    else high = middle
  }
  return entries[low] === entry ? low : -1
}
