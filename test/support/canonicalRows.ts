import { createHash } from 'node:crypto'
import { tableFromIPC } from 'apache-arrow'
import { jsonRows, type Json } from '#arrow/json.ts'
import { decimalOf } from '#delta/schema.ts'
import type { DeltaStruct, DeltaType, TableRows } from '#delta/types.ts'

/** The rows in the canonical form of the corpus README: one JSON text each, columns with a variant or an odd type left out. */
export function canonicalRows({ schema, arrow }: Pick<TableRows, 'schema' | 'arrow'>): readonly string[] {
  const shown = schema.fields.map(({ type }) => isShown(type))
  return [...jsonRows(tableFromIPC(arrow))].map(
    row => `[${schema.fields.flatMap(({ type }, i) => (shown[i] ? [canonical(row[i] ?? null, type)] : [])).join(',')}]`,
  )
}

/** SHA-256 over the rows sorted by their UTF-8 bytes, a line feed after each. */
export function rowsHash(rows: readonly string[]): string {
  const hash = createHash('sha256')
  for (const text of rows.map(row => Buffer.from(row)).toSorted((a, b) => Buffer.compare(a, b))) hash.update(text).update('\n')
  return hash.digest('hex')
}

const shownTypes: ReadonlySet<string> = new Set(
  'byte short integer long float double boolean string binary date timestamp timestamp_ntz void null'.split(' '),
)

function isShown(type: DeltaType): boolean {
  if (typeof type === 'string') return shownTypes.has(type) || decimalOf(type) !== undefined || /^(?:var)?char\(/.test(type)
  if (type.type === 'struct') return type.fields.every(field => isShown(field.type))
  return type.type === 'array' ? isShown(type.elementType) : isShown(type.keyType) && isShown(type.valueType)
}

function canonical(value: Json, type: DeltaType): string {
  if (value === null) return 'null'
  if (typeof type === 'string') {
    return /^(?:byte|short|integer|long)$/.test(type) ? `"${JSON.stringify(value).replaceAll('"', '')}"` : JSON.stringify(value)
  }
  if (type.type === 'struct') return canonicalStruct(value, type)
  const items: readonly Json[] = Array.isArray(value) ? value : []
  if (type.type === 'array') return `[${items.map(item => canonical(item, type.elementType)).join(',')}]`
  const pairs = items.map(item => {
    const pair = membersOf(item)
    return { key: canonical(pair['key'] ?? null, type.keyType), value: canonical(pair['value'] ?? null, type.valueType) }
  })
  const sorted = pairs.toSorted((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)))
  return `[${sorted.map(pair => `{"key":${pair.key},"value":${pair.value}}`).join(',')}]`
}

function canonicalStruct(value: Json, { fields }: DeltaStruct): string {
  const members = membersOf(value)
  return `{${fields.map(({ name, type }) => `${JSON.stringify(name)}:${canonical(members[name] ?? null, type)}`).join(',')}}`
}

function isRecord(value: Json): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function membersOf(value: Json): { readonly [name: string]: Json } {
  if (isRecord(value)) return value
  throw new Error(`${JSON.stringify(value)} is no object.`)
}
