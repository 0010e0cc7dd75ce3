import { Lru } from '#base/lru.ts'
import { floorDiv } from '#base/floorDiv.ts'
import { dateText } from './time.ts'

/**
 * Dates and times as text, exact to the unit of the column. A fraction has as many digits as it needs of 3, 6 or 9, none when it is zero.
 * A timestamp with a zone ends in `Z` for UTC and in its offset elsewhere (RFC 3339, with a space for the T).
 */

/** Sub-second digits of a column's unit: 0 seconds, 3 milli, 6 micro, 9 nano. */
export type FractionDigits = 0 | 3 | 6 | 9

const daySeconds = 86_400n
/** Whole seconds beyond which a JavaScript Date, and so a named zone, has no answer. */
const lastDateSecond = 8_640_000_000_000
const fixedOffset = /^(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d{2}))?(?::?(\d{2}))?$/
const utcNames: ReadonlySet<string> = new Set(['UTC', 'Etc/UTC', 'Z', 'GMT', 'Etc/GMT', 'UT', 'Zulu', 'Etc/UCT', 'UCT'])
/** Offsets are kept for this long a stretch, when it holds no change of the clock. */
const bucketSeconds = 3600

/** The wall clock of `zone`, or the stored one when the column has no zone (it is never shifted). */
export function timestampText(value: bigint, digits: FractionDigits, zone: string | null): string {
  const { whole, rest } = split(value, digits)
  if (zone === null) return wallClock(whole, rest, digits)
  const offset = offsetSeconds(zone, whole)
  return wallClock(whole + BigInt(offset), rest, digits) + (offset === 0 ? 'Z' : offsetText(offset))
}

/** A time of day, `HH:MM:SS` and the fraction. */
export function timeText(value: bigint, digits: FractionDigits): string {
  const { whole, rest } = split(value, digits)
  return clock(Number(whole)) + fraction(rest, digits)
}

/** A length of time such as `1 day 02:03:04.500`; each part carries the sign. */
export function durationText(value: bigint, digits: FractionDigits): string {
  const sign = value < 0n ? '-' : ''
  const { whole, rest } = split(value < 0n ? -value : value, digits)
  const days = whole / daySeconds
  const clockPart = clock(Number(whole % daySeconds)) + fraction(rest, digits)
  if (days === 0n) return sign + clockPart
  const dayPart = `${sign}${days} ${days === 1n ? 'day' : 'days'}`
  return whole % daySeconds === 0n && rest === 0n ? dayPart : `${dayPart} ${sign}${clockPart}`
}

/** Calendar parts such as `1 year 2 months 3 days 04:05:06`; zero parts are left out, all zero is `00:00:00`. */
export function intervalText(months: number, days: number, clockValue: bigint, digits: FractionDigits): string {
  const parts = [counted(Math.trunc(months / 12), 'year'), counted(months % 12, 'month'), counted(days, 'day')]
  if (clockValue !== 0n) parts.push(hoursText(clockValue, digits))
  return parts.filter(part => part !== '').join(' ') || '00:00:00'
}

function hoursText(value: bigint, digits: FractionDigits): string {
  const { whole, rest } = split(value < 0n ? -value : value, digits)
  const text = `${String(whole / 3600n).padStart(2, '0')}:${two(Number((whole / 60n) % 60n))}:${two(Number(whole % 60n))}`
  return (value < 0n ? '-' : '') + text + fraction(rest, digits)
}

function counted(count: number, unit: string): string {
  if (count === 0) return ''
  return `${count} ${unit}${Math.abs(count) === 1 ? '' : 's'}`
}

function split(value: bigint, digits: FractionDigits): { readonly whole: bigint; readonly rest: bigint } {
  const perSecond = 10n ** BigInt(digits)
  const whole = floorDiv(value, perSecond)
  return { whole, rest: value - whole * perSecond }
}

function wallClock(seconds: bigint, rest: bigint, digits: FractionDigits): string {
  const days = floorDiv(seconds, daySeconds)
  return `${dateText(Number(days))} ${clock(Number(seconds - days * daySeconds))}${fraction(rest, digits)}`
}

function clock(seconds: number): string {
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}

function fraction(rest: bigint, digits: FractionDigits): string {
  if (rest === 0n) return ''
  return `.${String(rest).padStart(digits, '0')}`.replace(/(?:000)+$/, '')
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value)
}

function offsetText(offset: number): string {
  const size = Math.abs(offset)
  const seconds = size % 60
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(size / 3600))}:${two(Math.floor(size / 60) % 60)}${seconds ? `:${two(seconds)}` : ''}`
}

const zones = new Map<string, (seconds: number) => number>()

/** Seconds east of UTC at an instant; 0 for a zone that nobody knows, so that what is shown stays the right instant. */
function offsetSeconds(zone: string, seconds: bigint): number {
  let offsetAt = zones.get(zone)
  if (!offsetAt) {
    offsetAt = createZone(zone)
    zones.set(zone, offsetAt)
  }
  return offsetAt(Number(seconds))
}

function createZone(zone: string): (seconds: number) => number {
  if (utcNames.has(zone)) return () => 0
  const fixed = fixedOffset.exec(zone)
  if (fixed) {
    const size = Number(fixed[2]) * 3600 + Number(fixed[3] ?? 0) * 60 + Number(fixed[4] ?? 0)
    return () => (fixed[1] === '-' ? -size : size)
  }
  return namedZone(zone) ?? (() => 0)
}

function namedZone(zone: string): ((seconds: number) => number) | undefined {
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
  const known = new Lru<number, number>(1000)
  return seconds => {
    if (Math.abs(seconds) > lastDateSecond) return 0
    const bucket = Math.floor(seconds / bucketSeconds)
    const cached = known.get(bucket)
    if (cached !== undefined) return cached
    const start = offsetOf(format, bucket * bucketSeconds)
    if (start !== offsetOf(format, (bucket + 1) * bucketSeconds)) return offsetOf(format, seconds)
    known.set(bucket, start)
    return start
  }
}

/** Local minus UTC wall clock; the day of the month tells whether local midnight lies between them. */
function offsetOf(format: Intl.DateTimeFormat, seconds: number): number {
  const local = { day: 0, hour: 0, minute: 0, second: 0 }
  for (const { type, value } of format.formatToParts(seconds * 1000)) {
    if (type === 'day' || type === 'hour' || type === 'minute' || type === 'second') local[type] = Number(value)
  }
  const utcInDay = ((seconds % 86_400) + 86_400) % 86_400
  const dayChange = local.day - Number(dateText((seconds - utcInDay) / 86_400).slice(-2))
  const days = dayChange > 1 ? -1 : dayChange < -1 ? 1 : dayChange
  return days * 86_400 + local.hour * 3600 + local.minute * 60 + local.second - utcInDay
}
