/** A piece of a text: as it is, or one character that shows nothing of itself or turns the text around, with its picture. */
export interface Piece {
  readonly text: string
  /** What to show in the character's place. */
  readonly mark?: string
}

/** Controls, invisible spaces, line separators and the marks that reorder text (https://www.unicode.org/reports/tr9/). */
const hidden = /[\p{Cc}\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu
const pictures: Readonly<Record<string, string>> = { '\n': '↵', '\r': '␍', '\t': '⇥', '\u0000': '␀' }

/** The pieces of a text on one line, in order; joined, their texts are the text. */
export function visiblePieces(text: string): readonly Piece[] {
  const pieces: Piece[] = []
  let from = 0
  for (const match of text.matchAll(hidden)) {
    if (match.index > from) pieces.push({ text: text.slice(from, match.index) })
    pieces.push({ text: match[0], mark: pictures[match[0]] ?? codePoint(match[0]) })
    from = match.index + match[0].length
  }
  if (from < text.length || pieces.length === 0) pieces.push({ text: text.slice(from) })
  return pieces
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}
