import assert from 'node:assert/strict'
import { parse } from 'yaml'
import { isProblem } from '#base/errors.ts'
import { diffText } from '#doctor/diffText.ts'
import { changeEnv, changeYaml } from '#doctor/edit.ts'

const file = (port: string): string => `services:\n  a:\n    ports:\n      - ${port}\n`

describe('a change of a compose file', () => {
  it('makes a file that is not there', () => {
    const changed = changeYaml(undefined, [
      { kind: 'set', path: ['services', 'a', 'user'], value: '0:0' },
      { kind: 'set', path: ['services', 'a', 'healthcheck'], value: { test: ['CMD', 'true'], retries: 3 } },
    ])
    assert.equal(
      changed,
      'services:\n  a:\n    user: "0:0"\n    healthcheck:\n      test:\n        - CMD\n        - "true"\n      retries: 3\n',
    )
  })

  it('keeps comments, order and all else of an override', () => {
    const before = `# mine
services:
  # the store
  s3:
    image: old # pinned
    environment:
      A: "1" # first
  b: {}
`
    const after = changeYaml(before, [
      { kind: 'set', path: ['services', 's3', 'image'], value: 'new' },
      { kind: 'set', path: ['services', 's3', 'environment', 'B'], value: '2' },
      { kind: 'set', path: ['services', 'c', 'init'], value: true },
    ])
    assert.equal(
      after,
      `# mine
services:
  # the store
  s3:
    image: new # pinned
    environment:
      A: "1" # first
      B: "2"
  b: {}
  c:
    init: true
`,
    )
  })

  it('sets a variable in a list of them, and makes the long form of dependencies', () => {
    const before = 'services:\n  a:\n    environment:\n      - X=1\n      - Y=2\n    depends_on: [b, c]\n'
    const after = changeYaml(before, [
      { kind: 'set', path: ['services', 'a', 'environment', 'Y'], value: '3' },
      { kind: 'set', path: ['services', 'a', 'environment', 'Z'], value: '4' },
      { kind: 'set', path: ['services', 'a', 'depends_on', 'b', 'condition'], value: 'service_healthy' },
    ])
    assert.deepEqual(parse(after), {
      services: {
        a: {
          environment: ['X=1', 'Y=3', 'Z=4'],
          depends_on: { b: { condition: 'service_healthy' }, c: { condition: 'service_started' } },
        },
      },
    })
  })

  for (const [before, after] of [
    ['80', '127.0.0.1::80'],
    ['"0.0.0.0:80:80"', '127.0.0.1:80:80'],
    ['"[::]:80:80/udp"', '127.0.0.1:80:80/udp'],
    ['${P:-80}:80', '127.0.0.1:${P:-80}:80'],
    ['${P:-80}', '127.0.0.1::${P:-80}'],
    ['8000-8002:9000-9002', '127.0.0.1:8000-8002:9000-9002'],
  ] as const) {
    it(`publishes ${before} as ${after}`, () => {
      assert.equal(changeYaml(file(before), [{ kind: 'port', at: { line: 4, column: 9 }, onLoopback: true }]), file(JSON.stringify(after)))
    })
  }

  it('refuses a file so deep that reading it would end the process', () => {
    const change = { kind: 'set', path: ['services', 'mlflow', 'init'], value: true } as const
    assert.throws(() => changeYaml('? '.repeat(20_000), [change]), { code: 'conflict' })
  })

  it('fills a key without a value', () => {
    assert.deepEqual(parse(changeYaml('services:\n', [{ kind: 'set', path: ['services', 'a', 'image'], value: 'x' }])), {
      services: { a: { image: 'x' } },
    })
  })

  it('publishes ports otherwise and takes keys out where they stand, and touches nothing else', () => {
    const before = `services:
  a:
    ports: ["80:80",   '81:81'] # two
    logging:
      driver: json-file
    expose:
      - "6066"

    image:   x
`
    const after = changeYaml(before, [
      { kind: 'remove', at: { line: 4, column: 5 } },
      { kind: 'port', at: { line: 3, column: 13 }, onLoopback: true },
      { kind: 'remove', at: { line: 6, column: 5 } },
      { kind: 'port', at: { line: 3, column: 24 }, move: { from: 81, to: 91 } },
      { kind: 'port', at: { line: 3, column: 24 }, onLoopback: true },
    ])
    assert.equal(after, `services:\n  a:\n    ports: ["127.0.0.1:80:80",   "127.0.0.1:91:81"] # two\n\n    image:   x\n`)
  })

  for (const [what, text] of [
    ['is no YAML', 'services: ['],
    ['is another', 'services: {}\n'],
  ] as const) {
    it(`is refused where the file ${what}`, () => {
      assert.throws(
        () => changeYaml(text, [{ kind: 'port', at: { line: 3, column: 1 }, onLoopback: true }]),
        (error: unknown) => isProblem(error, 'conflict'),
      )
    })
  }

  it('of .env sets variables in their line, in a commented one, or at the end', () => {
    const before = 'A=1\n#B=2\nexport C: 3'
    assert.equal(changeEnv(before, { C: '$&', B: 'b', A: 'a', D: 'd' }), 'A=a\nB=b\nC=$&\nD=d\n')
    assert.equal(changeEnv(undefined, { A: '1' }), 'A=1\n')
  })

  it('is shown as a diff that holds no secret', () => {
    const before = 'a\nb\nc\nPASSWORD: old\nd\ne\nf\ng\n'
    const after = 'a\nb\nc\nPASSWORD: ${P:?why not}\nd\ne\nf\nG\n- S3_SECRET_KEY=hidden\n'
    assert.equal(
      diffText(before, after),
      '@@ -2 +2 @@\n b\n c\n-PASSWORD: ***\n+PASSWORD: ${P:?why not}\n d\n e\n f\n-g\n+G\n+- S3_SECRET_KEY=***\n',
    )
    assert.equal(diffText('', 'x\n'), '@@ -1 +1 @@\n+x\n')
    assert.equal(diffText('x\n', 'x\n'), '')
  })

  for (const [line, shown] of [
    ['PASSWORD: my hidden words', 'PASSWORD: ***'],
    [String.raw`- "A_TOKEN=hid\"den"`, '- "A_TOKEN=***'],
    ['{ user: a, api_key: hidden }', '{ user: a, api_key: ***'],
    ['SECRET_KEY: ${S3_SECRET_KEY:-hidden}', 'SECRET_KEY: ${S3_SECRET_KEY:-***}'],
    ['SECRET_KEY: "${S3_SECRET_KEY:?why}"', 'SECRET_KEY: "${S3_SECRET_KEY:?why}"'],
    ['STORE: postgres://u:hid@den@db:5432/x', 'STORE: postgres://***@db:5432/x'],
    ['SECRETS:', 'SECRETS:'],
  ] as const) {
    it(`shows the line ${line} as ${shown}`, () => {
      assert.equal(diffText('', `${line}\n`), `@@ -1 +1 @@\n+${shown}\n`)
    })
  }

  it('is shown also where a file is very long', () => {
    const lines = Array.from({ length: 50_000 }, (_, index) => `line ${index}\n`)
    assert.equal(
      diffText(lines.join(''), lines.toSpliced(49_998, 1).join('')),
      '@@ -49997 +49997 @@\n line 49996\n line 49997\n-line 49998\n line 49999\n',
    )
    const others = diffText(lines.join(''), lines.map(line => `other ${line}`).join(''))
    assert.equal(others.split('\n').length, 100_002)
  })
})
