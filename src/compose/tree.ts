import type { Diagnostic } from './project.ts'

/** Where something stands in a file; line and column from 1. */
export type Place = Pick<Diagnostic, 'file' | 'line' | 'column'>

/** A compose file as a tree in which everything knows its place. */
export type Tree = ScalarTree | ListTree | MapTree

export interface ScalarTree {
  readonly kind: 'scalar'
  readonly value: string | number | boolean | null
  /** The value as compose writes it where a text is wanted; empty for null. */
  readonly text: string
  readonly at: Place
}

export interface ListTree {
  readonly kind: 'list'
  readonly items: readonly Tree[]
  readonly at: Place
}

export interface MapTree {
  readonly kind: 'map'
  readonly entries: ReadonlyMap<string, Entry>
  readonly at: Place
}

export interface Entry {
  /** Where the key stands. */
  readonly key: Place
  readonly value: Tree
}

/** What is found while a file is read; nothing is thrown. */
export interface Problems {
  /** The file cannot be used. */
  error(at: Place, message: string): void
  /** The file can be used, with this to know. */
  warn(at: Place, message: string): void
}

/** Collects problems, each once and the first hundred, errors and warnings apart. */
export function createProblems(): Problems & { readonly errors: Diagnostic[]; readonly warnings: Diagnostic[] } {
  const errors: Diagnostic[] = []
  const warnings: Diagnostic[] = []
  return {
    errors,
    warnings,
    error: (at, message) => addOnce(errors, { ...at, message }),
    warn: (at, message) => addOnce(warnings, { ...at, message }),
  }
}

/** More of them help nobody. */
const mostProblems = 100

function addOnce(list: Diagnostic[], { file, line, column, message }: Diagnostic): void {
  const isSame = (other: Diagnostic): boolean =>
    other.line === line && other.column === column && other.file === file && other.message === message
  if (list.length < mostProblems && !list.some(isSame)) list.push({ file, line, column, message })
}

/** Gives the place of an offset of a text; lines end as in an editor. */
export function placesIn(text: string, file: string): (offset: number) => Place {
  const starts = [0, ...[...text.matchAll(/\r\n|\r|\n/g)].map(({ index, 0: end }) => index + end.length)]
  return offset => {
    let [low, high] = [0, starts.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { file, line: low + 1, column: Math.min(offset, text.length) - (starts[low] ?? 0) + 1 }
  }
}

/** A text at a place. */
export function textAt(text: string, at: Place): ScalarTree {
  return { kind: 'scalar', value: text, text, at }
}

export function mapOf(entries: Iterable<readonly [string, Entry]>, at: Place): MapTree {
  return { kind: 'map', entries: new Map(entries), at }
}

/** The value of a key; undefined where it is missing or null. */
export function valueOf(map: MapTree, key: string): Tree | undefined {
  const value = map.entries.get(key)?.value
  return value === undefined || isNull(value) ? undefined : value
}

export function isNull(tree: Tree): boolean {
  return tree.kind === 'scalar' && tree.value === null
}

/** The entries of a map; none for anything else. */
export function entriesOf(tree: Tree | undefined): readonly (readonly [string, Entry])[] {
  return tree?.kind === 'map' ? [...tree.entries] : []
}

/** The items of a list, or a single scalar as the only one. */
export function itemsOf(tree: Tree | undefined): readonly Tree[] {
  if (tree?.kind === 'list') return tree.items
  return tree?.kind === 'scalar' && tree.value !== null ? [tree] : []
}

/** The tree as plain data. */
export function plainOf(tree: Tree): unknown {
  if (tree.kind === 'scalar') return tree.value
  if (tree.kind === 'list') return tree.items.map(plainOf)
  return Object.fromEntries([...tree.entries].map(([key, { value }]) => [key, plainOf(value)]))
}

/** The text of a scalar; empty for what is none. */
export function textOf(tree: Tree | undefined): string {
  return tree?.kind === 'scalar' ? tree.text : ''
}

/** The map with each value changed; what is no map stays. */
export function mapValues(tree: Tree, change: (key: string, value: Tree) => Tree): Tree {
  if (tree.kind !== 'map') return tree
  return mapOf(
    [...tree.entries].map(([key, entry]) => [key, { key: entry.key, value: change(key, entry.value) }]),
    tree.at,
  )
}
