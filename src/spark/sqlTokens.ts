/**
 * The tokens of Spark SQL that matter for finding statements and their main verb, by the rules of Spark's own lexer
 * (SqlBaseLexer.g4): strings with backslash escapes or raw (`r'…'`), doubled quotes, back-quoted names, `$tag$…$tag$` text,
 * line comments that a backslash carries on, nested block comments. A hint (slash, star, plus) is no comment.
 */
export interface SqlToken {
  /** A bare word, a quoted text or name, or one other character. */
  readonly kind: 'word' | 'quoted' | 'symbol'
  /** Upper case for a word; the character for a symbol; empty for a quoted one. */
  readonly text: string
  /** UTF-16 offsets [start, end). */
  readonly start: number
  readonly end: number
}

const skipped = /(?:\s+|--(?:\\\n|[^\r\n])*)+/uy
/** What is not closed reaches to the end of the text. A loop in a loop: one over single characters keeps a place to go back to for each. */
const quoted =
  /r'[^']*(?:'|$)|r"[^"]*(?:"|$)|'[^'\\]*(?:(?:\\.|'')[^'\\]*)*(?:'|\\?$)|"[^"\\]*(?:(?:\\.|"")[^"\\]*)*(?:"|\\?$)|`[^`]*(?:``[^`]*)*(?:`|$)/isuy
const dollarTag = /\$[a-z]*\$/iy
const word = /[\p{L}\p{N}_]+/uy

/** The tokens of a text in order, comments and white space left out. */
export function* tokens(text: string): Generator<SqlToken> {
  let at = skip(text, 0)
  while (at < text.length) {
    const token = readToken(text, at)
    yield token
    at = skip(text, token.end)
  }
}

function readToken(text: string, start: number): SqlToken {
  const quote = match(quoted, text, start)
  if (quote > start) return { kind: 'quoted', text: '', start, end: quote }
  const opened = match(dollarTag, text, start)
  if (opened > start) {
    const closed = text.indexOf(text.slice(start, opened), opened)
    return { kind: 'quoted', text: '', start, end: closed < 0 ? text.length : closed + opened - start }
  }
  const end = match(word, text, start)
  if (end > start) return { kind: 'word', text: text.slice(start, end).toUpperCase(), start, end }
  return { kind: 'symbol', text: text.charAt(start), start, end: start + 1 }
}

function skip(text: string, from: number): number {
  let at = from
  for (;;) {
    const blank = match(skipped, text, at)
    const next = isComment(text, blank) ? endOfComment(text, blank) : blank
    if (next === at) return at
    at = next
  }
}

function isComment(text: string, at: number): boolean {
  return text.startsWith('/*', at) && text[at + 2] !== '+'
}

function endOfComment(text: string, start: number): number {
  let depth = 1
  let at = start + 2
  while (depth > 0 && at < text.length) {
    if (text.startsWith('*/', at)) depth -= 1
    else if (isComment(text, at)) depth += 1
    else {
      at += 1
      continue
    }
    at += 2
  }
  return Math.min(at, text.length)
}

/** End of the match at exactly `at`; `at` itself when there is none. */
function match(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}
