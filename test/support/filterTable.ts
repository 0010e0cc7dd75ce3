import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { tableFromIPC } from 'apache-arrow'
import { createTableReads } from '#app/deltaReads.ts'
import type { Place } from '#app/place.ts'
import { jsonRecords, type Json } from '#arrow/json.ts'
import type { DeltaType } from '#delta/types.ts'
import { vectorFile } from './deletionVectors.ts'
import { add, logInMemory, metadata, type LogInMemory } from './deltaLog.ts'

export type Row = Readonly<Record<string, Json>>

/** A table that statistics, partitions and footers let a reader skip much of, and may lead a careless one astray. */
export interface FilterTable {
  readonly log: LogInMemory
  readonly place: Place
  /** Every row in the order of the table, as an unfiltered read gives them. */
  readonly rows: readonly Row[]
}

const never = new AbortController().signal
const place: Place = { store: { kind: 'local', folder: '/' }, key: 't' }
const rowsPerFile = 2600

interface Column {
  readonly type: DeltaType
  /** Over a random number `r`, the row number `n` and the number of the file `file`. */
  readonly sql: string
  /** In a file from before the type was widened. */
  readonly narrow?: string
}

const field = (name: string, type: DeltaType, id = 0) => ({
  name,
  type,
  nullable: true,
  metadata: { 'delta.columnMapping.id': id, 'delta.columnMapping.physicalName': `p-${name}` },
})

const columns: Readonly<Record<string, Column>> = {
  i: { type: 'integer', sql: 'if(r % 19 = 0, null, file * 1000 + n // 10 + r % 7)::int', narrow: 'smallint' },
  l: { type: 'long', sql: '9007199254740985 + file * 3 + r % 17' },
  d: { type: 'decimal(20,4)', sql: 'if(r % 11 = 0, null, (file * 100000 + r % 100000) / 10000)::decimal(20,4)' },
  w: { type: 'decimal(36,20)', sql: "('1.' || lpad((file * 3 + r % 5)::varchar, 20, '0'))::decimal(36,20)" },
  f: {
    type: 'float',
    sql: "case r % 23 when 0 then 'NaN' when 1 then '-0.0' when 2 then null else ((r % 1000) / 10 + file * 50 - 50)::varchar end::float",
  },
  x: {
    type: 'double',
    sql: "case r % 29 when 0 then 'NaN' when 1 then '-0.0' when 2 then 'Infinity' when 3 then null else ((r % 1000) / 10 - file * 50)::varchar end::double",
    narrow: 'float',
  },
  s: {
    type: 'string',
    sql: "case r % 6 when 0 then null when 1 then '' when 2 then 'a%_b' when 3 then 'file' || file || repeat('é', 20) || repeat('x', 20) || (r % 5) when 4 then 'file' || file || '🦆' || (n // 100) else chr(97 + file) || (r % 50) end",
  },
  u: { type: 'string', sql: "if(r % 31 = 0, null, 'long' || file || repeat('y', 30) || (r % 9))" },
  dt: { type: 'date', sql: "date '1969-12-01' + (file * 30 + r % 40)::int" },
  ts: { type: 'timestamp_ntz', sql: 'make_timestamp((file - 2) * 3000000 + r % 3000000)' },
  b: { type: 'boolean', sql: 'case when file = 5 then true when r % 3 = 0 then null else r % 2 = 0 end' },
  bin: { type: 'binary', sql: 'encode(chr(97 + file) || (r % 3))' },
}
const nested = { type: 'struct', fields: [field('n', 'long', 20), field('t', 'string', 21)] } as const
const partitions = ['part', 'ratio'] as const

/** How a file is written and what the log says about it. */
interface FileKind {
  readonly part: string | null
  readonly ratio: string | null
  readonly isNarrow?: boolean
  readonly without?: string
  readonly deleted?: (row: number) => boolean
  readonly stats: 'whole' | 'cut' | 'none' | 'broken'
}

const files: readonly FileKind[] = [
  { part: 'a', ratio: '1.5', stats: 'whole' },
  { part: 'b', ratio: 'NaN', stats: 'whole', isNarrow: true, without: 's' },
  { part: null, ratio: '-0.0', stats: 'whole', deleted: row => row % 3 === 0 || (row > 1000 && row < 2200) },
  { part: 'c d', ratio: null, stats: 'none' },
  { part: 'B', ratio: '-Infinity', stats: 'broken' },
  { part: 'a', ratio: '1.5', stats: 'cut' },
]

/** The table in memory; its values come from `seed`. Takes about a second. */
export async function makeFilterTable(seed: number): Promise<FilterTable> {
  const log = logInMemory()
  const fields = [
    ...Object.entries(columns).map(([name, { type }], i) => field(name, type, i + 1)),
    field('st', nested, 22),
    field('part', 'string', 23),
    field('ratio', 'double', 24),
  ]
  const schemaString = JSON.stringify({ type: 'struct', fields })
  const head = [
    {
      protocol: {
        minReaderVersion: 3,
        minWriterVersion: 7,
        readerFeatures: ['columnMapping', 'deletionVectors', 'typeWidening', 'timestampNtz'],
        writerFeatures: [],
      },
    },
    metadata(
      { 'delta.columnMapping.mode': 'name' },
      { schemaString, partitionColumns: partitions.map(name => `p-${name}`).map((_, i) => partitions[i]) },
    ),
  ]
  const written = await writeFiles(seed)
  for (const [index, bytes] of written.entries()) await log.store.put(`t/${index}.parquet`, bytes)
  const plain = files.map((kind, index) => addOf(kind, index, written[index]?.byteLength ?? 0))
  await log.commit(0, [...head, ...plain])
  const statistics: string[] = []
  for (const [index, kind] of files.entries()) {
    const own = logInMemory()
    await own.store.put(`t/${index}.parquet`, written[index] ?? new Uint8Array(0))
    await own.commit(0, [...head, addOf(kind, index, written[index]?.byteLength ?? 0)])
    statistics.push(statisticsOf(kind, await readAll(own)))
  }
  const actions: unknown[] = [...head]
  for (const [index, kind] of files.entries()) {
    const vector = kind.deleted && vectorFile(Array.from({ length: rowsPerFile }, (_, row) => row).filter(kind.deleted))
    if (vector) await log.store.put('t/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin', vector.file)
    const deleted = Array.from({ length: rowsPerFile }, (_, row) => row).filter(row => kind.deleted?.(row)).length
    const deletionVector = vector && {
      storageType: 'u',
      pathOrInlineDv: '^-aqEH.-t@S}K{vb[*k^',
      offset: 1,
      sizeInBytes: vector.size,
      cardinality: deleted,
    }
    const stats = kind.stats === 'none' ? {} : { stats: statistics[index] }
    actions.push(addOf(kind, index, written[index]?.byteLength ?? 0, { ...stats, ...(deletionVector ? { deletionVector } : {}) }))
  }
  await log.commit(0, actions)
  return { log, place, rows: await readAll(log) }
}

function addOf({ part, ratio }: FileKind, index: number, size: number, more: object = {}): unknown {
  return add(`${index}.parquet`, { size, partitionValues: { 'p-part': part, 'p-ratio': ratio }, stats: undefined, ...more })
}

async function readAll({ store }: LogInMemory): Promise<readonly Row[]> {
  const { arrow } = await createTableReads(() => store).rows({ place, at: {}, rows: { offset: 0, limit: Infinity } }, never)
  return [...jsonRecords(tableFromIPC(arrow))]
}

async function writeFiles(seed: number): Promise<readonly Uint8Array[]> {
  const folder = await mkdtemp(join(tmpdir(), 'dataflow-filter-'))
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const written: Uint8Array[] = []
  for (const [file, { isNarrow, without }] of files.entries()) {
    const own = Object.entries(columns)
      .filter(([name]) => name !== without)
      .map(([name, { sql, narrow }]) => `(${sql})${isNarrow && narrow !== undefined ? `::${narrow}` : ''} AS "p-${name}"`)
    const struct = `if(r % 13 = 0, null, {'p-n': if(r % 5 = 0, null, n + file), 'p-t': 't' || (r % 4)}) AS "p-st"`
    const numbers = `SELECT range AS n, ${file} AS file, (hash(range * 100 + ${file} + ${seed}::bigint * 1000003) % 1000003)::bigint AS r FROM range(${rowsPerFile})`
    const path = join(folder, `${file}.parquet`)
    await connection.run(
      `COPY (SELECT ${[...own, struct].join(', ')} FROM (${numbers})) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`,
    )
    written.push(await readFile(path))
  }
  connection.closeSync()
  await rm(folder, { recursive: true })
  return written
}

/** As Spark writes them: texts cut after 32 letters, times after milliseconds, NaN left out; or worse. */
function statisticsOf({ stats, deleted, without, isNarrow }: FileKind, rows: readonly Row[]): string {
  const parts: string[][] = [[], [], []]
  for (const [name, { type }] of Object.entries(columns)) {
    if (name === without || type === 'boolean' || type === 'binary') continue
    const values = rows.map(row => row[name] ?? null)
    const sorted = values.filter(value => value !== null && value !== 'NaN').toSorted((a, b) => compareJson(a, b, type))
    const [least, most] = [sorted[0], sorted.at(-1)]
    parts[2]?.push(`"p-${name}":${values.filter(value => value === null).length}`)
    if (least === undefined || most === undefined || least === null || most === null) continue
    const isFloat = isNarrow && name === 'x'
    parts[0]?.push(`"p-${name}":${statisticText(least, type, { side: 'low', stats, isFloat })}`)
    parts[1]?.push(`"p-${name}":${statisticText(most, type, { side: 'high', stats, isFloat })}`)
  }
  const [least, most, nulls] = parts.map(part => `{${part.join(',')}}`)
  if (stats === 'broken') {
    const wrong = '{"p-i":"4700","p-l":null,"p-d":[4],"p-f":"NaN","p-s":7,"p-dt":"soon","p-ts":"1970-13-01","p-st":3}'
    return `{"numRecords":${rowsPerFile},"minValues":${wrong},"maxValues":${wrong},"nullCount":{"p-i":-1,"p-s":"0","p-dt":${2 * rowsPerFile}}}`
  }
  return `{"numRecords":${rowsPerFile},"minValues":${least},"maxValues":${most},"nullCount":${nulls}${deleted ? ',"tightBounds":false' : ''}}`
}

function statisticText(
  value: Json,
  type: DeltaType,
  { side, stats, isFloat }: { readonly side: 'low' | 'high'; readonly stats: FileKind['stats']; readonly isFloat: boolean | undefined },
): string {
  if (typeof type === 'string' && type.startsWith('decimal')) return plainText(value)
  if (type === 'long') return plainText(value)
  if (typeof value === 'number') return isFloat || type === 'float' ? String(Number(value.toPrecision(8))) : plainText(value)
  const text = plainText(value)
  if (type === 'timestamp_ntz') return JSON.stringify(text.slice(0, 23))
  if (type !== 'string') return JSON.stringify(text)
  const letters = Array.from(text)
  const prefix = letters.slice(0, 32).join('')
  return JSON.stringify(side === 'high' && letters.length > 32 && stats !== 'cut' ? `${prefix}\u{10FFFF}` : prefix)
}

/** A value as text; JSON of what is nested. */
export function plainText(value: Json): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** The order of Spark for two values that are not null. */
export function compareJson(a: Json, b: Json, type: DeltaType): number {
  if (type === 'string' || type === 'binary') {
    const encoding = type === 'binary' ? 'base64' : 'utf8'
    return Buffer.compare(Buffer.from(plainText(a), encoding), Buffer.from(plainText(b), encoding))
  }
  if (type === 'float' || type === 'double') {
    const [x, y] = [Number(a), Number(b)]
    return Number.isNaN(x) || Number.isNaN(y) ? Number(Number.isNaN(x)) - Number(Number.isNaN(y)) : x < y ? -1 : x > y ? 1 : 0
  }
  if (typeof type === 'string' && /^(?:decimal|integer|long)/.test(type)) {
    const [x, y] = [a, b].map(value => scaled(plainText(value)))
    return x !== undefined && y !== undefined ? (x < y ? -1 : x > y ? 1 : 0) : Number.NaN
  }
  const [x, y] = [plainText(a), plainText(b)]
  return x < y ? -1 : x > y ? 1 : 0
}

/** A decimal number × 10^30. */
function scaled(text: string): bigint {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d*)\.?(\d*)$/.exec(text) ?? []
  const size = BigInt(whole + fraction.padEnd(30, '0'))
  return sign === '-' ? -size : size
}

/** The types of the columns that predicates are made of. */
export const filterTypes: Readonly<Record<string, DeltaType>> = {
  ...Object.fromEntries(Object.entries(columns).map(([name, { type }]) => [name, type])),
  'st.n': 'long',
  'st.t': 'string',
  part: 'string',
  ratio: 'double',
}
