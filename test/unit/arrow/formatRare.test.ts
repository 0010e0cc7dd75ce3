import assert from 'node:assert/strict'
import {
  DateMillisecond,
  DenseUnion,
  Dictionary,
  Field,
  FixedSizeBinary,
  Float16,
  Int32,
  IntervalDayTime,
  LargeBinary,
  LargeUtf8,
  List,
  makeData,
  SparseUnion,
  TimeMillisecond,
  TimeSecond,
  Utf8,
  Utf8View,
  vectorFromArray,
  type Data,
  type DataType,
} from 'apache-arrow'
import { formatCell } from '#arrow/format.ts'
import { typeName } from '#arrow/typeName.ts'

function texts(data: Data): string[] {
  const field = new Field('c', data.type, true)
  return Array.from({ length: data.length }, (_, index) => formatCell({ data, index, field }).text)
}

function dataOf(values: readonly unknown[], type: DataType): Data {
  const [data] = vectorFromArray(values, type).data
  assert.ok(data)
  return data
}

/** A text view column: length, then the text itself up to twelve bytes, else its beginning, buffer and offset. */
function viewsOf(short: string, long: string): Data {
  const bytes = new TextEncoder().encode(long)
  const views = new Uint8Array(32)
  const view = new DataView(views.buffer)
  view.setInt32(0, short.length, true)
  views.set(new TextEncoder().encode(short), 4)
  view.setInt32(16, bytes.length, true)
  views.set(bytes.subarray(0, 4), 20)
  return makeData({ type: new Utf8View(), length: 2, nullCount: 0, views, variadicBuffers: [bytes] })
}

const unionParts = [
  { type: new Int32(), values: [7, 8] },
  { type: new Utf8(), values: ['x', null] },
]
const unionFields = unionParts.map(({ type }, i) => new Field(`m${i}`, type, true))
const unionChildren = unionParts.map(({ type, values }) => dataOf(values, type))

describe('text of types that are seen rarely', () => {
  it('covers wide and fixed bytes and texts', () => {
    assert.deepEqual(texts(dataOf(['a', null, 'ß'], new LargeUtf8())), ['a', 'NULL', 'ß'])
    assert.deepEqual(texts(dataOf([Uint8Array.of(1, 2)], new LargeBinary())), ['0x0102'])
    assert.deepEqual(texts(dataOf([Uint8Array.of(1, 2), Uint8Array.of(3, 255)], new FixedSizeBinary(2))), ['0x0102', '0x03ff'])
    assert.deepEqual(texts(viewsOf('short', 'a text of more than twelve bytes')), ['short', 'a text of more than twelve bytes'])
  })

  it('covers half floats, their infinities and smallest values', () => {
    const bits = new Uint16Array([0x3c00, 0x2e66, 0xc000, 0x7c00, 0xfc00, 0x7e00, 0x0001, 0x8000])
    const halves = makeData({ type: new Float16(), length: 8, nullCount: 0, data: bits })
    assert.equal(texts(halves).join(' '), '1 0.099975586 -2 Infinity -Infinity NaN 5.9604645e-8 -0')
  })

  it('covers dates and times of other units', () => {
    const dates = makeData({ type: new DateMillisecond(), length: 2, nullCount: 0, data: new BigInt64Array([1577934245123n, -1n]) })
    assert.deepEqual(texts(dates), ['2020-01-02', '1969-12-31'])
    assert.deepEqual(texts(makeData({ type: new TimeSecond(), length: 1, nullCount: 0, data: new Int32Array([3661]) })), ['01:01:01'])
    assert.deepEqual(texts(makeData({ type: new TimeMillisecond(), length: 1, nullCount: 0, data: new Int32Array([1]) })), ['00:00:00.001'])
    const days = makeData({ type: new IntervalDayTime(), length: 2, nullCount: 0, data: new Int32Array([2, 1500, -1, -3_600_000]) })
    assert.deepEqual(texts(days), ['2 days 00:00:01.500', '-1 day -01:00:00'])
  })

  it('covers unions, dense and sparse', () => {
    const typeIds = Int8Array.of(1, 0)
    const dense = makeData({
      type: new DenseUnion([0, 1], unionFields),
      length: 2,
      nullCount: 0,
      typeIds,
      valueOffsets: Int32Array.of(0, 1),
      children: unionChildren,
    })
    assert.deepEqual(texts(dense), ['x', '8'])
    const sparse = makeData({ type: new SparseUnion([0, 1], unionFields), length: 2, nullCount: 0, typeIds, children: unionChildren })
    assert.deepEqual(texts(sparse), ['x', '8'])
    assert.equal(typeName(new Field('c', dense.type)), 'union<m0:int,m1:string>')
  })

  it('covers dictionaries inside of lists', () => {
    const words = dataOf(['b', null, 'a', 'b'], new Dictionary(new Utf8(), new Int32()))
    const type = new List(new Field('element', words.type, true))
    const lists = makeData({ type, length: 2, nullCount: 0, valueOffsets: Int32Array.of(0, 2, 4), child: words })
    assert.deepEqual(texts(lists), ['["b", null]', '["a", "b"]'])
  })
})
