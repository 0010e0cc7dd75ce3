import { floorDiv } from '#base/floorDiv.ts'

const microsPerDay = 86_400_000_000n

/** `YYYY-MM-DD` of a day counted from 1970-01-01, proleptic Gregorian; years outside 0000–9999 as `+YYYYYY` or `-YYYYYY`. */
export function dateText(days: number): string {
  const { year, month, day } = civil(days)
  return `${yearText(year)}-${pad(month, 2)}-${pad(day, 2)}`
}

/** `YYYY-MM-DDTHH:MM:SS.ffffff` of epoch microseconds, without a zone. */
export function timestampText(micros: bigint): string {
  const days = floorDiv(micros, microsPerDay)
  return `${dateText(Number(days))}T${timeText(micros - days * microsPerDay)}`
}

/** `HH:MM:SS.ffffff` of microseconds since midnight. */
export function timeText(micros: bigint): string {
  const seconds = Number(micros / 1_000_000n)
  const fraction = pad(Number(micros % 1_000_000n), 6)
  return `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}.${fraction}`
}

/** ISO-8601 duration of microseconds: `P1DT2H3M4.500000S`, negative with a leading minus. */
export function durationText(micros: bigint): string {
  const size = micros < 0n ? -micros : micros
  const time = timeText(size % microsPerDay)
  const [hours, minutes, seconds] = time.split(':').map(part => part.replace(/^0(?=\d)/, ''))
  return `${micros < 0n ? '-' : ''}P${size / microsPerDay}DT${hours}H${minutes}M${seconds}S`
}

/** Howard Hinnant's days-to-civil: exact for every day a double counts (https://howardhinnant.github.io/date_algorithms.html). */
function civil(days: number) {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day }
}

function yearText(year: number): string {
  if (year >= 0 && year <= 9999) return pad(year, 4)
  return `${year < 0 ? '-' : '+'}${pad(Math.abs(year), 6)}`
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0')
}
