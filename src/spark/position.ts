/** One statement inside the text of a cell: UTF-16 offsets [start, end). */
export interface StatementText {
  readonly whole: string
  readonly start: number
  readonly end: number
}

/** Where in the whole text: UTF-16 offsets [start, end); line and column count from 1. */
export interface Position {
  readonly start: number
  readonly end: number
  readonly line: number
  readonly column: number
}

/** Spark's query context (0-based code points of the statement, both ends inclusive) as a position. */
export function positionOfRange(statement: StatementText, first: number, last: number): Position {
  const text = statement.whole.slice(statement.start, statement.end)
  const start = statement.start + utf16Offset(text, first)
  return positionAt(statement.whole, start, statement.start + utf16Offset(text, last + 1))
}

/** Spark's `(line L, pos P)` (line from 1, code points from 0) as a position of no more than the character there. */
export function positionOfLine(statement: StatementText, line: number, pos: number): Position {
  const text = statement.whole.slice(statement.start, statement.end)
  let offset = 0
  for (let left = line; left > 1; left -= 1) {
    const newline = text.indexOf('\n', offset)
    if (newline < 0) break
    offset = newline + 1
  }
  const start = offset + utf16Offset(text.slice(offset), pos)
  return positionAt(statement.whole, statement.start + start, Math.min(statement.end, statement.start + start + 1))
}

function positionAt(whole: string, start: number, end: number): Position {
  const before = whole.slice(0, start)
  return { start, end, line: before.split('\n').length, column: start - before.lastIndexOf('\n') }
}

/** UTF-16 offset of the code point at `count`; the length of the text when it has fewer. */
function utf16Offset(text: string, count: number): number {
  let offset = 0
  for (let left = count; left > 0 && offset < text.length; left -= 1) offset += (text.codePointAt(offset) ?? 0) > 0xff_ff ? 2 : 1
  return offset
}
