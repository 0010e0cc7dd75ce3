import { parseArgs } from 'node:util'
import type { EngineSetting } from '#app/settings.ts'
import type { At } from '#delta/types.ts'
import { stackCommand, stackOptions, type StackCommand } from './stackArgs.ts'
import { limitOf, parseWhole, UsageError, wholeNumber } from './usageError.ts'

/** What the user asked for. */
export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'productVersion' }
  | { readonly kind: 'tables'; readonly root: string }
  | { readonly kind: 'describe'; readonly table: string; readonly at: At }
  | { readonly kind: 'history'; readonly table: string; readonly limit: number }
  | {
      readonly kind: 'rows'
      readonly table: string
      readonly at: At
      readonly limit: number
      readonly columns?: readonly string[]
      readonly filter?: string
    }
  | { readonly kind: 'files'; readonly table: string; readonly at: At }
  | DiffCommand
  | { readonly kind: 'health'; readonly table: string; readonly at: At; readonly retentionHours?: number }
  | { readonly kind: 'sql'; readonly text: string; readonly connect?: string; readonly limit: number }
  | { readonly kind: 'new'; readonly folder: string }
  | StackCommand

export interface DiffCommand {
  readonly kind: 'diff'
  readonly table: string
  readonly from: number
  readonly to: number
  readonly key: readonly string[]
  readonly limit: number
  readonly mostBytes: number
}

/** How the answer is printed. */
export type Format = { readonly kind: 'text' | 'json' | 'csv' } | { readonly kind: 'arrow'; readonly file: string }

/** What every command may be told. */
export interface Common {
  readonly format: Format
  readonly endpoint?: string
  readonly region?: string
  readonly pathStyle?: boolean
  readonly project?: string
  readonly engine?: EngineSetting
}

export interface Parsed {
  readonly command: Command
  readonly common: Common
}

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const

const options = {
  json: flag,
  csv: flag,
  arrow: text,
  version: text,
  timestamp: text,
  limit: text,
  columns: { type: 'string', multiple: true },
  key: { type: 'string', multiple: true },
  'most-bytes': text,
  where: text,
  retention: text,
  connect: text,
  engine: text,
  lines: text,
  follow: { type: 'boolean', short: 'f' },
  usage: flag,
  yes: { type: 'boolean', short: 'y' },
  fix: { type: 'string', multiple: true },
  endpoint: text,
  region: text,
  'path-style': flag,
  project: text,
  help: { type: 'boolean', short: 'h' },
} as const

type Values = ReturnType<typeof parse>['values']
type Option = keyof Values

const shared: readonly Option[] = ['json', 'endpoint', 'region', 'path-style', 'project', 'engine']
const formats: readonly Option[] = ['csv', 'arrow']
const allowed: Readonly<Record<string, readonly Option[]>> = {
  tables: [],
  describe: ['version', 'timestamp'],
  history: ['limit'],
  rows: ['version', 'timestamp', 'limit', 'columns', 'where', ...formats],
  files: ['version', 'timestamp'],
  health: ['version', 'timestamp', 'retention'],
  diff: ['key', 'limit', 'most-bytes'],
  sql: ['connect', 'limit', ...formats],
  new: [],
  stack: stackOptions,
}

const defaultRows = 1000
const defaultSample = 20
const defaultMostBytes = 256 * 1024 * 1024

/** Reads the arguments after the program's name. @throws UsageError */
export function parseCommand(args: readonly string[]): Parsed {
  if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
    return { command: { kind: 'productVersion' }, common: { format: { kind: 'text' } } }
  }
  const { values, positionals } = parse(args)
  const [name, ...rest] = positionals
  if (values.help || name === 'help') return { command: { kind: 'help' }, common: { format: { kind: 'text' } } }
  if (name === undefined) throw new UsageError('A command is missing.')
  const own = Object.hasOwn(allowed, name) ? allowed[name] : undefined
  if (!own) throw new UsageError(`There is no command "${name}".`)
  for (const option of given(values)) {
    if (!own.includes(option) && !shared.includes(option)) throw new UsageError(`"${name}" has no option --${option}.`)
  }
  return { command: commandOf(name, rest, values), common: commonOf(values) }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, allowNegative: true })
  } catch (error) {
    // SAFETY: parseArgs throws TypeErrors whose first sentence is written for the user.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    throw new UsageError((error as Error).message.split('. To specify')[0])
  }
}

function given(values: Values): readonly Option[] {
  // SAFETY: parseArgs is strict, so its keys are those of `options`.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.keys(values) as Option[]
}

function commandOf(name: string, rest: readonly string[], values: Values): Command {
  switch (name) {
    case 'tables':
      return { kind: 'tables', root: only(rest, 'root') }
    case 'describe':
      return { kind: 'describe', table: only(rest, 'table'), at: atOf(values) }
    case 'history':
      return { kind: 'history', table: only(rest, 'table'), limit: limitOf(values.limit, Infinity) }
    case 'rows': {
      const columns = values.columns?.flatMap(list => list.split(','))
      const command = { kind: 'rows', table: only(rest, 'table'), at: atOf(values), limit: limitOf(values.limit, defaultRows) } as const
      return { ...command, ...(columns ? { columns } : {}), ...(values.where === undefined ? {} : { filter: values.where }) }
    }
    case 'files':
      return { kind: 'files', table: only(rest, 'table'), at: atOf(values) }
    case 'diff':
      return diffCommand(rest, values)
    case 'health': {
      const command = { kind: 'health', table: only(rest, 'table'), at: atOf(values) } as const
      return values.retention === undefined ? command : { ...command, retentionHours: hoursOf(values.retention) }
    }
    case 'sql': {
      const command = { kind: 'sql', text: only(rest, 'statement'), limit: limitOf(values.limit, defaultRows) } as const
      return values.connect === undefined ? command : { ...command, connect: connectOf(values.connect) }
    }
    case 'new':
      return { kind: 'new', folder: only(rest, 'folder') }
    default:
      return stackCommand(rest, values)
  }
}

function diffCommand([table, from, to, ...more]: readonly string[], { key = [], limit, 'most-bytes': mostBytes }: Values): DiffCommand {
  if (from === undefined || to === undefined) throw new UsageError('"diff" needs a table and two of its versions.')
  return {
    kind: 'diff',
    table: only([table ?? ''], 'table'),
    from: versionOf(from),
    to: versionOf(only([to, ...more], 'version')),
    key: key.flatMap(list => list.split(',')).filter(name => name !== ''),
    limit: limitOf(limit, defaultSample),
    mostBytes: limitOf(mostBytes, defaultMostBytes, 'most-bytes'),
  }
}

function versionOf(value: string): number {
  const number = parseWhole(value)
  if (number !== undefined) return number
  throw new UsageError(`A version is a whole number, not "${value}".`)
}

function commonOf(values: Values): Common {
  const { endpoint, region, project, 'path-style': pathStyle, engine } = values
  return {
    format: formatOf(values),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(pathStyle === undefined ? {} : { pathStyle }),
    ...(project === undefined ? {} : { project }),
    ...(engine === undefined ? {} : { engine: engineOf(engine) }),
  }
}

function engineOf(value: string): EngineSetting {
  if (value === 'auto' || value === 'docker' || value === 'local') return value
  throw new UsageError(`There is no engine "${value}"; there are docker, local and auto, which chooses.`)
}

function formatOf({ json, csv, arrow }: Values): Format {
  if ([json === true, csv === true, arrow !== undefined].filter(Boolean).length > 1) {
    throw new UsageError('--json, --csv and --arrow exclude each other.')
  }
  if (arrow === '') throw new UsageError('--arrow needs the name of a file, or - for the standard output.')
  if (arrow !== undefined) return { kind: 'arrow', file: arrow }
  return { kind: json ? 'json' : csv ? 'csv' : 'text' }
}

function only(rest: readonly string[], what: string): string {
  const [value, extra] = rest
  if (value === undefined || value === '') throw new UsageError(`The ${what} is missing.`)
  if (extra !== undefined) throw new UsageError(`"${extra}" is one argument too many; quote a ${what} with spaces.`)
  return value
}

function atOf({ version, timestamp }: Values): At {
  if (version !== undefined && timestamp !== undefined) throw new UsageError('--version and --timestamp exclude each other.')
  if (timestamp !== undefined) return { timestamp }
  return version === undefined ? {} : { version: wholeNumber(version, 'version') }
}

function hoursOf(value: string): number {
  const hours = Number(value)
  if (/^\d+(?:\.\d+)?$/.test(value) && Number.isFinite(hours)) return hours
  throw new UsageError(`--retention needs a number of hours, not "${value}".`)
}

/** A token would be seen by everybody on the machine who lists its processes. */
function connectOf(connect: string): string {
  if (/;\s*token=/i.test(connect)) throw new UsageError('Give the token in SPARK_CONNECT_AUTHENTICATE_TOKEN, not on the command line.')
  return connect
}
