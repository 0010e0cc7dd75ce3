import { Composer, isAlias, isMap, isScalar, Parser, type Alias, type CST, type ParsedNode, type Scalar, type YAMLMap } from 'yaml'
import { plainScalar } from './scalar.ts'
import { mapOf, placesIn, textAt, type Entry, type Place, type Problems, type Tree } from './tree.ts'

/** Far beyond any compose file: larger ones are not read. */
const mostCharacters = 200_000
/** A tree of more nodes is no compose file but aliases of aliases of aliases. */
const mostNodes = 100_000
const mostDepth = 60

const yamlOptions = { schema: 'failsafe', uniqueKeys: false, prettyErrors: false, logLevel: 'silent' } as const

interface Reading {
  readonly problems: Problems
  readonly placeOf: (node: ParsedNode) => Place
  /** The last node so far with each anchor. */
  readonly anchors: Map<string, ParsedNode>
  /** How many aliases are being put in, one inside the other. */
  aliases: number
  nodes: number
}

/**
 * A YAML text as a tree, with aliases and merge keys put in; undefined where it is no YAML or not one document, which
 * `problems` then tells. Nothing in it is checked against compose.
 */
export function parseYaml(text: string, file: string, problems: Problems): Tree | undefined {
  const start: Place = { file, line: 1, column: 1 }
  if (text.length > mostCharacters) {
    problems.error(start, `The file has ${text.length} characters; at most ${mostCharacters} are read.`)
    return undefined
  }
  // The parser's own counter leaves lines out behind an error.
  const placeAt = placesIn(text, file)
  // A carriage return alone ends a line too, which the parser does not know.
  const tokens = [...new Parser().parse(text.replaceAll(/\r(?!\n)/g, '\n'))]
  const deep = tooDeep(tokens)
  if (deep !== undefined) {
    problems.error(placeAt(deep.offset), `Here the file is more than ${mostDepth} levels deep.`)
    return undefined
  }
  const [document, second] = new Composer(yamlOptions).compose(tokens)
  // What follows the first error mostly follows from it.
  const error = document?.errors[0] ?? second?.errors[0]
  if (error !== undefined) problems.error(placeAt(error.pos[0]), `This is not YAML: ${error.message}.`)
  else if (second !== undefined) {
    problems.error(placeAt(second.range[0]), 'A second YAML document begins here. Put overrides into an override file.')
  }
  if (error !== undefined || second !== undefined) return undefined
  if (document === undefined) return plainScalar('', start)
  const placeOf = ({ range }: ParsedNode): Place => placeAt(range[0])
  return treeOf(document.contents, start, { problems, placeOf, anchors: new Map(), aliases: 0, nodes: 0 }, 0)
}

/**
 * A token that lies deeper than `mostDepth`. The composer calls itself at each level, and a stack that ends inside of a regular
 * expression ends the whole process.
 */
function tooDeep(tokens: readonly CST.Token[]): CST.Token | undefined {
  let level = tokens
  for (let depth = 0; depth <= mostDepth; depth++) level = level.flatMap(tokensIn)
  return level[0]
}

function tokensIn(token: CST.Token): readonly CST.Token[] {
  if (token.type === 'document') return token.value === undefined ? [] : [token.value]
  return 'items' in token ? token.items.flatMap(({ key, value }) => [key, value].filter(part => part != null)) : []
}

/** `fallback` is the place of a node that is not written. */
function treeOf(node: ParsedNode | null, fallback: Place, reading: Reading, depth: number): Tree {
  const at = node === null ? fallback : reading.placeOf(node)
  if (node === null || isExhausted(reading, at, depth)) return plainScalar('', at)
  if (isAlias(node)) return aliasTree(node, at, reading, depth)
  if (reading.aliases === 0 && node.anchor !== undefined) reading.anchors.set(node.anchor, node)
  if (node.tag?.startsWith('!') === true) {
    reading.problems.error(at, `The tag ${node.tag} is not supported. Write the value without it.`)
  }
  if (isScalar(node)) return scalarTree(node, at, reading)
  if (isMap(node)) return mapTree(node, at, reading, depth)
  return { kind: 'list', items: node.items.map(item => treeOf(item, at, reading, depth + 1)), at }
}

function isExhausted(reading: Reading, at: Place, depth: number): boolean {
  if (reading.nodes < mostNodes) {
    reading.nodes += 1
    if (depth < mostDepth && reading.nodes < mostNodes) return false
    reading.problems.error(at, 'The file is too large or too deep once its aliases are put in.')
    reading.nodes = mostNodes
  }
  return true
}

function aliasTree(alias: Alias.Parsed, at: Place, reading: Reading, depth: number): Tree {
  const target = reading.anchors.get(alias.source)
  if (target === undefined) {
    reading.problems.error(at, `There is no anchor &${alias.source} before this alias.`)
    return plainScalar('', at)
  }
  reading.aliases += 1
  const tree = treeOf(target, at, reading, depth + 1)
  reading.aliases -= 1
  return tree
}

function scalarTree({ value, type, tag }: Scalar.Parsed, at: Place, { problems }: Reading): Tree {
  const text = String(value)
  const isText = tag === undefined ? type !== 'PLAIN' : textTags.has(tag)
  if (isText) return textAt(text, at)
  if (/^\d{4}-\d\d?-\d\d?(?:$|[Tt ]\d)/.test(text)) problems.warn(at, 'docker compose refuses a date without quotes. Put it in quotes.')
  const scalar = plainScalar(text, at)
  if (tag !== undefined && typeof scalar.value === 'string')
    problems.error(at, `This is no ${tag.slice(tag.lastIndexOf(':') + 1)}. Remove the tag.`)
  return scalar
}

const textTags: ReadonlySet<string> = new Set(['tag:yaml.org,2002:str', 'tag:yaml.org,2002:binary'])

/** A key that is written wins over one that `<<` brings, and the first map of a list of those over the later ones. */
function mapTree(map: YAMLMap.Parsed, at: Place, reading: Reading, depth: number): Tree {
  const written = new Map<string, Entry>()
  let merge: Entry | undefined
  for (const { key, value } of map.items) {
    if (reading.nodes >= mostNodes) break
    const keyAt = reading.placeOf(key)
    const name = keyText(key, keyAt, reading, depth)
    const entry: Entry = { key: keyAt, value: treeOf(value, keyAt, reading, depth + 1) }
    if (name === undefined) continue
    const isMerge = name === '<<' && isScalar(key) && key.type === 'PLAIN'
    const first = isMerge ? merge : written.get(name)
    if (first) reading.problems.error(keyAt, `The key ${name} stands here twice, first in line ${first.key.line}. Keep one of them.`)
    else if (isMerge) merge = entry
    else written.set(name, entry)
  }
  const merged = merge ? mergedEntries(merge.value, reading).filter(([name]) => !written.has(name)) : []
  // Of one name the first counts, which a map takes from the end.
  return mapOf([...written, ...merged.toReversed()], at)
}

function keyText(key: ParsedNode, at: Place, reading: Reading, depth: number): string | undefined {
  const tree = treeOf(key, at, reading, depth + 1)
  if (tree.kind === 'scalar' && typeof tree.value === 'string') return tree.value
  reading.problems.error(at, 'A key is a text. Put this one in quotes.')
  return undefined
}

function mergedEntries(tree: Tree, reading: Reading): readonly (readonly [string, Entry])[] {
  if (tree.kind === 'map') return [...tree.entries]
  if (tree.kind === 'list' && tree.items.every(item => item.kind === 'map')) return tree.items.flatMap(item => [...item.entries])
  reading.problems.error(tree.at, '`<<` merges a map or a list of maps.')
  return []
}
