import { LakehouseError } from '#base/errors.ts'

/** A token of a filter; `at` and `end` are positions in its text. */
export interface FilterToken {
  readonly kind: 'word' | 'quotedName' | 'number' | 'text' | 'bytes' | 'symbol' | 'end'
  /** What is meant: without quotes and escapes, bytes as hexadecimal digits. */
  readonly text: string
  readonly at: number
  readonly end: number
}

/**
 * The tokens of a filter, an end last. Quotes and escapes are those of Spark SQL: 'it''s', "it's" and 'it\'s' are the same text,
 * `a``b` is the name a`b. https://spark.apache.org/docs/latest/sql-ref-literals.html
 * @throws LakehouseError `invalid` with the position
 */
export function filterTokens(source: string): readonly FilterToken[] {
  if (source.length > longest) throw misread(source, 0, `A filter has at most ${longest.toLocaleString('en')} characters`)
  const tokens: FilterToken[] = []
  for (let at = skipSpace(source, 0); at < source.length; at = skipSpace(source, tokens.at(-1)?.end ?? 0)) tokens.push(tokenAt(source, at))
  return [...tokens, { kind: 'end', text: '', at: source.length, end: source.length }]
}

/** A mistake in a filter: its sentence, without a full stop, and the position that it is about. */
export function misread(source: string, at: number, sentence: string, hint?: string): LakehouseError {
  const where = at >= source.length ? 'at the end of the filter' : `at character ${at + 1} of the filter`
  return new LakehouseError('invalid', `${sentence}, ${where}.`, { ...(hint === undefined ? {} : { hint }), details: { position: at } })
}

const longest = 100_000
const space = /\s*/y
const word = /[\p{L}_][\p{L}\p{N}_]*/uy
const number = /(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?:BD|[LSYDF])?(?![\p{L}\p{N}_])/iuy
const symbol = /<=>|<>|<=|>=|==|!=|[-+=<>(),.!]/y

function skipSpace(source: string, at: number): number {
  return at + (matchAt(space, source, at)?.length ?? 0)
}

function tokenAt(source: string, at: number): FilterToken {
  const first = source[at] ?? ''
  if (first === "'" || first === '"') return { kind: 'text', ...quoted(source, at, first) }
  if (first === '`') return { kind: 'quotedName', ...quoted(source, at, first) }
  if (/^x['"]/i.test(source.slice(at, at + 2))) return bytesAt(source, at)
  for (const [kind, pattern] of [
    ['number', number],
    ['word', word],
    ['symbol', symbol],
  ] as const) {
    const text = matchAt(pattern, source, at)
    if (text !== undefined) return { kind, text, at, end: at + text.length }
  }
  throw misread(source, at, `${JSON.stringify(String.fromCodePoint(source.codePointAt(at) ?? 0))} is not understood`)
}

function matchAt(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(source)?.[0]
}

function bytesAt(source: string, at: number): FilterToken {
  const { text, end } = quoted(source, at + 1, source[at + 1] ?? "'")
  if (!/^[0-9a-f]*$/i.test(text)) throw misread(source, at, 'Binary is written in hexadecimal digits', "Write it as X'00FF'.")
  return { kind: 'bytes', text: text.length % 2 === 0 ? text : `0${text}`, at, end }
}

function quoted(source: string, at: number, quote: string): { readonly text: string; readonly at: number; readonly end: number } {
  let text = ''
  let i = at + 1
  while (i < source.length) {
    const letter = source[i] ?? ''
    if (letter === quote) {
      if (source[i + 1] !== quote) return { text, at, end: i + 1 }
      text += quote
      i += 2
    } else if (letter === '\\' && quote !== '`' && i + 1 < source.length) {
      const [meant, length] = escaped(source, i)
      text += meant
      i += length
    } else {
      text += letter
      i += 1
    }
  }
  throw misread(source, at, `The ${quote === '`' ? 'name' : 'text'} that begins here has no end`)
}

const escapes: Readonly<Record<string, string>> = { '0': '\0', b: '\b', n: '\n', r: '\r', t: '\t', Z: '\u001A', '%': '\\%', _: '\\_' }

/** What an escape means, and how long it is; `\%` and `\_` stay for LIKE. */
function escaped(source: string, at: number): readonly [string, number] {
  const rest = source.slice(at + 1, at + 10)
  const [coded, short, long, octal] = /^(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2}))/.exec(rest) ?? []
  if (coded === undefined) {
    const letter = String.fromCodePoint(source.codePointAt(at + 1) ?? 0)
    return [escapes[letter] ?? letter, 1 + letter.length]
  }
  const point = octal === undefined ? Number.parseInt(short ?? long ?? '', 16) : Number.parseInt(octal, 8)
  if (point > 0x10_ff_ff) throw misread(source, at, 'There is no such letter')
  return [String.fromCodePoint(point), 1 + coded.length]
}
