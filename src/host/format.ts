import * as vscode from 'vscode'
import { byteText } from '#base/byteText.ts'

/** Amounts and times as people read them, in the language of the window. */

/** `1,234`. */
export function formatCount(count: number): string {
  return new Intl.NumberFormat(vscode.env.language).format(count)
}

/** `1.2 MB`. */
export function formatBytes(bytes: number): string {
  return byteText(bytes, vscode.env.language)
}

/** As short as it is clear today: `10:24`, `Nov 23, 10:24`, `Dec 31, 2025, 10:24`; local time. */
export function formatTime(time: number | string, now: number): string {
  const [at, today] = [new Date(time), new Date(now)]
  const isSameYear = at.getFullYear() === today.getFullYear()
  const isToday = isSameYear && at.getMonth() === today.getMonth() && at.getDate() === today.getDate()
  return new Intl.DateTimeFormat(vscode.env.language, {
    hour: '2-digit',
    minute: '2-digit',
    ...(isToday ? {} : { day: 'numeric', month: 'short' }),
    ...(isSameYear ? {} : { year: 'numeric' }),
  }).format(at)
}

/** `340 ms`, `3.2 s`, `2 min 5 s`, `1 h 4 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return vscode.l10n.t('{0} ms', Math.round(ms))
  if (ms < 60_000) return vscode.l10n.t('{0} s', formatTenths(ms / 1000))
  const seconds = Math.floor(ms / 1000)
  if (ms < 3_600_000) return vscode.l10n.t('{0} min {1} s', Math.floor(seconds / 60), seconds % 60)
  return vscode.l10n.t('{0} h {1} min', Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60)
}

/** `< 1 min`, `34 min`, `5 h`, `2 d`: one unit, for what goes on. */
export function formatAge(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 1) return vscode.l10n.t('< 1 min')
  if (minutes < 60) return vscode.l10n.t('{0} min', minutes)
  return minutes < 48 * 60 ? vscode.l10n.t('{0} h', Math.floor(minutes / 60)) : vscode.l10n.t('{0} d', Math.floor(minutes / 1440))
}

function formatTenths(value: number): string {
  return new Intl.NumberFormat(vscode.env.language, { maximumFractionDigits: 1 }).format(Math.floor(value * 10) / 10)
}
