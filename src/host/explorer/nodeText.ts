import * as vscode from 'vscode'
import type { ColumnSummary, RowChanges } from '#app/catalogNode.ts'
import { formatCount } from '#host/format.ts'

/** `+560 ~3 −4`: rows added, updated, removed, without those that are zero; empty when nothing changed. */
export function describeChanges({ added, updated, removed }: RowChanges): string {
  return [signed('+', added), signed('~', updated), signed('−', removed)].filter(text => text !== '').join(' ')
}

function signed(sign: string, count: number): string {
  return count === 0 ? '' : `${sign}${formatCount(count)}`
}

export function describeColumn({ type, nullable }: ColumnSummary): string {
  return nullable ? type : vscode.l10n.t('{0}, not null', type)
}

/** The codicon of a column's type in Spark SQL's words: `decimal(10,2)`, `array<string>`. */
export function columnIcon(type: string): string {
  const name = /^[a-z_]+/.exec(type)?.[0] ?? ''
  return Object.entries(iconTypes).find(([, types]) => types.includes(name))?.[0] ?? 'symbol-field'
}

const iconTypes: Readonly<Record<string, readonly string[]>> = {
  'symbol-string': ['string', 'char', 'varchar'],
  'symbol-number': ['tinyint', 'smallint', 'int', 'bigint', 'float', 'double', 'decimal'],
  'symbol-boolean': ['boolean'],
  calendar: ['date', 'timestamp', 'timestamp_ntz'],
  'symbol-array': ['array'],
  'symbol-key': ['map'],
  'symbol-structure': ['struct'],
  'file-binary': ['binary'],
  json: ['variant'],
}
