import assert from 'node:assert/strict'
import { parseEnvFile } from '#compose/dotenv.ts'
import { createProblems } from '#compose/tree.ts'

describe('a .env file', () => {
  it('gives values with quotes, escapes, comments and variables as docker compose does', () => {
    const text = `\uFEFF# comment
A=1
  export B = "x $A\\n\\"q\\" \\$A $$A" # after
C='x $A \\' y'
D=a#b # after
E: like yaml
F=

G
I=\${A}-\${MISSING:-z}-$OUTER
J="several
lines"
K="a\\0101b\\x" L=3
1M=4
N.o=a\\nb\r
OUTER=inside`
    assert.deepEqual(Object.fromEntries(read(text).values), {
      A: '1',
      B: 'x 1\n"q" $A $A',
      C: "x $A ' y",
      D: 'a#b',
      E: 'like yaml',
      F: '',
      G: 'from outside',
      I: '1-z-outer',
      J: 'several\nlines',
      K: 'aAb\\x',
      L: '3',
      '1M': '4',
      'N.o': 'a\\nb',
      OUTER: 'inside',
    })
  })

  for (const [what, text, complaint] of [
    ['an open quote', 'A=1\nB="secret', '2:3 The quote " is not closed.'],
    ['an odd name', 'A=1\n\nB?C=2', `3:2 A variable's name cannot hold "?".`],
    ['a name with a space', 'A B=1', '1:1 A line is NAME=value, with a name without spaces.'],
    ['no name', '=1', '1:1 A line is NAME=value, with a name without spaces.'],
    ['an open brace', 'A=secret${B', '1:3 A ${…} is not closed here or has no name. Write $$ for a plain dollar.'],
  ] as const) {
    it(`with ${what} is told with its place and without its values`, () => {
      const { line, column, message } = read(text).problems.errors[0] ?? assert.fail()
      assert.equal(`${line}:${column} ${message}`, complaint)
    })
  }

  it('warns of variables that are not set', () => {
    assert.deepEqual(
      read('A=$MISSING').problems.warnings.map(({ message }) => message),
      ['The variable MISSING is not set and became an empty text.'],
    )
  })
})

function read(text: string) {
  const problems = createProblems()
  const outside: Readonly<Record<string, string>> = { G: 'from outside', OUTER: 'outer' }
  return { problems, values: parseEnvFile(text, '/p/.env', name => outside[name], problems) }
}
