import assert from 'node:assert/strict'
import { parseCommand } from '#cli/args.ts'
import { UsageError } from '#cli/usageError.ts'

const stackCommands = 'up, down, restart, status, logs, plan, scale, remove, reset, doctor'
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
      ['new', 'lake'],
      ['stack', 'up', '--engine', 'local'],
      ['stack', 'down', 'mlflow', 'nginx'],
      ['stack', 'reset', 's3', '--yes'],
      ['stack', 'scale', 'spark-worker', '3'],
      ['stack', 'plan'],
      ['stack', 'plan', 'reset', 's3'],
      ['stack', 'doctor', '--fix', 'imageGone,weakPassword', '--fix', 'portTaken', '-y'],
      ['stack', 'status', '--usage'],
      ['stack', 'logs'],
      ['stack', 'logs', 's3', '--follow', '--lines', '7'],
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
      { kind: 'new', folder: 'lake' },
      { kind: 'change', request: { kind: 'up' }, isConfirmed: false },
      { kind: 'change', request: { kind: 'down', services: ['mlflow', 'nginx'] }, isConfirmed: false },
      { kind: 'change', request: { kind: 'reset', services: ['s3'] }, isConfirmed: true },
      { kind: 'change', request: { kind: 'scale', service: 'spark-worker', count: 3 }, isConfirmed: false },
      { kind: 'plan', request: { kind: 'up' } },
      { kind: 'plan', request: { kind: 'reset', services: ['s3'] } },
      { kind: 'doctor', fixes: ['imageGone', 'weakPassword', 'portTaken'], isConfirmed: true },
      { kind: 'status', withUsage: true },
      { kind: 'logs', services: [], lines: 100, isFollowed: false },
      { kind: 'logs', services: ['s3'], lines: 7, isFollowed: true },
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
    assert.deepEqual(parseCommand(['rows', 's3://b/t', '--engine', 'docker']).common, { ...text, engine: 'docker' })
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
    [['stack'], `"stack" needs one of: ${stackCommands}.`],
    [['stack', 'start'], `"stack" has no command "start"; it has ${stackCommands}.`],
    [['stack', 'status', 's3'], '"stack status" is about the whole stack; it takes no service.'],
    [['stack', 'doctor', 's3'], '"stack doctor" is about the whole stack; it takes no service.'],
    [['stack', 'up', '--fix', 'portTaken'], '"stack up" has no option --fix.'],
    [['stack', 'up', '--lines', '3'], '"stack up" has no option --lines.'],
    [['stack', 'down', '--yes'], '"stack down" has no option --yes.'],
    [['stack', 'scale', 'spark-worker'], '"stack scale" needs a service and a number.'],
    [['stack', 'scale', 'spark-worker', 'two'], '"stack scale" needs a whole number, not "two".'],
    [['stack', 'plan', 'logs'], 'There is no plan of "logs"; there is one of up, down, restart, scale, remove and reset.'],
    [['stack', 'up', '--engine', 'podman'], 'There is no engine "podman"; there are docker, local and auto, which chooses.'],
  ] as const) {
    it(`refuses ${JSON.stringify(args.join(' '))}`, () => {
      assert.throws(
        () => parseCommand(args),
        error => error instanceof UsageError && error.message.startsWith(message),
      )
    })
  }
})
