import assert from 'node:assert/strict'
import { isProblem } from '#base/errors.ts'
import { parseFilter } from '#delta/filter/filterParse.ts'
import { filterColumns } from '#delta/filter/filterRows.ts'
import type { DeltaStruct, DeltaType } from '#delta/types.ts'

const field = (name: string, type: DeltaType, metadata: Readonly<Record<string, unknown>> = {}) => ({
  name,
  type,
  nullable: true,
  metadata,
})
const schema: DeltaStruct = {
  type: 'struct',
  fields: [
    field('amount', 'decimal(10,2)'),
    field('Country', 'string'),
    field('code', 'string', { __CHAR_VARCHAR_TYPE_STRING: 'char(3)' }),
    field('folded', 'string', { __COLLATIONS: { folded: 'spark.UTF8_LCASE' } }),
    field('isOpen', 'boolean'),
    field('day', 'date'),
    field('at', 'timestamp'),
    field('ratio', 'double'),
    field('raw', 'binary'),
    field('tags', { type: 'array', elementType: 'string', containsNull: true }),
    field('v', 'variant'),
    field('a.b', { type: 'struct', fields: [field('x y', 'long'), field('`', 'integer')] }),
    field('Twin', 'integer'),
    field('twin', 'integer'),
  ],
}
const parse = (text: string) => parseFilter(text, schema)
const to = (text: string) => {
  const filter = parse(text)
  return filter.kind === 'compare' ? filter.to : filter
}
const mistake = (text: string): readonly [number | string | boolean | undefined, string, string | undefined] => {
  try {
    parse(text)
  } catch (error) {
    if (isProblem(error, 'invalid')) return [error.details?.['position'], error.message, error.hint]
    throw error
  }
  return assert.fail(`${text} is taken for a filter`)
}

const names = (text: string) => filterColumns(parse(text)).map(column => column.name)
const textOf = (source: string) => {
  const found = to(`country = ${source}`)
  return 'value' in found && found.value instanceof Uint8Array ? new TextDecoder().decode(found.value) : found
}

describe('text of a filter', () => {
  it('binds NOT closer than AND, and AND closer than OR', () => {
    const filter = parse('isopen OR NOT isOpen and (`isOpen` or TRUE)')
    assert.ok(filter.kind === 'or' && filter.parts.length === 2)
    const [, second] = filter.parts
    assert.deepEqual([second?.kind, second?.kind === 'and' && second.parts.map(part => part.kind)], ['and', ['not', 'or']])
  })

  it('finds columns in any case, with backticks, and members by dots', () => {
    assert.deepEqual(names('AMOUNT = 1 AND country IS NULL'), ['amount', 'Country'])
    assert.deepEqual(names('`a.b`.`x y` = 1 OR `A.B`.```` = 2'), ['a.b.x y', 'a.b.`'])
    assert.deepEqual(names('twin = 1 AND Twin = 2'), ['twin', 'Twin'])
  })

  it('keeps numbers exact, and makes doubles of those that Spark makes doubles of', () => {
    assert.deepEqual(to('amount = 1.005'), { kind: 'units', floor: 100n, isBetween: true })
    assert.deepEqual(to('-90071992547409931234567890.25 < amount'), {
      kind: 'units',
      floor: -9007199254740993123456789025n,
      isBetween: false,
    })
    assert.deepEqual(to('amount = 12L'), { kind: 'units', floor: 1200n, isBetween: false })
    assert.deepEqual(to('amount = 1e2BD'), { kind: 'units', floor: 10_000n, isBetween: false })
    assert.deepEqual(to('amount = 1e2'), { kind: 'double', value: 100, scale: 2 })
    assert.deepEqual(to('ratio = .5'), { kind: 'double', value: 0.5, scale: 0 })
    assert.deepEqual(to('ratio = 0.1F'), { kind: 'double', value: Math.fround(0.1), scale: 0 })
    assert.deepEqual(to("ratio = 'NaN'"), { kind: 'double', value: Number.NaN, scale: 0 })
  })

  it('reads quotes and escapes as Spark does', () => {
    assert.deepEqual(
      [`'it''s'`, `"it's"`, `'it\\'s'`, `'a\\tb\\\\'`, `'\\u00e9\\U0001F986'`, `'\\101'`, `'100\\%'`, `"say ""no"""`].map(textOf),
      ["it's", "it's", "it's", 'a\tb\\', 'é🦆', 'A', '100\\%', 'say "no"'],
    )
  })

  it('reads days and times, in UTC where no zone is given', () => {
    assert.deepEqual(to("day = '1970-01-02'"), { kind: 'units', floor: 1n, isBetween: false })
    assert.deepEqual(to("day = TIMESTAMP'1970-01-02 12:00:00'"), { kind: 'units', floor: 1n, isBetween: true })
    const second = { kind: 'units', floor: 1_000_000n, isBetween: false }
    for (const literal of ["'1970-01-01 00:00:01'", "TIMESTAMP'1970-01-01T00:00:01Z'", "'1969-12-31 21:00:01-03:00'"]) {
      assert.deepEqual(to(`at = ${literal}`), second, literal)
    }
    assert.deepEqual(to("at = DATE'1970-01-02'"), { kind: 'units', floor: 86_400_000_000n, isBetween: false })
  })

  it('compares a char(n) as if the shorter text ended in spaces', () => {
    assert.deepEqual(to("code = 'ab'"), { kind: 'bytes', value: new TextEncoder().encode('ab ') })
    assert.deepEqual(to("code = 'ab   '"), { kind: 'bytes', value: new TextEncoder().encode('ab   '), padTo: 5 })
  })

  it('says where a mistake is and what to write instead', () => {
    assert.deepEqual(mistake('amuont > 1'), [0, 'There is no column amuont, at character 1 of the filter.', 'Did you mean amount?'])
    assert.deepEqual(mistake('amount >'), [
      8,
      'Something is missing, at the end of the filter.',
      'What can stand here: a column or a value.',
    ])
    assert.deepEqual(mistake('  '), [
      2,
      'The filter is empty, at the end of the filter.',
      "Write a condition, as amount > 100 AND country = 'BR'.",
    ])
    assert.deepEqual(mistake('amount > 1 amount'), [
      11,
      'amount is not expected, at character 12 of the filter.',
      'What can stand here: AND, OR or the end.',
    ])
    const wrong: readonly (readonly [string, number, RegExp, RegExp | undefined])[] = [
      ["country = 'x", 10, /text that begins here has no end/, undefined],
      ['TWIN = 1', 0, /several columns TWIN/, /Write Twin or twin/],
      ["amount = 'x'", 9, /amount is of type decimal\(10,2\) and cannot be compared with this/, /a number/],
      ['country = 5', 10, /Country is of type string/, /quotes/],
      ['isOpen = 1', 9, /type boolean/, /TRUE or FALSE/],
      ["day = '2024-13-01'", 6, /type date/, /'2024-02-29'/],
      ["at > 'soon'", 5, /type timestamp/, /UTC unless a zone/],
      ["DATE'x' < day", 4, /"x" is no date/, /DATE'2024-02-29'/],
      ["tags = 'x'", 7, /tags is of type array, which cannot be compared/, /IS NULL/],
      ["v = 'x'", 4, /type variant/, /IS NULL/],
      ["raw = 'x'", 6, /type binary/, /X'00FF'/],
      ["raw = X'0G'", 6, /hexadecimal/, /X'00FF'/],
      ["folded = 'x'", 9, /collation/, /Spark/],
      ['amount = ratio', 9, /Two columns are compared/, /Spark/],
      ['1 = 1', 4, /Two values are compared/, /column/],
      ['upper(country) = 1', 0, /Functions as upper/, /Spark/],
      ['amount', 6, /amount is no condition/, /amount = …/],
      ['country.x = 1', 0, /Country is of type string and has no members/, /struct/],
      ['`a.b`.y = 1', 0, /no column `a\.b`\.y/, /There are: `x y`/],
      ["amount LIKE 'a'", 0, /amount is no text/, undefined],
      ["country LIKE 'a\\\\b'", 13, /stands only before %, _/, /letter/],
      ['amount IN ()', 11, /\) is not expected/, /a column or a value/],
      ['amount = 1;', 10, /";" is not understood/, undefined],
      ['amount = 1e999', 9, /too large for a double/, undefined],
      [`${'('.repeat(300)}isOpen${')'.repeat(300)}`, 201, /nested more than 200/, undefined],
    ]
    for (const [text, position, message, hint] of wrong) {
      const [at, said, advice] = mistake(text)
      assert.equal(at, position, text)
      assert.match(said, message)
      if (hint) assert.match(advice ?? '', hint, text)
    }
  })
})
