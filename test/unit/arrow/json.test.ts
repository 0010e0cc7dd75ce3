import assert from 'node:assert/strict'
import {
  Binary,
  Bool,
  DateDay,
  Decimal,
  Field,
  Float64,
  Int64,
  List,
  Map_,
  RecordBatch,
  Schema,
  Struct,
  Table,
  TimestampMicrosecond,
  Utf8,
  makeBuilder,
  makeData,
  tableFromIPC,
  tableToIPC,
  type DataType,
} from 'apache-arrow'
import { jsonRecords, jsonRows, parseExact, variantField } from '#arrow/json.ts'
import { prettyJson } from '#arrow/prettyJson.ts'

describe('json', () => {
  it('prints integers beyond 2^53 as text and smaller ones as numbers', () => {
    const table = tableOf(new Int64(), [1n, 9_007_199_254_740_991n, 9_007_199_254_740_992n, -9_223_372_036_854_775_808n, null])
    assert.deepEqual(column(table), [1, 9_007_199_254_740_991, '9007199254740992', '-9223372036854775808', null])
  })

  it('prints microseconds exactly, with Z only for times in UTC', () => {
    const data = BigInt64Array.of(-1n, 1_704_067_200_123_456n)
    const times = (zone: string | null) => column(batch(makeData({ type: new TimestampMicrosecond(zone), length: 2, nullCount: 0, data })))
    assert.deepEqual(times('UTC'), ['1969-12-31T23:59:59.999999Z', '2024-01-01T00:00:00.123456Z'])
    assert.deepEqual(times(null), ['1969-12-31T23:59:59.999999', '2024-01-01T00:00:00.123456'])
  })

  it('prints dates of any year', () => {
    const data = makeData({
      type: new DateDay(),
      length: 5,
      nullCount: 0,
      data: Int32Array.of(0, -719_529, -719_528, 2_932_896, 2_932_897),
    })
    assert.deepEqual(column(batch(data)), ['1970-01-01', '-000001-12-31', '0000-01-01', '9999-12-31', '+010000-01-01'])
  })

  it('prints decimals with their scale, also negative ones of 128 bit', () => {
    const words = new BigInt64Array([-5n, -1n, 0n, 1n])
    const data = makeData({ type: new Decimal(2, 38), length: 2, nullCount: 0, data: new Uint32Array(words.buffer) })
    assert.deepEqual(column(batch(data)), ['-0.05', '184467440737095516.16'])
  })

  it('prints binary as base64, NaN and infinities as text, booleans as they are', () => {
    assert.deepEqual(column(tableOf(new Binary(), [Uint8Array.of(0, 255), new Uint8Array()])), ['AP8=', ''])
    assert.deepEqual(column(tableOf(new Float64(), [NaN, Infinity, -Infinity, -0, 1.5])), ['NaN', 'Infinity', '-Infinity', 0, 1.5])
    assert.deepEqual(column(tableOf(new Bool(), [true, null, false])), [true, null, false])
  })

  it('prints maps as entries, lists as arrays and structs as objects in any depth', () => {
    const entries = new Field('entries', new Struct([new Field('key', new Utf8(), false), new Field('value', new Int64(), true)]), false)
    const map = new Map_<Utf8, Int64>(entries)
    assert.deepEqual(column(tableOf(map, [new Map([['a', 1n]]), new Map(), null])), [[{ key: 'a', value: 1 }], [], null])
    const list = new List(new Field('element', new Struct([new Field('1', new Utf8(), true)]), true))
    assert.deepEqual(column(tableOf(list, [[{ 1: 'x' }, null], []])), [[{ 1: 'x' }, null], []])
  })

  it('prints variants as plain JSON, our own as well as those of Spark', () => {
    const own = new Field('v', new Utf8(), true, new Map(variantField))
    assert.deepEqual(column(tableOf(new Utf8(), ['{"a":[1.5,null],"big":9223372036854775807}'], own)), [
      { a: [1.5, null], big: '9223372036854775807' },
    ])
    const spark = new Struct([
      new Field('value', new Binary(), false),
      new Field('metadata', new Binary(), false, new Map([['variant', 'true']])),
    ])
    const value = Uint8Array.of(0x02, 1, 0, 0, 3, 0x0c, 5, 0)
    assert.deepEqual(column(tableOf(spark, [{ value: value.subarray(0, 7), metadata: Uint8Array.of(1, 1, 0, 1, 0x61) }])), [{ a: 5 }])
  })

  it('keeps equal column names apart in rows', () => {
    const schema = new Schema([new Field('x', new Utf8()), new Field('x', new Utf8())])
    const child = tableOf(new Utf8(), ['1']).batches[0]?.data.children[0]
    assert.ok(child)
    const data = makeData({ type: new Struct(schema.fields), length: 1, nullCount: 0, children: [child, child] })
    const table = new Table(schema, [new RecordBatch(schema, data)])
    assert.deepEqual([...jsonRows(table)], [['1', '1']])
    assert.deepEqual([...jsonRecords(table)], [{ x: '1' }])
  })

  it('keeps every digit of a number in JSON text', () => {
    assert.deepEqual(parseExact('{"a":12345678901234567890.5,"b":0.1,"c":1e3,"d":"12345678901234567890"}'), {
      a: '12345678901234567890.5',
      b: 0.1,
      c: 1000,
      d: '12345678901234567890',
    })
  })

  it('reads and indents a text of 10 MB in JSON', () => {
    const long = 'x'.repeat(10_000_000)
    assert.equal(JSON.stringify(parseExact(`{"a":"${long}"}`)).length, 10_000_008)
    const quotes = `{"a":"${String.raw`\"`.repeat(6_000_000)}"}`
    assert.equal(JSON.stringify(parseExact(quotes)), quotes)
    assert.equal(prettyJson(quotes).length, quotes.length + 5)
    assert.equal(prettyJson(`{"a":"${long}"}`).length, 10_000_013)
  })
})

function tableOf<T extends DataType>(type: T, values: readonly unknown[], field = new Field('v', type, true)): Table {
  const builder = makeBuilder({ type, nullValues: [null] })
  for (const value of values) builder.append(value)
  return batch(builder.finish().flush(), field)
}

/** One column, through the bytes of an IPC stream. */
function batch(data: ReturnType<typeof makeData>, field = new Field('v', data.type, true)): Table {
  const schema = new Schema([field])
  const rows = makeData({ type: new Struct(schema.fields), length: data.length, nullCount: 0, children: [data] })
  return tableFromIPC(tableToIPC(new Table(schema, [new RecordBatch(schema, rows)]), 'stream'))
}

function column(table: Table): unknown[] {
  return [...jsonRows(table)].map(row => row[0])
}
