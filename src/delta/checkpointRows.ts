import { ByteColumn, type LeafData } from './leaf.ts'
import type { ParquetNode } from './parquetTree.ts'

type Scalar = string | number | boolean

/** Reads one leaf of a checkpoint by row: text of bytes, numbers, booleans; undefined for null. */
export function scalarReader(leaf: LeafData | undefined, node: ParquetNode | undefined): (row: number) => Scalar | undefined {
  if (!leaf || !node) return () => undefined
  const { definition, values } = leaf
  if (!definition) return row => scalarAt(values, row)
  const positions = positionsOf(definition, node.maxDefinition)
  return row => {
    const at = positions[row]
    return at === undefined || at < 0 ? undefined : scalarAt(values, at)
  }
}

/** Reads the items of a list, or the keys or values of a map, by row; undefined for a null list. */
export function itemsReader(
  leaf: LeafData | undefined,
  node: ParquetNode | undefined,
): (row: number) => readonly (Scalar | null)[] | undefined {
  if (!leaf || !node) return () => undefined
  const { definition, repetition, values, entries } = leaf
  const positions = definition && positionsOf(definition, node.maxDefinition)
  const starts: number[] = []
  for (let i = 0; i < entries; i += 1) if (!repetition || repetition[i] === 0) starts.push(i)
  const itemLevel = node.element.repetition_type === 'OPTIONAL' ? node.maxDefinition - 1 : node.maxDefinition
  return row => {
    const start = starts[row]
    if (start === undefined) return undefined
    const items: (Scalar | null)[] = []
    for (let i = start; i < (starts[row + 1] ?? entries); i += 1) {
      if (definition && (definition[i] ?? 0) < itemLevel) continue
      const at = positions ? (positions[i] ?? -1) : i
      items.push(at < 0 ? null : (scalarAt(values, at) ?? null))
    }
    return items
  }
}

const decoder = new TextDecoder()

function scalarAt(values: LeafData['values'], at: number): Scalar | undefined {
  if (values instanceof ByteColumn) return decoder.decode(values.at(at))
  const value = values[at]
  if (values instanceof Uint8Array) return value === 1
  return typeof value === 'bigint' ? Number(value) : value
}

/** Where the value of each entry stands; -1 for none. */
function positionsOf(definition: Uint8Array, present: number): Int32Array {
  const positions = new Int32Array(definition.length)
  let next = 0
  for (let i = 0; i < definition.length; i += 1) positions[i] = definition[i] === present ? next++ : -1
  return positions
}
