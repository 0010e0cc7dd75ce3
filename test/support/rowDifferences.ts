import type { Json } from '#arrow/json.ts'
import type { RowsDiff } from '#delta/diff/diffTypes.ts'

type Row = Readonly<Record<string, Json>>

/** The counts of a diff, found the slow way: every row of both versions as text, on the columns that both have. */
export function countDifferences(before: readonly Row[], after: readonly Row[], key: readonly string[]): RowsDiff {
  const names = before[0] && after[0] ? Object.keys(before[0]).filter(name => Object.hasOwn(after[0] ?? {}, name)) : undefined
  const counts = new Map<string, number>()
  for (const row of after) counts.set(textOf(row, names), (counts.get(textOf(row, names)) ?? 0) + 1)
  for (const row of before) counts.set(textOf(row, names), (counts.get(textOf(row, names)) ?? 0) - 1)
  const keys = new Map<string, { added: number; removed: number }>()
  for (const [text, count] of counts) {
    const name = key.length === 0 ? text : keyOf(text, key)
    const sum = keys.get(name) ?? { added: 0, removed: 0 }
    if (count > 0) sum.added += count
    else sum.removed -= count
    keys.set(name, sum)
  }
  const all = [...keys.values()]
  const changed = all.filter(({ added, removed }) => key.length > 0 && added === 1 && removed === 1)
  const total = (which: 'added' | 'removed'): number => all.reduce((sum, each) => sum + each[which], 0) - changed.length
  return { added: total('added'), removed: total('removed'), changed: changed.length }
}

function textOf(row: Row, names: readonly string[] | undefined): string {
  return JSON.stringify((names ?? Object.keys(row)).map(name => [name, unordered(row[name] ?? null)]))
}

/** The entries of maps, sorted: a map has no order. */
function unordered(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  if (!isList(value)) return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, unordered(member)]))
  const items = value.map(unordered)
  const isMap = items.every(item => typeof item === 'object' && item !== null && Object.keys(item).join() === 'key,value')
  return isMap ? items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : items
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

function keyOf(text: string, key: readonly string[]): string {
  // SAFETY: textOf wrote it.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const pairs = JSON.parse(text) as readonly (readonly [string, Json])[]
  return JSON.stringify(key.map(name => pairs.find(([own]) => own === name)?.[1]))
}
