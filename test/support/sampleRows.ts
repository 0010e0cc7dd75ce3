import {
  Binary,
  Decimal,
  Field,
  Int64,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableToIPC,
  TimestampMicrosecond,
  Utf8,
  vectorFromArray,
  type Data,
  type DataType,
} from 'apache-arrow'

/** Beyond what a double counts: a grid that goes through one shows wrong digits. */
const firstId = 9_007_199_254_740_993n
const firstMicros = 1_577_934_245_123_456n

/** Texts that pages have stumbled over, by row modulo their number. */
export const hostileTexts: readonly (string | null)[] = [
  null,
  '',
  'NULL',
  '<script>globalThis.hacked = true</script>',
  '<img src=x onerror="globalThis.hacked = true">',
  'two\nlines\tand a tab',
  'abc\u202Edef',
  'שלום עולם',
  '  spaces  ',
  'x'.repeat(1_048_576),
  '"quoted", and more',
  '😀 ok',
]

const fields = [
  new Field('id', new Int64(), false),
  new Field('price', new Decimal(4, 18, 128), true),
  new Field('at', new TimestampMicrosecond('UTC'), true),
  new Field('text', new Utf8(), true),
  new Field('tags', new List(new Field('element', new Utf8(), true)), true),
  new Field('payload', new Binary(), true),
]

/** Rows [offset, offset + count) of a table without end, as one Arrow IPC stream; `long` texts are a megabyte. */
export function sampleRows(offset: number, count: number, long: 'long' | 'short' = 'short'): Uint8Array {
  const rows = Array.from({ length: count }, (_, i) => offset + i)
  const text = (row: number): string | null => {
    const value = hostileTexts[row % hostileTexts.length] ?? null
    return long === 'short' && value !== null ? value.slice(0, 1000) : value
  }
  return stream([
    chunk(rows.map(idOf), new Int64()),
    decimals(rows.map(row => (row % 5 === 4 ? null : BigInt(row) * 10_001n))),
    makeData({
      type: new TimestampMicrosecond('UTC'),
      length: count,
      nullCount: 0,
      data: BigInt64Array.from(rows, row => firstMicros + BigInt(row)),
    }),
    chunk(rows.map(text), new Utf8()),
    chunk(
      rows.map(row => (row % 3 === 0 ? [`a${row}`, null, '<b>'] : [])),
      new List(new Field('element', new Utf8(), true)),
    ),
    chunk(
      rows.map(row => Uint8Array.of(row & 255, 255)),
      new Binary(),
    ),
  ])
}

/** The text of a row's id. */
export function idText(row: number): string {
  return String(idOf(row))
}

/** `columns` columns of `rows` numbers each. */
export function wideRows(columns: number, rows: number): Uint8Array {
  const names = Array.from({ length: columns }, (_, i) => `c${i}`)
  const table = new Table(
    Object.fromEntries(names.map((name, i) => [name, vectorFromArray(Int32Array.from({ length: rows }, (_, row) => row * columns + i))])),
  )
  return tableToIPC(table, 'stream')
}

function idOf(row: number): bigint {
  return firstId + BigInt(row)
}

function stream(children: Data[]): Uint8Array {
  const [first] = children
  const schema = new Schema(fields)
  const type = new Struct(fields)
  const batch = new RecordBatch(schema, makeData({ type, length: first?.length ?? 0, nullCount: 0, children }))
  return tableToIPC(new Table(schema, batch), 'stream')
}

function chunk(values: readonly unknown[], type: DataType): Data {
  const [data] = vectorFromArray(values, type).data
  if (!data) throw new Error('no data')
  return data
}

function decimals(values: readonly (bigint | null)[]): Data {
  const words = values.flatMap(value =>
    Array.from({ length: 4 }, (_, i) => Number((BigInt.asUintN(128, value ?? 0n) >> BigInt(32 * i)) & 0xffff_ffffn)),
  )
  const bitmap = new Uint8Array(Math.ceil(values.length / 8))
  for (const [i, value] of values.entries()) if (value !== null) bitmap[i >> 3] = (bitmap[i >> 3] ?? 0) | (1 << (i & 7))
  const nullCount = values.filter(value => value === null).length
  return makeData({ type: new Decimal(4, 18, 128), length: values.length, nullCount, nullBitmap: bitmap, data: Uint32Array.from(words) })
}
