import type { Json } from '#arrow/json.ts'

/** One record of RFC 4180 with its line end: null is an empty field, empty text is `""`, nested values are JSON. */
export function csvLine(values: readonly Json[]): string {
  return `${values.map(csvField).join(',')}\r\n`
}

function csvField(value: Json): string {
  if (value === null) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
