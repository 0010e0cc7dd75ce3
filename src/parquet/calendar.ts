import type { FileMetaData, SchemaElement } from 'hyparquet'
import { floorDiv } from '#base/floorDiv.ts'
import { LakehouseError } from '#base/errors.ts'
import type { LeafValues } from './leaf.ts'
import { annotationOf } from './parquetTree.ts'

/**
 * In which calendar a file counts old days. Spark before 3.0, and later ones told so, wrote days before 1582-10-15 in the
 * Julian calendar, and times by the local clock of a zone; the file says so itself.
 * https://spark.apache.org/docs/latest/sql-data-sources-parquet.html (datetimeRebaseModeInRead)
 */
export interface FileCalendar {
  /** Of dates and of INT64 times. */
  readonly days: 'modern' | 'legacy'
  readonly int96: 'modern' | 'legacy'
  /** Zone of the writer; undefined when the file does not say. */
  readonly zone: string | undefined
}

/** What the footer says about its calendar. */
export function calendarOf({ key_value_metadata: pairs = [] }: FileMetaData): FileCalendar {
  const valueOf = (key: string): string | undefined => pairs.find(pair => pair.key === `org.apache.spark.${key}`)?.value ?? undefined
  const has = (key: string): boolean => pairs.some(pair => pair.key === `org.apache.spark.${key}`)
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(valueOf('version') ?? '') ?? []
  if (major === undefined) return { days: 'modern', int96: 'modern', zone: undefined }
  const release = Number(major) * 100 + Number(minor)
  return {
    days: release < 300 || has('legacyDateTime') ? 'legacy' : 'modern',
    int96: release < 301 || has('legacyINT96') ? 'legacy' : 'modern',
    zone: valueOf('timeZone'),
  }
}

/**
 * The values of a leaf in today's calendar: the same year, month and day.
 * @throws LakehouseError `unsupported` for times before 1900 in another zone than UTC, whose old clock we do not know
 */
export function toModernCalendar(values: LeafValues, element: SchemaElement, calendar: FileCalendar): LeafValues {
  const kind = element.type === 'INT96' ? calendar.int96 : calendar.days
  if (kind === 'modern') return values
  if (values instanceof Int32Array && annotationOf(element) === 'DATE')
    return values.some(day => day < firstDay) ? values.map(modernDay) : values
  const perDay = values instanceof BigInt64Array ? unitsPerDay(element) : undefined
  if (!(values instanceof BigInt64Array) || perDay === undefined) return values
  if (!values.some(time => time < BigInt(firstOfCentury) * perDay)) return values
  if (!/^(?:UTC|Z|GMT|Etc\/UTC|\+00:00)$/.test(calendar.zone ?? '')) {
    throw new LakehouseError('unsupported', `It holds times before 1900 by the old clock of ${calendar.zone ?? 'an unknown zone'}.`, {
      hint: 'Run a query on Spark for these rows.',
    })
  }
  return values.map(time => {
    const day = Number(floorDiv(time, perDay))
    return day < firstDay ? time + BigInt(modernDay(day) - day) * perDay : time
  })
}

/** 1582-10-15 and 1900-01-01. */
const firstDay = -141_427
const firstOfCentury = -25_567

function unitsPerDay({ type, logical_type: logical, converted_type: converted }: SchemaElement): bigint | undefined {
  if (type === 'INT96') return 86_400_000_000n
  const unit = logical?.type === 'TIMESTAMP' ? logical.unit : converted?.replace('TIMESTAMP_', '')
  return unit === 'MICROS' ? 86_400_000_000n : unit === 'MILLIS' ? 86_400_000n : undefined
}

/** Richards' algorithm for the Julian calendar, then the proleptic Gregorian day of the same name. */
function modernDay(day: number): number {
  if (day >= firstDay) return day
  const e = 4 * (day + 2_440_588 + 1401) + 3
  const h = 5 * Math.floor((((e % 1461) + 1461) % 1461) / 4) + 2
  const month = ((Math.floor(h / 153) + 2) % 12) + 1
  const year = Math.floor(e / 1461) - 4716 + Math.floor((14 - month) / 12)
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, Math.floor((h % 153) / 5) + 1)
  return date.getTime() / 86_400_000
}
