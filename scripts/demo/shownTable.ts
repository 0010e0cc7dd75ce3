import type { Json } from '#arrow/json.ts'
import type { DemoRow } from '#app/demoTables.ts'
import type { ShownTable } from '../workbench/gridReader.ts'

/** Differences between what a grid shows and what the command line answers, in words; empty when they say the same. */
export function compareRows(shown: ShownTable, expected: readonly DemoRow[]): readonly string[] {
  const found: string[] = []
  if (shown.rows.length !== expected.length) found.push(`${shown.rows.length} rows are shown, ${expected.length} expected`)
  for (const [row, values] of expected.entries()) {
    for (const [column, value] of Object.entries(values)) {
      const text = shown.rows[row]?.[column]
      if (!isSameValue(text, value))
        found.push(`row ${row}, ${column}: ${JSON.stringify(text)} is shown, ${JSON.stringify(value)} expected`)
    }
    if (found.length > 20) break
  }
  return found
}

/** Text of a cell against a JSON value: numbers by value, times by moment, everything else by letter. */
function isSameValue(text: string | null | undefined, value: Json): boolean {
  if (text === undefined) return false
  if (text === null || value === null) return text === value
  if (typeof value === 'number') return Number(text) === value
  return text === value || (typeof value === 'string' && asMoment(text) === asMoment(value))
}

/** `2026-01-02 03:04:05.678901 +00:00` and `2026-01-02T03:04:05.678901Z` are one moment, to the microsecond. */
function asMoment(text: string): string {
  return text
    .replace(/^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?) ?(?:Z|\+00:00)$/, '$1T$2Z')
    .replace(/(\.\d*?)0+Z$/, '$1Z')
    .replace(/\.Z$/, 'Z')
}
