import { jsonTokens } from './jsonTokens.ts'

/** JSON text over several lines, indented by two; its tokens stay as they are, so that no digit is lost. */
export function prettyJson(text: string): string {
  let out = ''
  let depth = 0
  let before = ''
  for (const token of jsonTokens(text)) {
    const isFirst = before === '{' || before === '['
    const isClosing = token === '}' || token === ']'
    if (isClosing) depth -= 1
    if (isFirst !== isClosing) out += line(depth)
    if (token === '{' || token === '[') depth += 1
    out += token === ':' ? ': ' : token
    if (token === ',') out += line(depth)
    before = token
  }
  return out
}

function line(depth: number): string {
  return `\n${'  '.repeat(depth)}`
}
