import assert from 'node:assert/strict'
import type { AddFile } from '#delta/actions.ts'
import { canBeFalse, canBeTrue, canBeUnknown, outcomesOf } from '#delta/filter/filterBounds.ts'
import { parseFilter } from '#delta/filter/filterParse.ts'
import { partitionBounds, statisticsBounds } from '#delta/filter/filterStats.ts'
import type { DeltaStruct } from '#delta/types.ts'

const fields = Object.entries({
  s: 'string',
  l: 'long',
  d: 'decimal(38,20)',
  f: 'float',
  x: 'double',
  dt: 'date',
  ts: 'timestamp',
  tn: 'timestamp_ntz',
  b: 'boolean',
}).map(([name, type]) => ({ name, type, nullable: true, metadata: {} }))
const code = { name: 'c', type: 'string', nullable: true, metadata: { __CHAR_VARCHAR_TYPE_STRING: 'char(3)' } }
const nested = { name: 'st', type: { type: 'struct', fields }, nullable: true, metadata: {} } as const
const schema: DeltaStruct = { type: 'struct', fields: [...fields, code, nested] }

const fileWith = (stats: string | undefined): AddFile => ({ path: 'f', size: 1, partitionValues: {}, stats, deletionVector: undefined })

/** What a filter can be in a file with these statistics: some of T, F and U. */
function outcomes(text: string, stats: string | undefined): string {
  const found = outcomesOf(parseFilter(text, schema), statisticsBounds(fileWith(stats), 'none'))
  return [found & canBeTrue ? 'T' : '', found & canBeFalse ? 'F' : '', found & canBeUnknown ? 'U' : ''].join('')
}

const within = (text: string, values: AddFile['partitionValues']) =>
  outcomesOf(parseFilter(text, schema), column => partitionBounds(column, values, 'none'))

const between = (name: string, low: string, high: string, nulls = '0') =>
  `{"numRecords":10,"minValues":{"${name}":${low}},"maxValues":{"${name}":${high}},"nullCount":{"${name}":${nulls}}}`

describe('statistics of a file', () => {
  it('exclude what lies outside of them, and make certain what lies within', () => {
    const cases: readonly (readonly [string, string, string])[] = [
      ['l = 5', between('l', '1', '4'), 'F'],
      ['l = 5', between('l', '5', '5'), 'T'],
      ['l >= 5', between('l', '5', '9', '2'), 'TU'],
      ['l < 5', between('l', '5', '9'), 'F'],
      ['l > 5.5', between('l', '1', '5'), 'F'],
      ['l IN (1, 20)', between('l', '5', '9'), 'F'],
      ['NOT l BETWEEN 1 AND 20', between('l', '5', '9'), 'F'],
      ['x < 3', between('x', '5', '9'), 'F'],
      ["dt = '2024-02-29'", between('dt', '"2024-03-01"', '"2024-03-02"'), 'F'],
      ["ts > '2024-01-01 00:00:01Z'", between('ts', '"2024-01-01T00:00:00.000Z"', '"2024-01-01T00:00:00.500Z"'), 'F'],
      ["s LIKE 'b%'", between('s', '"c"', '"d"'), 'F'],
      ['l IS NULL', between('l', '1', '2'), 'F'],
      ['l IS NULL', '{"numRecords":10,"nullCount":{"l":10}}', 'T'],
      ['l = 1', '{"numRecords":10,"nullCount":{"l":10}}', 'U'],
      ['b', between('b', 'false', 'false'), 'F'],
      ['st.l = 5', '{"numRecords":10,"minValues":{"st":{"l":6}},"maxValues":{"st":{"l":6}},"nullCount":{"st":{"l":0}}}', 'F'],
    ]
    for (const [text, stats, expected] of cases) assert.equal(outcomes(text, stats), expected, `${text} in ${stats}`)
  })

  it('exclude nothing by a text that was cut through a letter', () => {
    for (const text of ["s = 'abc😀'", "s > 'abc'"]) assert.match(outcomes(text, between('s', '"abc"', '"abc\\ud83d"')), /T/, text)
  })

  it('exclude nothing by more than they say', () => {
    const cases: readonly (readonly [string, string])[] = [
      ["s = 'abcd'", between('s', '"a"', '"abc"')],
      ["s > 'abc'", between('s', '"a"', '"abc"')],
      ["s LIKE 'abcd%'", between('s', '"a"', '"abc"')],
      ["s = 'zz'", between('s', '"a"', '"a\u{FFFD}b"')],
      ["ts = '2024-01-01 00:00:00.123999Z'", between('ts', '"2024-01-01T00:00:00.000Z"', '"2024-01-01T00:00:00.123Z"')],
      ["ts = '2020-01-01'", between('ts', '"2024-01-01T00:00:00.000"', '"2024-01-01T00:00:00.123"')],
      ["tn = '2024-01-01 00:00:00.123999'", between('tn', '"2024-01-01T00:00:00.000"', '"2024-01-01T00:00:00.123"')],
      ['x > 10', between('x', '1', '5')],
      ["x = 'NaN'", between('x', '1', '5')],
      ['NOT x < 10', between('x', '1', '5')],
      ['f = 0.10000000149011612', between('f', '0.1', '0.1')],
      ['l = 9007199254740993', between('l', '1', '9007199254740993')],
      ['l > 9007199254740992', between('l', '1', '9007199254740993')],
      ['d > 1', between('d', '1.00000000000000000001', '1.00000000000000000001')],
      ['d < 0.3', between('d', '0.29999999999999999999', '0.3')],
      ["c = 'ab'", between('c', '"ab"', '"ab"')],
      ['l = 5', between('l', '9', '1')],
      ['l = 5', between('l', '"9"', '"9"')],
      ['l IS NOT NULL', between('l', '1', '2', '10')],
      ['l IS NULL', between('l', '1', '2', '-1')],
      ['l = 5', 'no JSON'],
      ['l = 5', '{"numRecords":10}'],
      ["dt = '2024-01-01'", between('dt', '"soon"', '"later"')],
    ]
    for (const [text, stats] of cases) assert.match(outcomes(text, stats), /T/, `${text} in ${stats}`)
    assert.equal(outcomes('l = 5', undefined), 'TFU')
  })

  it('of a partition are one value, or none', () => {
    assert.equal(within("x = 'NaN' AND x > 5", { x: 'NaN' }), canBeTrue)
    assert.equal(within('x = 0', { x: '-0.0' }), canBeTrue)
    assert.equal(within("c = 'ab     '", { c: 'ab' }), canBeTrue)
    assert.equal(within("s <> 'a'", { s: '' }), canBeUnknown)
    assert.equal(within("ts = '2024-01-01 00:00:00'", { ts: '2024-01-01T00:00:00.000000Z' }), canBeTrue)
    assert.equal(within('l = 1', { l: 'one' }) & canBeTrue, canBeTrue)
  })
})
