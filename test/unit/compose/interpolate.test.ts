import assert from 'node:assert/strict'
import { substitute } from '#compose/interpolate.ts'

const variables: Readonly<Record<string, string>> = { SET: 'set', EMPTY: '', _x1: 'odd' }

describe('variables in a text', () => {
  const table: readonly (readonly [template: string, result: string])[] = [
    ['no variable', 'no variable'],
    ['$SET-$EMPTY-$MISSING', 'set--'],
    ['${SET}${EMPTY}${MISSING}', 'set'],
    ['$_x1.$SETTLED', 'odd.'],
    ['$$SET $${SET} $$$SET', '$SET ${SET} $set'],
    ['$1 $ $- a$', '$1 $ $- a$'],
    ['${SET:-d}${EMPTY:-d}${MISSING:-d}', 'setdd'],
    ['${SET-d}${EMPTY-d}${MISSING-d}', 'setd'],
    ['${SET:+x}${EMPTY:+x}${MISSING:+x}', 'x'],
    ['${SET+x}${EMPTY+x}${MISSING+x}', 'xx'],
    ['${SET:?needed}${EMPTY?needed}', 'set'],
    ['${MISSING:-}', ''],
    ['${MISSING:-${EMPTY:-${SET}}}!', 'set!'],
    ['${MISSING-a:b?c+d-e}', 'a:b?c+d-e'],
    ['${MISSING:-{"a":{"b":1}}} end', '{"a":{"b":1}} end'],
    ['${MISSING:-$$5}', '$5'],
    ['${MISSING:-a} and ${SET}', 'a and set'],
    ['one ${SET}\ntwo ${MISSING:-b}', 'one set\ntwo b'],
  ]
  for (const [template, result] of table) {
    it(`turn ${JSON.stringify(template)} into ${JSON.stringify(result)}`, () => {
      const made = substitute(template, name => variables[name])
      assert.equal(made.kind === 'text' ? made.text : made.message, result)
    })
  }

  it('are named where they are not set and have no default', () => {
    assert.deepEqual(
      substitute('$A ${B} ${C:-$D} ${SET:-$E}', name => variables[name]),
      {
        kind: 'text',
        text: '   set',
        unset: ['A', 'B', 'D'],
      },
    )
  })

  for (const [template, message] of [
    ['${MISSING:?say which}', 'The variable MISSING must have a value: say which. Set it in .env or in the environment.'],
    ['${EMPTY:?}', 'The variable EMPTY must have a value. Set it in .env or in the environment.'],
    ['${MISSING?}', 'The variable MISSING must have a value. Set it in .env or in the environment.'],
    ['${SET:-${MISSING?why}}', 'The variable MISSING must have a value: why. Set it in .env or in the environment.'],
    ['secret ${SET', 'A ${…} is not closed here or has no name. Write $$ for a plain dollar.'],
    ['${}', 'A ${…} is not closed here or has no name. Write $$ for a plain dollar.'],
    ['${1}', 'A ${…} is not closed here or has no name. Write $$ for a plain dollar.'],
    ['${SET!}', 'A ${…} is not closed here or has no name. Write $$ for a plain dollar.'],
    ['${SET:-a\n}', 'A ${…} is not closed here or has no name. Write $$ for a plain dollar.'],
  ] as const) {
    it(`fail in ${JSON.stringify(template)}`, () => {
      assert.deepEqual(
        substitute(template, name => variables[name]),
        { kind: 'failure', message },
      )
    })
  }

  it('are refused where they stand too deep inside each other or grow too long', () => {
    const nested = '${A:-'.repeat(20_000) + '}'.repeat(20_000)
    assert.deepEqual(
      substitute(nested, () => undefined),
      {
        kind: 'failure',
        message: 'Variables stand more than 50 deep inside each other here.',
      },
    )
    const long = substitute('$A'.repeat(1000), () => 'x'.repeat(100_000))
    assert.deepEqual(long, { kind: 'failure', message: 'With its variables this text becomes too long.' })
  })
})
