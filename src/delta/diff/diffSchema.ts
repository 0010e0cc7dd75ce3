import type { Header } from '#delta/snapshot.ts'
import type { DeltaField, DeltaType } from '#delta/types.ts'
import { mappingsOf, pairFields, type FieldPair, type Mappings } from './diffColumns.ts'
import type { DiffColumn, PropertiesDiff, SchemaDiff, TableDiff } from './diffTypes.ts'

/** What the metadata of two versions says differently, without their files. */
export function diffHeaders(from: Header, to: Header): Pick<TableDiff, 'schema' | 'properties' | 'protocol' | 'partitionColumns'> {
  return {
    schema: diffSchemas(from, to),
    properties: diffProperties(from.metadata.configuration, to.metadata.configuration),
    protocol: isSame(from.protocol, to.protocol) ? null : { from: from.protocol, to: to.protocol },
    partitionColumns: isSame(from.metadata.partitionColumns, to.metadata.partitionColumns)
      ? null
      : { from: from.metadata.partitionColumns, to: to.metadata.partitionColumns },
  }
}

/** Columns at every level; of one that is new or gone as a whole the members are not listed. */
function diffSchemas(from: Header, to: Header): SchemaDiff {
  const found: Found = { added: [], removed: [], changed: [], mappings: mappingsOf(from, to) }
  diffFields(from.schema?.fields ?? [], to.schema?.fields ?? [], { from: '', to: '' }, found)
  const { added, removed, changed } = found
  return { added, removed, changed }
}

interface Found {
  readonly added: DiffColumn[]
  readonly removed: DiffColumn[]
  readonly changed: SchemaDiff['changed'][number][]
  readonly mappings: Mappings
}

/** Where a field stands on both sides. */
interface Paths {
  readonly from: string
  readonly to: string
}

function diffFields(from: readonly DeltaField[], to: readonly DeltaField[], above: Paths, found: Found): void {
  const { both, onlyFrom, onlyTo } = pairFields(from, to, found.mappings)
  for (const { name, type } of onlyTo) found.added.push({ name: `${above.to}${name}`, type })
  for (const { name, type } of onlyFrom) found.removed.push({ name: `${above.from}${name}`, type })
  for (const pair of both) {
    diffPair(pair, { from: `${above.from}${pair.from.name}`, to: `${above.to}${pair.to.name}` }, found)
  }
}

function diffPair({ from, to }: FieldPair, paths: Paths, found: Found): void {
  const [kindFrom, kindTo] = [kindOf(from.type), kindOf(to.type)]
  if (from.name !== to.name || kindFrom !== kindTo || from.nullable !== to.nullable) {
    found.changed.push({
      name: paths.to,
      from: { name: paths.from, type: kindFrom, nullable: from.nullable },
      to: { name: paths.to, type: kindTo, nullable: to.nullable },
    })
  }
  if (typeof from.type === 'string' || typeof to.type === 'string' || kindFrom !== kindTo) return
  diffFields(membersOf(from.type), membersOf(to.type), { from: `${paths.from}.`, to: `${paths.to}.` }, found)
}

function kindOf(type: DeltaType): string {
  return typeof type === 'string' ? type : type.type
}

/** The parts of arrays and maps as fields of fixed names. */
function membersOf(type: Exclude<DeltaType, string>): readonly DeltaField[] {
  if (type.type === 'struct') return type.fields
  if (type.type === 'array') return [part('element', type.elementType, type.containsNull)]
  return [part('key', type.keyType, false), part('value', type.valueType, type.valueContainsNull)]
}

function part(name: string, type: DeltaType, nullable: boolean): DeltaField {
  return { name, type, nullable, metadata: {} }
}

function diffProperties(from: Readonly<Record<string, string>>, to: Readonly<Record<string, string>>): PropertiesDiff {
  const changed = Object.entries(to).flatMap(([name, value]) => {
    const before = Object.hasOwn(from, name) ? from[name] : undefined
    return before === undefined || before === value ? [] : [[name, { from: before, to: value }] as const]
  })
  return { added: without(to, from), removed: without(from, to), changed: Object.fromEntries(changed) }
}

function without(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(one).filter(([name]) => !Object.hasOwn(other, name)))
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
