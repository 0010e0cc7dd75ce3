/** Lines around a change that show where it is. */
const around = 2

interface Line {
  readonly mark: ' ' | '-' | '+'
  readonly text: string
}

/** The change of a text as a unified diff without a header; values of secret variables are left out. */
export function diffText(before: string, after: string): string {
  const lines = compare(linesOf(before), linesOf(after))
  const shown = lines.map((_line, index) => lines.slice(Math.max(0, index - around), index + around + 1).some(({ mark }) => mark !== ' '))
  let old = 1
  let own = 1
  const text: string[] = []
  for (const [index, { mark, text: line }] of lines.entries()) {
    if (shown[index] === true && shown[index - 1] !== true) text.push(`@@ -${old} +${own} @@`)
    if (shown[index] === true) text.push(`${mark}${withoutSecret(line)}`)
    if (mark !== '+') old += 1
    if (mark !== '-') own += 1
  }
  return text.map(line => `${line}\n`).join('')
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n')
}

/** Far more than a compose file; what changes between so many lines is shown as one piece. */
const mostCells = 4_000_000

/** By the longest common subsequence of what lies between the first and the last change. */
function compare(before: readonly string[], after: readonly string[]): readonly Line[] {
  const shorter = Math.min(before.length, after.length)
  let [start, end] = [0, 0]
  while (start < shorter && before[start] === after[start]) start += 1
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1
  const between = compareAll(before.slice(start, before.length - end), after.slice(start, after.length - end))
  return [...marked(' ', before.slice(0, start)), ...between, ...marked(' ', before.slice(before.length - end))]
}

function marked(mark: Line['mark'], lines: readonly string[]): readonly Line[] {
  return lines.map(text => ({ mark, text }))
}

function compareAll(before: readonly string[], after: readonly string[]): readonly Line[] {
  if (before.length * after.length > mostCells) return [...marked('-', before), ...marked('+', after)]
  const width = after.length + 1
  const common = new Uint32Array((before.length + 1) * width)
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const [down = 0, right = 0, both = 0] = [common[(i + 1) * width + j], common[i * width + j + 1], common[(i + 1) * width + j + 1]]
      common[i * width + j] = before[i] === after[j] ? both + 1 : Math.max(down, right)
    }
  }
  const lines: Line[] = []
  let [i, j] = [0, 0]
  while (i < before.length || j < after.length) {
    const [old, own] = [before[i], after[j]]
    const isOld = i < before.length && (j >= after.length || (common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0))
    if (old !== undefined && old === own) {
      lines.push({ mark: ' ', text: old })
      i += 1
      j += 1
    } else if (isOld) {
      lines.push({ mark: '-', text: old ?? '' })
      i += 1
    } else {
      lines.push({ mark: '+', text: own ?? '' })
      j += 1
    }
  }
  return lines
}

/** What a variable takes from elsewhere is no secret; what stands there, to the end of the line, or is its default, may be one. */
function withoutSecret(line: string): string {
  return line
    .replaceAll(defaults, '$1***')
    .replace(assigned, '$1***')
    .replaceAll(/(?<=:\/\/)[^\s/]*@/g, '***@')
}

const secretName = String.raw`\w*(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|PRIVATE_KEY|CREDENTIAL|API_?KEY)\w*`
const defaults = new RegExp(String.raw`(\$\{${secretName}:?-)[^}$]+`, 'gi')
const assigned = new RegExp(String.raw`((?<!\$\{)\b${secretName}["']?\s*[:=]\s*)(?!\s*["']?\$\{|\s*$).*$`, 'i')
