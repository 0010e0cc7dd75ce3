import { substitute, type Variables } from './interpolate.ts'
import { placesIn, type Place, type Problems } from './tree.ts'

interface EnvReading {
  readonly text: string
  readonly placeAt: (offset: number) => Place
  readonly problems: Problems
  readonly values: Map<string, string>
  readonly outside: Variables
}

/**
 * The variables of a `.env` or `env_file`, as docker compose reads them: `KEY=value` or `KEY: value`, `export`, comments, single
 * quotes as they are, double quotes with escapes, variables put in; a name alone takes its value from outside. What `outside`
 * has wins inside values. A line that cannot be read is a problem and ends the reading.
 */
export function parseEnvFile(text: string, file: string, outside: Variables, problems: Problems): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  addEnvFile(values, { text, file }, outside, problems)
  return values
}

/** Adds the variables of a file to those of files before it, which its values may name. */
export function addEnvFile(
  values: Map<string, string>,
  source: { readonly text: string; readonly file: string },
  outside: Variables,
  problems: Problems,
): void {
  const text = source.text.replace(/^\uFEFF/, '')
  const reading: EnvReading = { text, placeAt: placesIn(text, source.file), problems, values, outside }
  let at = 0
  while (at >= 0) at = readStatement(reading, at)
}

const space = String.raw`[\t\v\f\r \u0085\u00A0]`
const blankOrComment = /(?:\s+|#[^\n]*)*/y
const keyStart = new RegExp(String.raw`(?:export\s+)?${space}*`, 'y')
const keyText = new RegExp(String.raw`(?:[\p{L}\p{N}_.\-[\]]|${space})*`, 'uy')

/** Where the next statement begins; -1 at the end. */
function readStatement(reading: EnvReading, from: number): number {
  const start = endOf(keyStart, reading.text, endOf(blankOrComment, reading.text, from))
  if (start >= reading.text.length) return -1
  const keyEnd = endOf(keyText, reading.text, start)
  const name = reading.text.slice(start, keyEnd).trimEnd()
  const separator = reading.text[keyEnd]
  if (separator !== '=' && separator !== ':' && separator !== '\n' && separator !== undefined) {
    return fail(reading, keyEnd, `A variable's name cannot hold ${JSON.stringify(separator)}.`)
  }
  if (name === '' || /\s/.test(name)) return fail(reading, start, 'A line is NAME=value, with a name without spaces.')
  if (separator === undefined || separator === '\n') {
    const value = reading.outside(name)
    if (value !== undefined) reading.values.set(name, value)
    return keyEnd + 1
  }
  return readValue(reading, name, endOf(new RegExp(`${space}*`, 'y'), reading.text, keyEnd + 1))
}

function readValue(reading: EnvReading, name: string, start: number): number {
  const quote = reading.text[start]
  if (quote === '"' || quote === "'") return readQuoted(reading, name, start, quote)
  const newline = reading.text.indexOf('\n', start)
  const end = newline < 0 ? reading.text.length : newline
  const [value = ''] = reading.text.slice(start, end).split(' #')
  return set(reading, name, start, value.trimEnd()) ? end + 1 : -1
}

function readQuoted(reading: EnvReading, name: string, start: number, quote: '"' | "'"): number {
  const pattern = quote === '"' ? /"((?:[^"\\]|\\[^])*)"/y : /'((?:[^'\\]|\\[^])*)'/y
  pattern.lastIndex = start
  const [whole, body] = pattern.exec(reading.text) ?? []
  if (whole === undefined || body === undefined) return fail(reading, start, `The quote ${quote} is not closed.`)
  const value = body.replaceAll(`\\${quote}`, quote)
  if (quote === "'") reading.values.set(name, value)
  else if (!set(reading, name, start, unescape(value))) return -1
  return start + whole.length
}

/** False where the variables in the value cannot be put in. */
function set(reading: EnvReading, name: string, at: number, value: string): boolean {
  const result = substitute(value, variable => reading.outside(variable) ?? reading.values.get(variable))
  if (result.kind === 'failure') return fail(reading, at, result.message) !== -1
  for (const unset of result.unset) reading.problems.warn(reading.placeAt(at), `The variable ${unset} is not set and became an empty text.`)
  reading.values.set(name, result.text)
  return true
}

const escapes: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  c: '\\c',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  $: '$$',
  '"': '"',
  '\\': '\\',
}

function unescape(text: string): string {
  return text.replaceAll(/\\(?:0(\d{0,3})|([abcfnrtv$"\\]))/g, (whole, octal: string | undefined, letter: string) => {
    if (octal === undefined) return escapes[letter] ?? whole
    return /^[0-3][0-7]{2}$/.test(octal) ? String.fromCharCode(Number.parseInt(octal, 8)) : `\\${octal}`
  })
}

function endOf(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from
  return from + (pattern.exec(text)?.[0].length ?? 0)
}

function fail(reading: EnvReading, at: number, message: string): -1 {
  reading.problems.error(reading.placeAt(at), message)
  return -1
}
