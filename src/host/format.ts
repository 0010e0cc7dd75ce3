import * as vscode from 'vscode'

/** Amounts and times as people read them, in the language of the window. */

/** `1,234`. */
export function formatCount(count: number): string {
  return new Intl.NumberFormat(vscode.env.language).format(count)
}

/** `1.2 MB`, by powers of 1000 as disks and object stores count. */
export function formatBytes(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1)
  const amount = bytes / 1000 ** power
  return new Intl.NumberFormat(vscode.env.language, {
    style: 'unit',
    unit: units[power] ?? 'byte',
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: power === 0 || amount >= 100 ? 0 : 1,
  }).format(amount)
}

/** `24 Nov 2026, 10:24`, in local time. */
export function formatTime(time: number | string): string {
  return new Intl.DateTimeFormat(vscode.env.language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(time))
}

/** `340 ms`, `3.2 s`, `2 min 5 s`, `1 h 4 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return vscode.l10n.t('{0} ms', Math.round(ms))
  if (ms < 60_000) return vscode.l10n.t('{0} s', formatTenths(ms / 1000))
  const seconds = Math.floor(ms / 1000)
  if (ms < 3_600_000) return vscode.l10n.t('{0} min {1} s', Math.floor(seconds / 60), seconds % 60)
  return vscode.l10n.t('{0} h {1} min', Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60)
}

function formatTenths(value: number): string {
  return new Intl.NumberFormat(vscode.env.language, { maximumFractionDigits: 1 }).format(Math.floor(value * 10) / 10)
}
