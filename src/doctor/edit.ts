import {
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type Pair,
  type Scalar,
  type YAMLSeq,
} from 'yaml'
import { LakehouseError } from '#base/errors.ts'
import { createProblems } from '#compose/tree.ts'
import { parseYaml } from '#compose/yamlTree.ts'
import type { Change, PortMove, Position, YamlValue } from './change.ts'

type Placed = Exclude<Change, { readonly kind: 'set' }>
type Setting = Extract<Change, { readonly kind: 'set' }>

/**
 * A compose file with changes made in it; comments and all else stay. An undefined text is a file that is not there yet.
 *
 * @throws LakehouseError `conflict` where the text is no YAML or not the one that the changes were made for
 */
export function changeYaml(text: string | undefined, changes: readonly Change[]): string {
  const placed = changes.filter(change => change.kind !== 'set')
  const settings = changes.filter(change => change.kind === 'set')
  const spliced = placed.length === 0 ? (text ?? '') : spliceAll(text ?? '', placed)
  return settings.length === 0 ? spliced : setAll(spliced, settings)
}

/** A `.env` with variables set: in their line where they have one, also a commented one, else behind the others. */
export function changeEnv(text: string | undefined, variables: Readonly<Record<string, string>>): string {
  let changed = text ?? ''
  for (const [name, value] of Object.entries(variables)) {
    const line = new RegExp(String.raw`^[ \t]*(?:export[ \t]+)?${name}[ \t]*[=:].*$`, 'm')
    const commented = new RegExp(String.raw`^#[ \t]?${name}=.*$`, 'm')
    const found = [line, commented].find(pattern => pattern.test(changed))
    if (found) changed = changed.replace(found, () => `${name}=${value}`)
    else changed += `${changed === '' || changed.endsWith('\n') ? '' : '\n'}${name}=${value}\n`
  }
  return changed
}

interface Splice {
  readonly from: number
  readonly to: number
  readonly text: string
}

/** From the last to the first, so that the places of the others stay true; changes of one place are one. */
function spliceAll(text: string, changes: readonly Placed[]): string {
  const lines = new LineCounter()
  const document = parse(text, lines)
  const splices = new Map<number, Splice>()
  for (const change of changes) {
    const offset = offsetOf(change.at, lines)
    const splice = change.kind === 'remove' ? removal(document, text, offset) : portSplice(change, document, offset, splices.get(offset))
    splices.set(splice.from, splice)
  }
  const backwards = [...splices.values()].toSorted((a, b) => b.from - a.from)
  return backwards.reduce((result, { from, to, text: instead }) => result.slice(0, from) + instead + result.slice(to), text)
}

function removal(document: Document.Parsed, text: string, offset: number): Splice {
  const pair = pairAt(document, offset)
  if (!pair) throw moved()
  const end = (isScalar(pair.value) || isCollection(pair.value) ? pair.value.range?.[1] : undefined) ?? offset
  const newline = text.indexOf('\n', Math.max(end - 1, offset))
  return { from: text.lastIndexOf('\n', offset - 1) + 1, to: newline < 0 ? text.length : newline + 1, text: '' }
}

/** `before` is what another change of the same port has made of it. */
function portSplice(
  { onLoopback, move }: Extract<Placed, { readonly kind: 'port' }>,
  document: Document.Parsed,
  offset: number,
  before: Splice | undefined,
): Splice {
  const scalar = scalarAt(document, offset)
  if (!scalar?.range) throw moved()
  const written: unknown = before ? JSON.parse(before.text) : scalar.value
  const movedText = move ? movePort(String(written), move) : String(written)
  return { from: offset, to: scalar.range[1], text: JSON.stringify(onLoopback ? toLoopback(movedText) : movedText) }
}

/** `9000:9000` as `9001:9000`; a text that does not name the port stays. */
export function movePort(written: string, { from, to }: PortMove): string {
  return written.replace(new RegExp(String.raw`(^|:)${from}(?=:)`), `$1${to}`)
}

/** `9000:9000`, `0.0.0.0:9000:9000` or `9000` on the loopback address. */
function toLoopback(written: string): string {
  const rest = written.replace(/^(?:0\.0\.0\.0|\[::\]):/, '')
  return rest.replaceAll(/\$\{[^}]*\}/g, '').includes(':') ? `127.0.0.1:${rest}` : `127.0.0.1::${rest}`
}

function scalarAt(document: Document.Parsed, offset: number): Scalar | undefined {
  const found: Scalar[] = []
  visit(document, { Scalar: (_key, node) => void (node.range?.[0] === offset && found.push(node)) })
  return found[0]
}

function pairAt(document: Document.Parsed, offset: number): Pair | undefined {
  const found: Pair[] = []
  visit(document, { Pair: (_key, pair) => void (isScalar(pair.key) && pair.key.range?.[0] === offset && found.push(pair)) })
  return found[0]
}

function offsetOf({ line, column }: Position, { lineStarts }: LineCounter): number {
  return (lineStarts[line - 1] ?? NaN) + column - 1
}

function setAll(text: string, settings: readonly Setting[]): string {
  const document = parse(text, new LineCounter())
  for (const { path, value } of settings) {
    const list = document.getIn(path.slice(0, -1))
    if (isSeq(list)) setInList(document, list, `${path.at(-1)}=`, value)
    else {
      makeMaps(document, path)
      setNode(document, path, nodeOf(document, value))
    }
  }
  return document.toString({ lineWidth: 0 })
}

/** A comment behind a value that is replaced stays. */
function setNode(document: Document.Parsed, path: readonly string[], node: Node): void {
  const before = document.getIn(path, true)
  if (isScalar(before) && isScalar(node) && before.comment) node.comment = before.comment
  document.setIn(path, node)
}

/** Maps on the way: a key without a value (`services:` alone) becomes one, a short list of dependencies its long form. */
function makeMaps(document: Document.Parsed, path: readonly string[]): void {
  if (!isMap(document.contents)) document.set('services', document.createNode({}))
  for (let length = 1; length < path.length; length += 1) {
    const above = path.slice(0, length)
    const found = document.getIn(above)
    if (isSeq(found)) document.setIn(above, document.createNode(longForm(found)))
    else if (!isMap(found)) document.setIn(above, document.createNode({}))
  }
}

function longForm({ items }: YAMLSeq): object {
  const names = items.flatMap(item => (isScalar(item) ? [String(item.value)] : []))
  return Object.fromEntries(names.map(name => [name, { condition: 'service_started' }]))
}

/** `0:0` is a number to base 60 for older readers of YAML. */
function nodeOf(document: Document.Parsed, value: YamlValue): Node {
  const node = document.createNode(value)
  visit(node, {
    Scalar: (_key, scalar) => {
      if (typeof scalar.value === 'string' && /^\d+(?::\d+)+$/.test(scalar.value)) scalar.type = 'QUOTE_DOUBLE'
    },
  })
  return node
}

function setInList(document: Document.Parsed, list: YAMLSeq, prefix: string, value: unknown): void {
  const item = document.createNode(`${prefix}${String(value)}`)
  const index = list.items.findIndex(each => isScalar(each) && String(each.value).startsWith(prefix))
  if (index < 0) list.add(item)
  else list.set(index, item)
}

/** Only what the reader of compose files takes: it refuses depths and sizes that would end the process here. */
function parse(text: string, lineCounter: LineCounter): Document.Parsed {
  if (parseYaml(text, '', createProblems()) === undefined) throw moved()
  const document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: 'silent' })
  if (document.errors.length > 0) throw moved()
  return document
}

function moved(): LakehouseError {
  return new LakehouseError('conflict', 'The file is not what the doctor saw.', { hint: 'Run the doctor again.' })
}
