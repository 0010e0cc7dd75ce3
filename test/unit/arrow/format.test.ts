import assert from 'node:assert/strict'
import {
  Binary,
  Bool,
  DateDay,
  Decimal,
  Dictionary,
  DurationMicrosecond,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int32,
  Int64,
  IntervalMonthDayNano,
  IntervalYearMonth,
  List,
  makeData,
  Map_,
  Null,
  Struct,
  TimeNanosecond,
  TimestampMicrosecond,
  TimestampSecond,
  Uint64,
  Utf8,
  vectorFromArray,
  type Data,
  type DataType,
} from 'apache-arrow'
import { formatCell, type FormatOptions } from '#arrow/format.ts'

/** Text of every row of one column. */
function texts(data: Data, options: FormatOptions = {}, metadata: ReadonlyMap<string, string> = new Map()): string[] {
  const field = new Field('c', data.type, true, new Map(metadata))
  return Array.from({ length: data.length }, (_, index) => formatCell({ data, index, field }, options).text)
}

function kind(data: Data): string {
  return formatCell({ data, index: 0, field: new Field('c', data.type, true) }).kind
}

/** The first chunk of a vector of these values. */
function dataOf(values: readonly unknown[], type: DataType): Data {
  const [data] = vectorFromArray(values, type).data
  assert.ok(data)
  return data
}

const words = (...values: bigint[]): Uint32Array =>
  new Uint32Array(
    values.flatMap(value => Array.from({ length: 4 }, (_, i) => Number((BigInt.asUintN(128, value) >> BigInt(32 * i)) & 0xffffffffn))),
  )

const decimals = (scale: number, ...values: bigint[]): Data =>
  makeData({ type: new Decimal(scale, 38, 128), length: values.length, nullCount: 0, data: words(...values) })

const micros = (zone: string | null, ...values: bigint[]): Data =>
  makeData({ type: new TimestampMicrosecond(zone), length: values.length, nullCount: 0, data: new BigInt64Array(values) })

const json = (value: unknown): string => JSON.stringify(value)

describe('text of an Arrow value', () => {
  it('tells null from empty text and from the word NULL', () => {
    const data = dataOf([null, '', 'NULL'], new Utf8())
    const field = new Field('c', data.type, true)
    assert.deepEqual(
      [0, 1, 2].map(index => formatCell({ data, index, field })),
      [
        { kind: 'null', text: 'NULL', clipped: false },
        { kind: 'text', text: '', clipped: false },
        { kind: 'text', text: 'NULL', clipped: false },
      ],
    )
    assert.equal(kind(makeData({ type: new Null(), length: 1 })), 'null')
  })

  it('keeps all 64 bits of an integer', () => {
    const signed = dataOf([9223372036854775807n, -9223372036854775808n, 9007199254740993n], new Int64())
    assert.deepEqual(texts(signed), ['9223372036854775807', '-9223372036854775808', '9007199254740993'])
    assert.deepEqual(texts(dataOf([18446744073709551615n], new Uint64())), ['18446744073709551615'])
    assert.equal(kind(signed), 'number')
  })

  it('keeps every digit and the scale of a decimal', () => {
    assert.deepEqual(texts(decimals(2, 1050n, -5n, 0n, 99999999999999999999999999999999999999n)), [
      '10.50',
      '-0.05',
      '0.00',
      '999999999999999999999999999999999999.99',
    ])
    assert.deepEqual(texts(decimals(0, -7n)), ['-7'])
    assert.deepEqual(texts(decimals(-2, 7n)), ['700'])
  })

  it('writes a float as the shortest text of its own width', () => {
    assert.deepEqual(texts(dataOf([0.1, 16777216, 3.4028234663852886e38, Number.NaN, -0], new Float32())), [
      '0.1',
      '16777216',
      '3.4028235e+38',
      'NaN',
      '-0',
    ])
    assert.deepEqual(texts(dataOf([0.1, 0.30000000000000004, 1e21, Infinity, -Infinity], new Float64())), [
      '0.1',
      '0.30000000000000004',
      '1e+21',
      'Infinity',
      '-Infinity',
    ])
  })

  it('reads booleans behind an offset', () => {
    const data = dataOf([true, null, false, true], new Bool())
    assert.deepEqual(texts(data), ['true', 'NULL', 'false', 'true'])
    assert.deepEqual(texts(data.slice(2, 2)), ['false', 'true'])
  })

  it('writes dates before and after the epoch', () => {
    const data = makeData({ type: new DateDay(), length: 4, nullCount: 0, data: new Int32Array([0, -1, 18263, -719162]) })
    assert.deepEqual(texts(data), ['1970-01-01', '1969-12-31', '2020-01-02', '0001-01-01'])
  })

  it('keeps microseconds and marks UTC', () => {
    const at = 1577934245123456n
    assert.deepEqual(texts(micros('UTC', at, at - 123456n, at - 456n, -1n)), [
      '2020-01-02 03:04:05.123456Z',
      '2020-01-02 03:04:05Z',
      '2020-01-02 03:04:05.123Z',
      '1969-12-31 23:59:59.999999Z',
    ])
  })

  it('never shifts a timestamp without a zone', () => {
    assert.deepEqual(texts(micros(null, 1577934245123456n)), ['2020-01-02 03:04:05.123456'])
  })

  it('shows the wall clock and offset of a named or fixed zone', () => {
    assert.deepEqual(texts(micros('America/Sao_Paulo', 1577934245123456n, 1514764800000000n)), [
      '2020-01-02 00:04:05.123456-03:00',
      '2017-12-31 22:00:00-02:00',
    ])
    assert.deepEqual(texts(micros('+05:30', 1577934245000000n)), ['2020-01-02 08:34:05+05:30'])
    assert.deepEqual(texts(micros('GMT-8', 1577934245000000n)), ['2020-01-01 19:04:05-08:00'])
  })

  it('follows a change of the clock to the second', () => {
    const springForward = 1583650800000000n
    assert.deepEqual(texts(micros('America/New_York', springForward - 1_000_000n, springForward)), [
      '2020-03-08 01:59:59-05:00',
      '2020-03-08 03:00:00-04:00',
    ])
    assert.deepEqual(texts(micros('Africa/Monrovia', 31536000000000n)), ['1970-12-31 23:15:30-00:44:30'])
  })

  it('shows the right instant in UTC for a zone that nobody knows', () => {
    assert.deepEqual(texts(micros('Mars/Olympus', 0n)), ['1970-01-01 00:00:00Z'])
  })

  it('writes seconds far outside of what a JavaScript date holds', () => {
    const data = makeData({
      type: new TimestampSecond('America/Sao_Paulo'),
      length: 1,
      nullCount: 0,
      data: new BigInt64Array([8640000000001n]),
    })
    assert.deepEqual(texts(data), ['+275760-09-13 00:00:01Z'])
  })

  it('writes times of day and lengths of time', () => {
    const time = makeData({ type: new TimeNanosecond(), length: 2, nullCount: 0, data: new BigInt64Array([11045000000001n, 0n]) })
    assert.deepEqual(texts(time), ['03:04:05.000000001', '00:00:00'])
    const values = new BigInt64Array([93784500000n, -93784500000n, 172800000000n, 1n, 0n])
    const duration = makeData({ type: new DurationMicrosecond(), length: 5, nullCount: 0, data: values })
    assert.deepEqual(texts(duration), ['1 day 02:03:04.500', '-1 day -02:03:04.500', '2 days', '00:00:00.000001', '00:00:00'])
  })

  it('writes calendar intervals part by part', () => {
    const months = makeData({ type: new IntervalYearMonth(), length: 3, nullCount: 0, data: new Int32Array([14, -25, 0]) })
    assert.deepEqual(texts(months), ['1 year 2 months', '-2 years -1 month', '00:00:00'])
    const calendar = new Int32Array([1, -2, 500000000, 0, 0, 0, -1, -1])
    assert.deepEqual(texts(makeData({ type: new IntervalMonthDayNano(), length: 2, nullCount: 0, data: calendar })), [
      '1 month -2 days 00:00:00.500',
      '-00:00:00.000000001',
    ])
  })

  it('writes bytes as hex and cuts them at a whole byte', () => {
    const data = dataOf([new Uint8Array([0, 255, 16]), new Uint8Array()], new Binary())
    assert.deepEqual(texts(data), ['0x00ff10', '0x'])
    assert.deepEqual(texts(data, { limit: 5 }), ['0x00', '0x'])
    assert.equal(kind(data), 'binary')
  })

  it('decodes only what a limit needs and never splits a character', () => {
    const data = dataOf(['a'.repeat(1_000_000), '€'.repeat(100), '😀😀', '\uFEFFx'], new Utf8())
    assert.deepEqual(texts(data, { limit: 3 }), ['aaa', '€€€', '😀', '\uFEFFx'])
    assert.deepEqual(texts(data.slice(1, 3)), ['€'.repeat(100), '😀😀', '\uFEFFx'])
  })

  it('writes lists and structs like JSON', () => {
    const item = new Field('element', new Struct([new Field('a', new Int64(), true), new Field('b "x"', new Utf8(), true)]), true)
    const data = dataOf([[{ a: 1n, 'b "x"': 'y\n' }, null], [], null], new List(item))
    assert.deepEqual(texts(data), ['[{"a": 1, "b \\"x\\"": "y\\n"}, null]', '[]', 'NULL'])
    assert.equal(kind(data), 'nested')
    assert.deepEqual(texts(data, { pretty: true })[0], '[\n  {\n    "a": 1,\n    "b \\"x\\"": "y\\n"\n  },\n  null\n]')
  })

  it('reads lists behind an offset', () => {
    const data = dataOf([[1], [2, 3], [4]], new List(new Field('element', new Int32(), true)))
    assert.deepEqual(texts(data.slice(1, 2)), ['[2, 3]', '[4]'])
    const pairs = dataOf(
      [
        [1, 2],
        [3, 4],
      ],
      new FixedSizeList(2, new Field('element', new Int32(), true)),
    )
    assert.deepEqual(texts(pairs.slice(1, 1)), ['[3, 4]'])
  })

  it('writes every entry of a map, whatever its key', () => {
    const entries = new Field(
      'entries',
      new Struct<{ key: Int64; value: Utf8 }>([new Field('key', new Int64()), new Field('value', new Utf8(), true)]),
      false,
    )
    const child = makeData({
      type: entries.type,
      length: 3,
      nullCount: 0,
      children: [dataOf([1n, 1n, 2n], new Int64()), dataOf(['a', 'b', null], new Utf8())],
    })
    const data = makeData({ type: new Map_(entries), length: 2, nullCount: 0, valueOffsets: new Int32Array([0, 3, 3]), child })
    assert.deepEqual(texts(data), ['{1: "a", 1: "b", 2: null}', '{}'])
  })

  it('stops a long list at the limit', () => {
    const data = dataOf([Array.from({ length: 100_000 }, (_, i) => i)], new List(new Field('element', new Int32(), true)))
    const cell = formatCell({ data, index: 0, field: new Field('c', data.type) }, { limit: 12 })
    assert.deepEqual(cell, { kind: 'nested', text: '[0, 1, 2, 3,', clipped: true })
  })

  it('shows a tagged variant as its JSON, a JSON null being a value', () => {
    const data = dataOf(['{"a":1}', 'null', null], new Utf8())
    assert.deepEqual(texts(data, {}, new Map([['dataflow.type', 'variant']])), ['{"a":1}', 'null', 'NULL'])
  })

  it('reads through a dictionary', () => {
    assert.deepEqual(texts(dataOf(['x', 'y', null, 'x'], new Dictionary(new Utf8(), new Int32()))), ['x', 'y', 'NULL', 'x'])
  })

  it('quotes texts inside of a list but not numbers', () => {
    const data = dataOf([['1', null, '<script>']], new List(new Field('element', new Utf8(), true)))
    assert.equal(texts(data)[0], `[${json('1')}, null, ${json('<script>')}]`)
  })
})
