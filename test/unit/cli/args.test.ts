import assert from 'node:assert/strict'
import { parseCommand, UsageError } from '#cli/args.ts'

const text = { format: { kind: 'text' } } as const

describe('parseCommand', () => {
  it('reads each command with what it takes', () => {
    const parsed = [
      ['tables', 's3://bronze'],
      ['describe', 't', '--version', '3'],
      ['history', 't', '--limit', '5'],
      ['history', 't'],
      ['rows', 't', '--timestamp', '2026-01-02', '--limit', 'all', '--columns', 'a,b', '--columns', 'c d'],
      ['rows', 't', '--where', "a = 'b'"],
      ['files', 't', '--version=0'],
      ['diff', 't', '1', '2'],
      ['diff', 't', '7', '0', '--key', 'a,b', '--key', 'c', '--limit', '3', '--most-bytes', 'all'],
      ['health', 't'],
      ['health', 't', '--version', '2', '--retention', '0.5'],
      ['sql', 'SELECT 1', '--connect', 'sc://host:15002', '--limit', '0'],
      ['sql', '-'],
      ['stack', 'up', '--engine', 'local'],
      ['stack', 'logs'],
      ['stack', 'logs', 's3', '--lines', '7'],
      ['--help'],
      ['rows', '--help'],
      ['help'],
      ['--version'],
    ].map(args => parseCommand(args).command)
    assert.deepEqual(parsed, [
      { kind: 'tables', root: 's3://bronze' },
      { kind: 'describe', table: 't', at: { version: 3 } },
      { kind: 'history', table: 't', limit: 5 },
      { kind: 'history', table: 't', limit: Infinity },
      { kind: 'rows', table: 't', at: { timestamp: '2026-01-02' }, limit: Infinity, columns: ['a', 'b', 'c d'] },
      { kind: 'rows', table: 't', at: {}, limit: 1000, filter: "a = 'b'" },
      { kind: 'files', table: 't', at: { version: 0 } },
      { kind: 'diff', table: 't', from: 1, to: 2, key: [], limit: 20, mostBytes: 268_435_456 },
      { kind: 'diff', table: 't', from: 7, to: 0, key: ['a', 'b', 'c'], limit: 3, mostBytes: Infinity },
      { kind: 'health', table: 't', at: {} },
      { kind: 'health', table: 't', at: { version: 2 }, retentionHours: 0.5 },
      { kind: 'sql', text: 'SELECT 1', limit: 0, connect: 'sc://host:15002' },
      { kind: 'sql', text: '-', limit: 1000 },
      { kind: 'stack', action: 'up' },
      { kind: 'logs', services: ['s3', 'spark-connect'], lines: 100 },
      { kind: 'logs', services: ['s3'], lines: 7 },
      { kind: 'help' },
      { kind: 'help' },
      { kind: 'help' },
      { kind: 'productVersion' },
    ])
  })

  it('reads formats and S3 settings of any command', () => {
    assert.deepEqual(parseCommand(['rows', 't', '--csv']).common, { format: { kind: 'csv' } })
    assert.deepEqual(parseCommand(['rows', 't', '--arrow', '-']).common, { format: { kind: 'arrow', file: '-' } })
    assert.deepEqual(
      parseCommand(['tables', 't', '--json', '--endpoint', 'http://x', '--region', 'eu-1', '--no-path-style', '--project', '/p']).common,
      { format: { kind: 'json' }, endpoint: 'http://x', region: 'eu-1', project: '/p', pathStyle: false },
    )
    assert.deepEqual(parseCommand(['tables', 't', '--path-style']).common, { ...text, pathStyle: true })
  })

  for (const [args, message] of [
    [[], 'A command is missing.'],
    [['nope'], 'There is no command "nope".'],
    [['toString'], 'There is no command "toString".'],
    [['rows'], 'The table is missing.'],
    [['diff', 't', '1'], '"diff" needs a table and two of its versions.'],
    [['diff', 't', '1', 'x'], 'A version is a whole number, not "x".'],
    [['diff', 't', '1', '2', '3'], '"3" is one argument too many; quote a version with spaces.'],
    [['tables', ''], 'The root is missing.'],
    [['rows', 'a', 'b'], '"b" is one argument too many; quote a table with spaces.'],
    [['sql', 'SELECT', '1'], '"1" is one argument too many; quote a statement with spaces.'],
    [['rows', 't', '--version', '1', '--timestamp', 'x'], '--version and --timestamp exclude each other.'],
    [['rows', 't', '--version', '-1'], "Option '--version' argument is ambiguous"],
    [['rows', 't', '--version=-1'], '--version needs a whole number, not "-1".'],
    [['rows', 't', '--version', 'all'], '--version needs a whole number, not "all".'],
    [['rows', 't', '--limit', '1.5'], '--limit needs a whole number or "all", not "1.5".'],
    [['rows', 't', '--limit', '9007199254740993'], '--limit needs a whole number or "all", not "9007199254740993".'],
    [['rows', 't', '--json', '--csv'], '--json, --csv and --arrow exclude each other.'],
    [['rows', 't', '--arrow='], '--arrow needs the name of a file, or - for the standard output.'],
    [['rows', 't', '--nope'], "Unknown option '--nope'"],
    [['tables', 't', '--csv'], '"tables" has no option --csv.'],
    [['sql', 'x', '--version', '1'], '"sql" has no option --version.'],
    [['sql', 'x', '--connect', 'sc://h;token=abc'], 'Give the token in SPARK_CONNECT_AUTHENTICATE_TOKEN, not on the command line.'],
    [['stack'], '"stack" needs one of: up, down, restart, status, logs.'],
    [['stack', 'reset'], '"stack" has no command "reset"; it has up, down, restart, status, logs.'],
    [['stack', 'up', 's3'], '"stack up" is about the whole stack; it takes no service.'],
    [['stack', 'up', '--lines', '3'], '"stack up" has no option --lines.'],
    [['stack', 'logs', 'mlflow'], 'There is no service "mlflow"; there are s3 and spark-connect.'],
    [['stack', 'up', '--engine', 'docker'], 'There is no engine "docker"; this version has "local".'],
  ] as const) {
    it(`refuses ${JSON.stringify(args.join(' '))}`, () => {
      assert.throws(
        () => parseCommand(args),
        error => error instanceof UsageError && error.message.startsWith(message),
      )
    })
  }
})
