import assert from 'node:assert/strict'
import {
  Binary,
  Bool,
  DateDay,
  Decimal,
  Dictionary,
  DurationMicrosecond,
  Field,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  Int8,
  IntervalMonthDayNano,
  IntervalYearMonth,
  List,
  Map_,
  Null,
  Struct,
  TimeMicrosecond,
  TimestampMicrosecond,
  Uint8,
  Utf8,
  type DataType,
} from 'apache-arrow'
import { typeName } from '#arrow/typeName.ts'

const nameOf = (type: DataType, metadata?: Map<string, string>): string => typeName(new Field('c', type, true, metadata))

describe('type name of an Arrow field', () => {
  it('speaks Spark SQL for plain types', () => {
    const types = [
      new Null(),
      new Bool(),
      new Int8(),
      new Int16(),
      new Int32(),
      new Int64(),
      new Uint8(),
      new Float32(),
      new Float64(),
      new Decimal(2, 10, 128),
      new Utf8(),
      new Binary(),
      new DateDay(),
      new TimestampMicrosecond('UTC'),
      new TimestampMicrosecond(),
      new TimeMicrosecond(),
      new DurationMicrosecond(),
      new IntervalYearMonth(),
      new IntervalMonthDayNano(),
    ]
    assert.deepEqual(
      types.map(type => nameOf(type)),
      'void boolean tinyint smallint int bigint uint8 float double decimal(10,2) string binary date timestamp timestamp_ntz time'
        .split(' ')
        .concat('interval day to second', 'interval year to month', 'interval'),
    )
  })

  it('names nested types in full and quotes odd field names', () => {
    const point = new Struct([new Field('a', new Int32()), new Field('b c', new List(new Field('element', new Utf8())))])
    assert.equal(nameOf(point), 'struct<a:int,`b c`:array<string>>')
    const entries = new Field(
      'entries',
      new Struct<{ key: Utf8; value: Struct }>([new Field('key', new Utf8()), new Field('value', point)]),
    )
    assert.equal(nameOf(new Map_(entries)), 'map<string,struct<a:int,`b c`:array<string>>>')
    assert.equal(nameOf(new Dictionary(new Utf8(), new Int32())), 'string')
  })

  it('recognises a variant by our tag and by the shape that Spark sends', () => {
    assert.equal(nameOf(new Utf8(), new Map([['dataflow.type', 'variant']])), 'variant')
    const spark = new Struct([new Field('value', new Binary()), new Field('metadata', new Binary(), false, new Map([['variant', 'true']]))])
    assert.equal(nameOf(spark), 'variant')
    assert.equal(nameOf(new Struct([new Field('metadata', new Binary())])), 'struct<metadata:binary>')
  })

  it('shows the precision of a time where Spark tells it', () => {
    assert.equal(nameOf(new TimeMicrosecond(), new Map([['SPARK::time::precision', '6']])), 'time(6)')
  })
})
