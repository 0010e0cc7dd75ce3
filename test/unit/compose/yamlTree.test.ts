import assert from 'node:assert/strict'
import { createProblems, plainOf } from '#compose/tree.ts'
import { parseYaml } from '#compose/yamlTree.ts'

describe('YAML', function () {
  this.timeout(10_000)

  it('reads plain scalars as docker compose does, and keeps what it writes of them', () => {
    const texts = '0777 0o17 -0x10 0b11 1_000 08 1000000.0 123456789.5 1.10 1e5 .5 0.00001 -0.0 -.inf .nan 18446744073709551615 1e400'
    const { items } = listOf(`[${texts.split(' ').join(', ')}]`)
    assert.deepEqual(
      items.map(item => (item.kind === 'scalar' ? `${typeof item.value} ${item.text}` : assert.fail())),
      [
        'number 511',
        'number 15',
        'number -16',
        'number 3',
        'number 1000',
        'number 8',
        'number 1e+06',
        'number 1.234567895e+08',
        'number 1.1',
        'number 100000',
        'number 0.5',
        'number 1e-05',
        'number -0',
        'number -Inf',
        'number NaN',
        'number 18446744073709551615',
        'string 1e400',
      ],
    )
    const others = plainOf(listOf(`[yes, On, 10:20, 2024-01-01, "1", '', ~, True, !!str 7, 1.2.3]`))
    assert.deepEqual(others, ['yes', 'On', '10:20', '2024-01-01', '1', '', null, true, '7', '1.2.3'])
  })

  it('puts aliases and merged maps in, each part with the place where it is written', () => {
    const tree = read('base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\nall:\n  y: 5\n  <<: [*b, *m]\nsame: *b\n')
    assert.deepEqual(plainOf(tree), { base: { x: 1, y: 2 }, more: { y: 3, z: 4 }, all: { y: 5, x: 1, z: 4 }, same: { x: 1, y: 2 } })
    const all = tree.kind === 'map' ? tree.entries.get('all')?.value : undefined
    assert.deepEqual(all?.kind === 'map' ? all.entries.get('z')?.key : undefined, { file: 'f', line: 2, column: 17 })
  })

  it('takes an anchor that stands twice as the last before the alias', () => {
    assert.deepEqual(plainOf(read('[&a 1, *a, &a 2, *a]')), [1, 1, 2, 2])
  })

  for (const [what, text] of [
    ['aliases of aliases that grow beyond all measure', growing(40)],
    ['an alias inside of what it stands for', 'a: &a [*a]'],
    ['more text than any file has', 'a'.repeat(200_001)],
    ...['[', '{a: ', '- ', '? ', 'a: ', '"a" ', '&a ', 'x: [\n', 'a:\n '].map(
      unit => [`${JSON.stringify(unit)} without end`, unit.repeat(40_000 / unit.length)] as const,
    ),
  ] as const) {
    it(`refuses ${what} at once`, () => {
      const problems = createProblems()
      const started = performance.now()
      parseYaml(text, 'f', problems)
      assert.ok(problems.errors.length >= 1 && problems.errors.length <= 100, String(problems.errors.length))
      assert.ok(performance.now() - started < 8000, `${performance.now() - started} ms`)
    })
  }
})

function growing(levels: number): string {
  const lines = Array.from({ length: levels }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}]`)
  return ['a0: &a0 x', ...lines].join('\n')
}

function read(text: string) {
  const problems = createProblems()
  const tree = parseYaml(text, 'f', problems)
  assert.deepEqual(problems.errors, [])
  return tree ?? assert.fail()
}

function listOf(text: string) {
  const tree = read(text)
  return tree.kind === 'list' ? tree : assert.fail('no list')
}
