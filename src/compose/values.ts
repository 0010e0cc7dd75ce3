import { entriesOf, isNull, itemsOf, textOf, type Problems, type Tree } from './tree.ts'

/** A text; numbers and truth values as they are written. Undefined, and a problem, for a list or map. */
export function readText(tree: Tree | undefined, problems: Problems): string | undefined {
  if (tree === undefined) return undefined
  if (tree.kind === 'scalar') return tree.text
  problems.error(tree.at, 'A text is expected here.')
  return undefined
}

export function readBoolean(tree: Tree | undefined, problems: Problems): boolean | undefined {
  if (tree === undefined) return undefined
  const text = textOf(tree).toLowerCase()
  if (['true', 'y', 'yes', 'on'].includes(text)) return true
  if (['false', 'n', 'no', 'off'].includes(text)) return false
  problems.error(tree.at, 'This is true or false.')
  return undefined
}

/** A number of at least `least`, whole unless `kind` says otherwise; quoted or not. */
export function readNumber(
  tree: Tree | undefined,
  problems: Problems,
  least: number,
  kind: 'whole' | 'decimal' = 'whole',
): number | undefined {
  if (tree === undefined) return undefined
  const text = textOf(tree).trim()
  const value = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/.test(text) ? Number(text) : NaN
  if (value >= least && (kind === 'decimal' || Number.isSafeInteger(value))) return value
  problems.error(tree.at, `This is a ${kind === 'whole' ? 'whole number' : 'number'} of at least ${least}.`)
  return undefined
}

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** A duration such as `1m30s` or `500ms` in ms. */
export function readDuration(tree: Tree | undefined, problems: Problems): number | undefined {
  if (tree === undefined) return undefined
  const text = textOf(tree).replace(/^\+/, '')
  if (text === '0') return 0
  if (/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|[smhdw]))+$/.test(text)) {
    const parts = [...text.matchAll(/([\d.]+)([a-zµμ]+)/g)]
    const ms = parts.reduce((sum, [, number, unit]) => sum + Number(number) * (unitMs[unit ?? ''] ?? NaN), 0)
    if (ms <= Number.MAX_SAFE_INTEGER / 1e6) return Math.round(ms * 1e6) / 1e6
  }
  problems.error(tree.at, 'This is a duration with units, such as 30s, 1m30s or 500ms.')
  return undefined
}

/** A size such as `512m`, `1.5g` or a number of bytes. */
export function readBytes(tree: Tree | undefined, problems: Problems): number | undefined {
  if (tree === undefined) return undefined
  const [, number = '', unit = ''] = /^(\d+(?:\.\d*)?|\.\d+) ?(?:([kmgtp])(?:i?b)?|b)?$/i.exec(textOf(tree)) ?? []
  const bytes = Math.floor(Number(number) * 1024 ** ' kmgtp'.indexOf(unit.toLowerCase() || ' '))
  if (number !== '' && Number.isSafeInteger(bytes)) return bytes
  problems.error(tree.at, 'This is a size such as 512m, 2g or a number of bytes.')
  return undefined
}

/** A text or a list of texts as a list. */
export function readTexts(tree: Tree | undefined, problems: Problems): readonly string[] {
  return itemsOf(tree).flatMap(item => readText(item, problems) ?? [])
}

/**
 * Variables, labels or arguments: a map or a list of `KEY=value`. `missing` gives what stands for one without a value; undefined
 * leaves it out.
 */
export function readPairs(
  tree: Tree | undefined,
  problems: Problems,
  missing: (name: string) => string | undefined,
): Record<string, string> {
  const pairs: Record<string, string> = Object.create(null)
  const add = (name: string, value: string | undefined): void => {
    const known = value ?? missing(name)
    if (known !== undefined) pairs[name] = known
  }
  for (const [name, { value }] of entriesOf(tree)) add(name, isNull(value) ? undefined : readText(value, problems))
  for (const item of itemsOf(tree)) {
    const text = textOf(item)
    const equals = text.indexOf('=')
    const name = equals < 0 ? text : text.slice(0, equals)
    if (name === '' || /\s$/.test(name)) problems.error(item.at, 'This is NAME=value, with a name and no space before the equals sign.')
    else add(name, equals < 0 ? undefined : text.slice(equals + 1))
  }
  return { ...pairs }
}

/**
 * A command as its words. A text is split at spaces, with quotes and backslashes as in a shell, but no shell runs it: one that
 * counts on a shell is a problem, because docker compose drops what follows.
 */
export function readCommand(tree: Tree | undefined, problems: Problems): readonly string[] | undefined {
  if (tree === undefined) return undefined
  if (tree.kind !== 'scalar') return readTexts(tree, problems)
  const words = shellWords(tree.text)
  if (typeof words !== 'string') return words
  problems.error(tree.at, words)
  return undefined
}

/** The words of a command line, or what is wrong with it. */
function shellWords(line: string): readonly string[] | string {
  const words: string[] = []
  const token = /\s+|'([^']*)'|"((?:[^"\\]|\\[^])*)"|\\([^])|([;&|<>()`])|([^\s'"\\;&|<>()`]+)|([^])/gy
  let word: string | undefined
  for (const [whole, single, double, escaped, operator, plain, broken] of line.matchAll(token)) {
    if (operator !== undefined)
      return `No shell runs this command, so ${operator} does not work in it. Write ["sh", "-c", "…"] instead, or quote it.`
    if (broken !== undefined) return broken === '\\' ? 'The command ends in a backslash.' : `The quote ${broken} is not closed.`
    const part = single ?? double?.replaceAll(/\\([^])/g, '$1') ?? escaped ?? plain
    if (part !== undefined) word = (word ?? '') + part
    else if (/^\s/.test(whole) && word !== undefined) {
      words.push(word)
      word = undefined
    }
  }
  return word === undefined ? words : [...words, word]
}
