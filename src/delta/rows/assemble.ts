import { Map_, type Data } from 'apache-arrow'
import { unreachable } from '#base/unreachable.ts'
import { paddedLength } from '#delta/schema.ts'
import { ByteColumn, padTexts } from '#parquet/leaf.ts'
import { arrowData, arrowType, nullData } from './arrowTypes.ts'
import type { Binding } from './columns.ts'
import { convertLeaf } from './convert.ts'
import { fillSlots } from './fill.ts'
import { leafOf, listSlots, slotValidity, uneven, type Leaves, type Slots } from './slots.ts'
import { variantColumn } from './variantColumn.ts'

/**
 * A column as Arrow data from the levels and values of its leaves: a slot begins at each entry that repeats no deeper than
 * its list, and is null where its own level is not reached.
 */
export function assembleColumn(binding: Binding, leaves: Leaves, slots: Slots): Data {
  switch (binding.kind) {
    case 'absent':
      return nullData(arrowType(binding.type, ''), slots.count)
    case 'leaf':
      return assembleLeaf(binding, leaves, slots)
    case 'variant':
      return variantColumn(binding, leaves, slots)
    case 'struct': {
      const children = binding.members.map(member => assembleColumn(member, leaves, slots))
      const validity = slotValidity(leafOf(leaves, binding.witness), slots, binding.node.maxDefinition)
      return arrowData(arrowType(binding.type, ''), slots.count, { validity, children })
    }
    case 'list': {
      const { offsets, validity, inner } = listSlots(binding, leaves, slots)
      const children = [assembleColumn(binding.element, leaves, inner)]
      return arrowData(arrowType(binding.type, ''), slots.count, { validity, offsets, children })
    }
    case 'map': {
      const { offsets, validity, inner } = listSlots(binding, leaves, slots)
      const type = arrowType(binding.type, '')
      const pairs = [binding.key, binding.value].map(part => assembleColumn(part, leaves, inner))
      const entries = type instanceof Map_ ? (type.children[0]?.type ?? type) : type
      return arrowData(type, slots.count, { validity, offsets, children: [arrowData(entries, inner.count, { children: pairs })] })
    }
    default:
      return unreachable(binding)
  }
}

function assembleLeaf({ leaf, type, column }: Extract<Binding, { kind: 'leaf' }>, leaves: Leaves, slots: Slots): Data {
  const data = leafOf(leaves, leaf)
  const values = convertLeaf(data.values, leaf.element, type, column)
  const validity = slotValidity(data, slots, leaf.maxDefinition)
  if (values.length !== slots.count - (validity?.nulls ?? 0)) throw uneven()
  const letters = paddedLength(type)
  const padded = letters !== undefined && values instanceof ByteColumn ? padTexts(values, letters) : values
  return fillSlots(arrowType(type, column), slots.count, padded, validity)
}
