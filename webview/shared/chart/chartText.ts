import type { AxisKind } from './chartData.ts'

const dayMs = 86_400_000

/** A number in few digits, in the words of a language: `0.0123`, `1.2E-7`, `12,345`. */
export function numberText(value: number, language: string, digits = 6): string {
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  const notation = size !== 0 && (size < 1e-4 || size >= 1e9) ? 'scientific' : 'standard'
  return new Intl.NumberFormat(language, { maximumSignificantDigits: digits, notation }).format(value)
}

/** `10:24:03`, with the day where `span` ms reach over one. */
function timeText(ms: number, language: string, span: number): string {
  if (!isTime(ms)) return String(ms)
  return new Date(ms).toLocaleString(language, {
    ...(span > dayMs ? { month: 'short', day: 'numeric' } : {}),
    hour: '2-digit',
    minute: '2-digit',
    ...(span > dayMs * 3 ? {} : { second: '2-digit' }),
  })
}

/** Day and time to the second, for tables. */
export function momentText(ms: number, language: string): string {
  return isTime(ms) ? new Date(ms).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'medium' }) : String(ms)
}

/** False for what no calendar reaches: a server takes any number. */
function isTime(ms: number): boolean {
  return Math.abs(ms) <= 8.64e15
}

/** `12 min 34 sec`: the two largest units. */
export function lengthText(ms: number, language: string): string {
  const seconds = ms / 1000
  if (seconds < 60) return durationText(seconds, language)
  const parts =
    seconds < 3600
      ? ([
          ['minute', seconds / 60],
          ['second', seconds % 60],
        ] as const)
      : ([
          ['hour', seconds / 3600],
          ['minute', (seconds % 3600) / 60],
        ] as const)
  return parts.map(([unit, value]) => new Intl.NumberFormat(language, { style: 'unit', unit }).format(Math.floor(value))).join(' ')
}

/** `12 sec`, `3.5 min`, `2 hr`: one unit. */
function durationText(seconds: number, language: string): string {
  const [unit, size] = seconds >= 7200 ? (['hour', 3600] as const) : seconds >= 120 ? (['minute', 60] as const) : (['second', 1] as const)
  return new Intl.NumberFormat(language, { style: 'unit', unit, maximumSignificantDigits: 4 }).format(seconds / size)
}

/** An x as a person reads it, on an axis that reaches over `span`. */
export function xText(
  x: number,
  { axis, language, span }: { readonly axis: AxisKind; readonly language: string; readonly span: number },
): string {
  if (axis === 'step') return new Intl.NumberFormat(language, { maximumFractionDigits: 3 }).format(x)
  return axis === 'time' ? timeText(x, language, span) : durationText(x, language)
}
