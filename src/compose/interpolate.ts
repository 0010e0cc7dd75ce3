import { mapValues, textAt, type Problems, type Tree } from './tree.ts'

/** The value of a variable; undefined where it is not set. */
export type Variables = (name: string) => string | undefined

export type Substitution =
  /** `unset` names the variables that stood there without a default and are not set: they became nothing. */
  | { readonly kind: 'text'; readonly text: string; readonly unset: readonly string[] }
  | { readonly kind: 'failure'; readonly message: string }

/**
 * Puts variables into a text as docker compose does: `$VAR`, `${VAR}`, `${VAR:-default}`, `${VAR-default}`, `${VAR:?message}`,
 * `${VAR?message}`, `${VAR:+other}`, `${VAR+other}`, one inside the other, `$$` for a dollar. A `$` before anything else stays.
 */
export function substitute(text: string, variables: Variables): Substitution {
  return substituteAt(0, text, variables)
}

const mostDepth = 50
const mostCharacters = 1_000_000

/** `depth` is how many variables this text stands inside of. */
function substituteAt(depth: number, text: string, variables: Variables): Substitution {
  if (depth > mostDepth) return { kind: 'failure', message: `Variables stand more than ${mostDepth} deep inside each other here.` }
  const unset: string[] = []
  let result = ''
  let at = 0
  for (let dollar = text.indexOf('$'); dollar >= 0; dollar = text.indexOf('$', at)) {
    result += text.slice(at, dollar)
    const found = readVariable(text, dollar)
    if (found === undefined) return { kind: 'failure', message: brokenMessage }
    const value = valueFor(found, variables, depth)
    if (value.kind === 'failure') return value
    unset.push(...value.unset)
    result += value.text
    if (result.length > mostCharacters) return { kind: 'failure', message: 'With its variables this text becomes too long.' }
    at = found.end
  }
  return { kind: 'text', text: result + text.slice(at), unset }
}

/** The tree with variables put into its texts; keys, numbers and the like stay. */
export function interpolateTree(tree: Tree, variables: Variables, problems: Problems): Tree {
  if (tree.kind === 'list') return { ...tree, items: tree.items.map(item => interpolateTree(item, variables, problems)) }
  if (tree.kind === 'map') return mapValues(tree, (_key, value) => interpolateTree(value, variables, problems))
  if (typeof tree.value !== 'string' || !tree.text.includes('$')) return tree
  const result = substitute(tree.text, variables)
  if (result.kind === 'failure') {
    problems.error(tree.at, result.message)
    return tree
  }
  for (const name of result.unset) problems.warn(tree.at, `The variable ${name} is not set and became an empty text.`)
  return textAt(result.text, tree.at)
}

type Found =
  | { readonly kind: 'literal'; readonly text: string; readonly end: number }
  | { readonly kind: 'variable'; readonly name: string; readonly operator: string; readonly rest: string; readonly end: number }

/** What the `$` at `dollar` begins; undefined where a brace is not closed or holds no name. */
function readVariable(text: string, dollar: number): Found | undefined {
  const next = text[dollar + 1]
  if (next === '$') return { kind: 'literal', text: '$', end: dollar + 2 }
  if (next !== '{') {
    const name = /^[A-Za-z_]\w*/.exec(text.slice(dollar + 1))?.[0]
    if (name === undefined) return { kind: 'literal', text: '$', end: dollar + 1 }
    return { kind: 'variable', name, operator: '', rest: '', end: dollar + 1 + name.length }
  }
  const { name = '', operator = '' } = /^(?<name>[A-Za-z_]\w*)(?<operator>:?[-+?])?/.exec(text.slice(dollar + 2))?.groups ?? {}
  if (name === '') return undefined
  const inner = dollar + 2 + name.length + operator.length
  const close = operator === '' ? (text[inner] === '}' ? inner : -1) : closingBrace(text, dollar + 1)
  return close < 0 ? undefined : { kind: 'variable', name, operator, rest: text.slice(inner, close), end: close + 1 }
}

/**
 * The brace that closes the one at `open`, on its line; braces inside count in pairs, the last on the line closes what is left
 * open. Like compose, the letter behind an opening brace is not looked at.
 */
function closingBrace(text: string, open: number): number {
  const lineEnd = text.indexOf('\n', open)
  const last = text.lastIndexOf('}', lineEnd < 0 ? text.length : lineEnd)
  let depth = 0
  for (let i = open; i <= last; i++) {
    if (text[i] === '{') {
      depth += 1
      i += 1
    } else if (text[i] === '}') {
      depth -= 1
      if (depth === 0) return i
    }
  }
  return last > open ? last : -1
}

function valueFor(found: Found, variables: Variables, depth: number): Substitution {
  if (found.kind === 'literal') return { kind: 'text', text: found.text, unset: [] }
  const { name, operator } = found
  const value = variables(name)
  if (operator === '') return { kind: 'text', text: value ?? '', unset: value === undefined ? [name] : [] }
  const rest = substituteAt(depth + 1, found.rest, variables)
  if (rest.kind === 'failure') return rest
  const isThere = operator.startsWith(':') ? value !== undefined && value !== '' : value !== undefined
  if (operator.endsWith('+')) return isThere ? rest : { kind: 'text', text: value ?? '', unset: [] }
  if (isThere) return { kind: 'text', text: value ?? '', unset: [] }
  if (operator.endsWith('-')) return rest
  return { kind: 'failure', message: requiredMessage(name, rest.text) }
}

function requiredMessage(name: string, reason: string): string {
  const why = `The variable ${name} must have a value`
  return `${why}${reason === '' ? '.' : `: ${reason}${/[.!?]$/.test(reason) ? '' : '.'}`} Set it in .env or in the environment.`
}

/** Without the text, which may be a secret. */
const brokenMessage = 'A ${…} is not closed here or has no name. Write $$ for a plain dollar.'
