/** JSON text over several lines, indented by two; its tokens stay as they are, so that no digit is lost. */
export function prettyJson(text: string): string {
  let out = ''
  let depth = 0
  for (const [token] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[{[]\s*[}\]]|[{}[\],:]|[^\s{}[\],:"]+/g)) {
    if (token === '{' || token === '[') out += token + line((depth += 1))
    else if (token === '}' || token === ']') out += line((depth -= 1)) + token
    else if (token === ',') out += token + line(depth)
    else out += token === ':' ? ': ' : token.replace(/^([{[])\s+/, '$1')
  }
  return out
}

function line(depth: number): string {
  return `\n${'  '.repeat(depth)}`
}
