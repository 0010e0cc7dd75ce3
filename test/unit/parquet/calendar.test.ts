import assert from 'node:assert/strict'
import type { FileMetaData, SchemaElement } from 'hyparquet'
import { calendarOf, toModernCalendar, type FileCalendar } from '#parquet/calendar.ts'
import { problemLike } from '../../support/deltaLog.ts'

const footer = (pairs: Readonly<Record<string, string>>): FileMetaData => ({
  version: 1,
  schema: [],
  num_rows: 0n,
  row_groups: [],
  metadata_length: 0,
  key_value_metadata: Object.entries(pairs).map(([key, value]) => ({ key: `org.apache.spark.${key}`, value })),
})
const legacy: FileCalendar = { days: 'legacy', int96: 'legacy', zone: 'UTC' }
const date: SchemaElement = { name: 'd', type: 'INT32', converted_type: 'DATE' }
const time: SchemaElement = { name: 't', type: 'INT64', converted_type: 'TIMESTAMP_MICROS' }
const perDay = 86_400_000_000n

describe('calendar', () => {
  it('is told by the footer', () => {
    assert.deepEqual(calendarOf(footer({})), { days: 'modern', int96: 'modern', zone: undefined })
    assert.deepEqual(calendarOf(footer({ version: '2.4.8' })), { days: 'legacy', int96: 'legacy', zone: undefined })
    assert.deepEqual(calendarOf(footer({ version: '3.0.1' })), { days: 'modern', int96: 'legacy', zone: undefined })
    assert.deepEqual(calendarOf(footer({ version: '4.2.0', legacyDateTime: '', timeZone: 'Europe/Berlin' })), {
      days: 'legacy',
      int96: 'modern',
      zone: 'Europe/Berlin',
    })
  })

  it('keeps the name of a day before the Gregorian calendar', () => {
    const days = Int32Array.of(-719_164, -141_428, -141_427, 0)
    assert.deepEqual(toModernCalendar(days, date, legacy), Int32Array.of(-719_162, -141_438, -141_427, 0))
    assert.equal(toModernCalendar(days, date, { ...legacy, days: 'modern' }), days)
    const numbers: SchemaElement = { name: 'n', type: 'INT32' }
    assert.equal(toModernCalendar(days, numbers, legacy), days)
  })

  it('keeps the name of a moment in UTC, and refuses what an old local clock showed', () => {
    const moments = BigInt64Array.of(-719_164n * perDay + 1n, -100_000n * perDay, 5n)
    assert.deepEqual(toModernCalendar(moments, time, legacy), BigInt64Array.of(-719_162n * perDay + 1n, -100_000n * perDay, 5n))
    assert.throws(() => toModernCalendar(moments, time, { ...legacy, zone: 'Europe/Berlin' }), problemLike('unsupported', /Europe\/Berlin/))
    assert.throws(() => toModernCalendar(moments, time, { ...legacy, zone: undefined }), problemLike('unsupported', /unknown zone/))
    const recent = BigInt64Array.of(0n, 1n)
    assert.equal(toModernCalendar(recent, time, { ...legacy, zone: undefined }), recent)
  })
})
