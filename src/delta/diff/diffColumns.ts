import { physicalName, type ColumnMapping } from '#delta/rows/columns.ts'
import type { ScanColumns } from '#delta/rows/dataFile.ts'
import { columnMappingOf } from '#delta/features.ts'
import { declaredFields } from '#delta/schema.ts'
import type { Header } from '#delta/snapshot.ts'
import type { DeltaField, DeltaStruct, DeltaType } from '#delta/types.ts'
import { widerType } from './widening.ts'

/** One column as two versions have it. */
export interface FieldPair {
  readonly from: DeltaField
  readonly to: DeltaField
}

export interface PairedFields {
  readonly both: readonly FieldPair[]
  readonly onlyFrom: readonly DeltaField[]
  readonly onlyTo: readonly DeltaField[]
}

/** How the columns of both sides are named in files. */
export interface Mappings {
  readonly from: ColumnMapping
  readonly to: ColumnMapping
}

/** How the two versions are to be read so that their rows can be compared: the common columns, each of the type that holds both. */
export interface Comparison {
  readonly pairs: readonly FieldPair[]
  readonly from: ScanColumns
  readonly to: ScanColumns
}

/** Columns that are the same by their name in files, and of the others those of the same name in the table. */
export function pairFields(from: readonly DeltaField[], to: readonly DeltaField[], mappings: Mappings): PairedFields {
  const physical = new Map(from.map(field => [physicalName(field, mappings.from), field]))
  const partners = new Map<DeltaField, DeltaField>()
  for (const field of to) {
    const partner = physical.get(physicalName(field, mappings.to))
    if (partner) partners.set(field, partner)
  }
  const taken = new Set(partners.values())
  const named = new Map(from.filter(field => !taken.has(field)).map(field => [field.name, field]))
  for (const field of to) {
    const partner = partners.has(field) ? undefined : named.get(field.name)
    if (partner) partners.set(field, partner)
  }
  const matched = new Set(partners.values())
  return {
    both: to.flatMap(field => {
      const partner = partners.get(field)
      return partner ? [{ from: partner, to: field }] : []
    }),
    onlyFrom: from.filter(field => !matched.has(field)),
    onlyTo: to.filter(field => !partners.has(field)),
  }
}

export function mappingsOf(from: Header, to: Header): Mappings {
  return {
    from: columnMappingOf(from.protocol, from.metadata.configuration),
    to: columnMappingOf(to.protocol, to.metadata.configuration),
  }
}

/** Names a column whose two types have no common one where there is such. */
export function planComparison(from: Header, to: Header): Comparison | { readonly incomparable: FieldPair } {
  const mappings = mappingsOf(from, to)
  const { both } = pairFields(declaredFields(from.schema?.fields ?? []), declaredFields(to.schema?.fields ?? []), mappings)
  const pairs: FieldPair[] = []
  for (const pair of both) {
    const types = commonType(pair.from.type, pair.to.type, mappings)
    if (!types) return { incomparable: pair }
    pairs.push({ from: { ...pair.from, type: types.from }, to: { ...pair.to, type: types.to } })
  }
  const side = (which: 'from' | 'to', { metadata }: Header): ScanColumns => ({
    fields: pairs.map(pair => pair[which]),
    partitionColumns: metadata.partitionColumns,
    mapping: mappings[which],
  })
  return { pairs, from: side('from', from), to: side('to', to) }
}

/** A type for each side, equal but for names: members that both have, in one order, leaves as wide as the wider one. */
function commonType(from: DeltaType, to: DeltaType, mappings: Mappings): { readonly from: DeltaType; readonly to: DeltaType } | undefined {
  if (typeof from === 'string' || typeof to === 'string') {
    const wider = typeof from === 'string' && typeof to === 'string' ? widerType(from, to) : undefined
    return wider === undefined ? undefined : { from: wider, to: wider }
  }
  if (from.type === 'struct' && to.type === 'struct') return commonStruct(from, to, mappings)
  if (from.type === 'array' && to.type === 'array') {
    const element = commonType(from.elementType, to.elementType, mappings)
    return element && { from: { ...from, elementType: element.from }, to: { ...to, elementType: element.to } }
  }
  if (from.type !== 'map' || to.type !== 'map') return undefined
  const key = commonType(from.keyType, to.keyType, mappings)
  const value = commonType(from.valueType, to.valueType, mappings)
  if (!key || !value) return undefined
  return { from: { ...from, keyType: key.from, valueType: value.from }, to: { ...to, keyType: key.to, valueType: value.to } }
}

function commonStruct(from: DeltaStruct, to: DeltaStruct, mappings: Mappings) {
  const members: FieldPair[] = []
  for (const pair of pairFields(from.fields, to.fields, mappings).both) {
    const types = commonType(pair.from.type, pair.to.type, mappings)
    if (!types) return undefined
    members.push({ from: { ...pair.from, type: types.from }, to: { ...pair.to, type: types.to } })
  }
  return { from: { ...from, fields: members.map(pair => pair.from) }, to: { ...to, fields: members.map(pair => pair.to) } }
}
