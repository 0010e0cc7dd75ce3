import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'

interface Rule {
  readonly begin?: string
  readonly end?: string
  readonly match?: string
  readonly contentName?: string
}

interface Grammar {
  readonly scopeName: string
  readonly injectionSelector: string
  readonly patterns: readonly Rule[]
  readonly repository?: Readonly<Record<string, Rule & { readonly patterns?: readonly Rule[] }>>
}

function grammar(name: string): Grammar {
  // SAFETY: our own file; the tests below read nothing else of it.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return JSON.parse(readFileSync(`syntaxes/${name}.json`, 'utf8')) as Grammar
}

/** An Oniguruma pattern in JavaScript's words: \A is the start of the text. */
function regex(pattern: string | undefined): RegExp {
  assert.ok(pattern)
  return new RegExp(pattern.replaceAll('\\A', '^'), 'd')
}

describe('grammar of spark.sql(…)', () => {
  const { call, text } = grammar('spark-sql').repository ?? {}
  const strings = text?.patterns ?? []

  it('begins at a call of a session and ends after its first argument', () => {
    assert.deepEqual(regex(call?.begin).exec('df = spark . sql(q, args)')?.slice(1), ['spark', '.', 'sql', '('])
    assert.equal(regex(call?.begin).test('print(sparkle.sql)'), false)
    assert.deepEqual(regex(call?.end).exec('q, args)')?.index, 1)
  })

  it('takes strings of one line to their own quote', () => {
    const texts = ['"SELECT \'a\'"', 'f\'SELECT "a"\'', String.raw`"a \" b"`]
    const found = texts.map(source =>
      strings.flatMap(rule => (rule.match === undefined ? [] : [regex(`^(?:${rule.match})$`).test(source)])),
    )
    assert.deepEqual(
      found.map(each => each.filter(Boolean).length),
      [1, 1, 1],
    )
  })

  it('takes strings of several lines, also on the line below the bracket', () => {
    for (const quote of ['"""', "'''"]) {
      const rules = strings.filter(rule => rule.begin !== undefined && regex(`^(?:${rule.begin})`).test(`    f${quote}SELECT`))
      assert.deepEqual(
        rules.map(rule => [rule.contentName, regex(rule.end).exec(`FROM t${quote})`)?.index]),
        [['meta.embedded.inline.sql', 6]],
      )
    }
  })
})

describe('grammar of %%sql cells', () => {
  it('colours a Python cell that begins with the magic, to its end', () => {
    const { cell } = grammar('sql-cell').repository ?? {}
    assert.equal(regex(cell?.begin).exec('%%sql demo')?.[1], '%%sql')
    assert.equal(regex(cell?.begin).test('x = 1 %%sql'), false)
    assert.equal(regex(cell?.begin).test('%%sqlite'), false)
    assert.equal(regex(cell?.end).test('any line'), false)
    assert.equal(cell?.contentName, 'meta.embedded.block.sql')
  })

  it('colours the magic line of an SQL cell', () => {
    const [rule] = grammar('sql-magic').patterns
    assert.equal(regex(rule?.match).exec('  %%sql')?.[1], '%%sql')
  })

  it('is injected where it belongs', () => {
    assert.deepEqual(
      ['spark-sql', 'sql-cell', 'sql-magic'].map(name => grammar(name).scopeName),
      ['dataflow.spark-sql.injection', 'dataflow.sql-cell.injection', 'dataflow.sql-magic.injection'],
    )
    assert.match(grammar('spark-sql').injectionSelector, /^L:source\.python -string -comment/)
  })
})
