import { LakehouseError } from '#base/errors.ts'
import type { LeafData } from '#parquet/leaf.ts'
import type { ParquetLeaf, ParquetNode } from '#parquet/parquetTree.ts'
import { validityOf, type Validity } from './arrowTypes.ts'

/** The leaves that were read for some columns. */
export type Leaves = ReadonlyMap<ParquetLeaf, LeafData>

/** Levels of the innermost list that the slots of a column lie in; both 0 for rows. */
export interface Slots {
  readonly repetition: number
  readonly definition: number
  readonly count: number
}

/** The columns of a row group do not fit together. */
export function uneven(): LakehouseError {
  return new LakehouseError('corrupt', 'Its columns differ in length.')
}

/** The data of a leaf that was asked for. */
export function leafOf(leaves: Leaves, leaf: ParquetLeaf): LeafData {
  for (const [each, data] of leaves) if (each.leaf === leaf.leaf) return data
  throw new Error(`leaf ${leaf.name} was not read`)
}

/** Which slots reach a level; undefined when all do. */
export function slotValidity(leaf: LeafData, slots: Slots, definition: number): Validity | undefined {
  const { definition: levels } = leaf
  if (!levels) return undefined
  const starts = slotStarts(leaf, slots)
  return validityOf(
    slots.count,
    starts ? slot => (levels[starts[slot] ?? 0] ?? 0) >= definition : slot => (levels[slot] ?? 0) >= definition,
  )
}

/** The entry that each slot begins at; undefined when every entry is a slot. */
function slotStarts({ entries, definition, repetition }: LeafData, slots: Slots): Int32Array | undefined {
  if (slots.count === entries) return undefined
  const starts = new Int32Array(slots.count)
  let slot = 0
  for (let i = 0; i < entries && slot < slots.count; i += 1) {
    if (repetition && (repetition[i] ?? 0) > slots.repetition) continue
    if (definition && (definition[i] ?? 0) < slots.definition) continue
    starts[slot++] = i
  }
  if (slot < slots.count) throw uneven()
  return starts
}

/** Where the value of each slot stands among the values of a leaf; -1 for none. */
export function valuePositions(leaf: LeafData, slots: Slots, maxDefinition: number): Int32Array {
  const { definition, entries } = leaf
  const positions = new Int32Array(entries)
  let next = 0
  for (let i = 0; i < entries; i += 1) positions[i] = !definition || definition[i] === maxDefinition ? next++ : -1
  const starts = slotStarts(leaf, slots)
  return starts ? starts.map(start => positions[start] ?? -1) : positions
}

/** A list as slots see it: the level from which on it is there, its repeated element, a leaf whose levels tell its lengths. */
export interface RepeatedNode {
  readonly definition: number
  readonly repeated: ParquetNode
  readonly witness: ParquetLeaf
}

/** Where the items of each slot's list lie, and the slots of the items. */
export function listSlots(
  { definition, repeated, witness }: RepeatedNode,
  leaves: Leaves,
  slots: Slots,
): { readonly offsets: Int32Array; readonly validity: Validity | undefined; readonly inner: Slots } {
  const leaf = leafOf(leaves, witness)
  const { entries, definition: levels, repetition } = leaf
  const offsets = new Int32Array(slots.count + 1)
  let slot = -1
  let count = 0
  for (let i = 0; i < entries; i += 1) {
    const depth = repetition?.[i] ?? 0
    const level = levels?.[i] ?? Infinity
    if (depth <= slots.repetition && level >= slots.definition) offsets[++slot] = count
    if (depth <= repeated.maxRepetition && level >= repeated.maxDefinition) count += 1
  }
  if (slot !== slots.count - 1) throw uneven()
  offsets[slots.count] = count
  return {
    offsets,
    validity: slotValidity(leaf, slots, definition),
    inner: { repetition: repeated.maxRepetition, definition: repeated.maxDefinition, count },
  }
}
