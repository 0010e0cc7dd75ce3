import { Utf8, type Data } from 'apache-arrow'
import { variantKeys, variantMembers, variantText } from '#arrow/variant.ts'
import { LakehouseError } from '#base/errors.ts'
import { ByteColumn } from '#parquet/leaf.ts'
import { annotationOf, leavesBelow, type ParquetNode } from '#parquet/parquetTree.ts'
import { arrowData, validityOf } from './arrowTypes.ts'
import { leafOf, listSlots, slotValidity, valuePositions, type Leaves, type Slots } from './slots.ts'
import { typedText } from './variantTyped.ts'

/**
 * A variant column as JSON text. In the file it is a group of `metadata`, `value` and, when shredded, `typed_value`; parts of
 * a value may lie in both. https://github.com/apache/parquet-format/blob/master/VariantShredding.md
 */
export function variantColumn({ node }: { readonly node: ParquetNode }, leaves: Leaves, slots: Slots): Data {
  const metadata = bytesReader(childOf(node, 'metadata'), leaves, slots)
  const keys = keysReader(row => metadata(row) ?? new Uint8Array(0))
  const text = valueReader(node, leaves, slots, keys)
  const witness = childOf(node, 'metadata') ?? leavesBelow(node)[0]
  if (!witness) throw odd('it has no columns')
  const validity = slotValidity(leafOf(leaves, witness), slots, node.maxDefinition)
  const isValid = (slot: number): boolean => !validity || (((validity.bitmap[slot >> 3] ?? 0) >> (slot & 7)) & 1) === 1
  const texts = Array.from({ length: slots.count }, (_, slot) => (isValid(slot) ? (text(slot) ?? 'null') : undefined))
  return textData(texts)
}

type BySlot<T> = (slot: number) => T | undefined
type Keys = (slot: number) => readonly string[]

function childOf(node: ParquetNode, name: string): ParquetNode | undefined {
  return node.children.find(child => child.name === name)
}

/** JSON text of a group of `value` and `typed_value`; undefined where neither is there. */
function valueReader(group: ParquetNode, leaves: Leaves, slots: Slots, keys: Keys): BySlot<string> {
  const value = bytesReader(childOf(group, 'value'), leaves, slots)
  const node = childOf(group, 'typed_value')
  const plain = (slot: number): string | undefined => {
    const bytes = value(slot)
    return bytes && variantText(bytes, keys(slot))
  }
  if (!node) return plain
  if (node.leaf >= 0) {
    const typed = leafReader(node, leaves, slots)
    return slot => typed(slot) ?? plain(slot)
  }
  if (annotationOf(node.element) === 'LIST') {
    const typed = listReader(node, leaves, slots, keys)
    return slot => typed(slot) ?? plain(slot)
  }
  const members = objectReader(node, leaves, slots, keys)
  return slot => {
    const shredded = members(slot)
    if (!shredded) return plain(slot)
    const bytes = value(slot)
    const rest = bytes ? (variantMembers(bytes, keys(slot)) ?? []) : []
    const all = [...shredded, ...rest].toSorted(([a], [b]) => (a < b ? -1 : 1))
    return `{${all.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`
  }
}

function objectReader(node: ParquetNode, leaves: Leaves, slots: Slots, keys: Keys): BySlot<readonly (readonly [string, string])[]> {
  const fields = node.children.map(field => [field.name, valueReader(field, leaves, slots, keys)] as const)
  const isThere = presence(node, leaves, slots)
  return slot => {
    if (!isThere(slot)) return undefined
    return fields.flatMap(([name, read]) => {
      const text = read(slot)
      return text === undefined ? [] : [[name, text] as const]
    })
  }
}

function listReader(node: ParquetNode, leaves: Leaves, slots: Slots, keys: Keys): BySlot<string> {
  const [repeated] = node.children
  const [element] = repeated?.children ?? []
  const witness = leavesBelow(node)[0]
  if (!repeated || !element || !witness) throw odd('an array has no element')
  const { offsets, inner } = listSlots({ definition: node.maxDefinition, repeated, witness }, leaves, slots)
  const owner = new Int32Array(inner.count)
  for (let slot = 0; slot < slots.count; slot += 1) owner.fill(slot, offsets[slot], offsets[slot + 1])
  const read = valueReader(element, leaves, inner, item => keys(owner[item] ?? 0))
  const isThere = presence(node, leaves, slots)
  return slot => {
    if (!isThere(slot)) return undefined
    const start = offsets[slot] ?? 0
    return `[${Array.from({ length: (offsets[slot + 1] ?? 0) - start }, (_, i) => read(start + i) ?? 'null').join(',')}]`
  }
}

function presence(node: ParquetNode, leaves: Leaves, slots: Slots): (slot: number) => boolean {
  const witness = leavesBelow(node)[0]
  const validity = witness && slotValidity(leafOf(leaves, witness), slots, node.maxDefinition)
  return validity ? slot => (((validity.bitmap[slot >> 3] ?? 0) >> (slot & 7)) & 1) === 1 : () => witness !== undefined
}

function leafReader(node: ParquetNode, leaves: Leaves, slots: Slots): BySlot<string> {
  const leaf = leafOf(leaves, node)
  const positions = valuePositions(leaf, slots, node.maxDefinition)
  const text = typedText(leaf.values, node.element)
  return slot => ((positions[slot] ?? -1) < 0 ? undefined : text(positions[slot] ?? 0))
}

function bytesReader(node: ParquetNode | undefined, leaves: Leaves, slots: Slots): BySlot<Uint8Array> {
  if (!node) return () => undefined
  const leaf = leafOf(leaves, node)
  const { values } = leaf
  if (!(values instanceof ByteColumn)) throw odd('it is no binary')
  const positions = valuePositions(leaf, slots, node.maxDefinition)
  return slot => ((positions[slot] ?? -1) < 0 ? undefined : values.at(positions[slot] ?? 0))
}

/** Neighbouring rows mostly share their metadata. */
function keysReader(metadata: (slot: number) => Uint8Array): Keys {
  let last: { readonly bytes: Uint8Array; readonly keys: readonly string[] } | undefined
  return slot => {
    const bytes = metadata(slot)
    if (!last || Buffer.compare(last.bytes, bytes) !== 0) last = { bytes, keys: variantKeys(bytes) }
    return last.keys
  }
}

function textData(texts: readonly (string | undefined)[]): Data {
  const parts = texts.map(text => Buffer.from(text ?? ''))
  const offsets = new Int32Array(texts.length + 1)
  for (const [i, part] of parts.entries()) offsets[i + 1] = (offsets[i] ?? 0) + part.byteLength
  const validity = validityOf(texts.length, slot => texts[slot] !== undefined)
  return arrowData(new Utf8(), texts.length, { validity, offsets, values: new Uint8Array(Buffer.concat(parts)) })
}

function odd(why: string): LakehouseError {
  return new LakehouseError('corrupt', `A variant cannot be read: ${why}.`)
}
