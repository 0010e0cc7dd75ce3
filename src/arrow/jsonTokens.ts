/**
 * The tokens of JSON text, without the space between them. The end of a string is found by a loop: a regular expression runs out
 * of its stack on some million escapes.
 */
export function* jsonTokens(text: string): Generator<string, void> {
  const next = /[{}[\],:"]|[^\s{}[\],:"]+/g
  for (let found = next.exec(text); found; found = next.exec(text)) {
    if (found[0] === '"') next.lastIndex = endOfString(text, found.index)
    yield text.slice(found.index, next.lastIndex)
  }
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === quote) return at + 1
    if (code === backslash) at += 1
  }
  return text.length
}

const quote = 0x22
const backslash = 0x5c
