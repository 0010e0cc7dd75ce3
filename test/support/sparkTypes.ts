import { readFileSync } from 'node:fs'
import { readPage } from '#arrow/page.ts'

/** A statement with a column of every type that Spark sends. */
export const sparkTypesSql = readFileSync('test/fixtures/arrow/spark-types.sql', 'utf8')
export const sparkTypesSettings = ['SET spark.sql.session.timeZone=America/Sao_Paulo', 'SET spark.sql.timeType.enabled=true']

/** The columns of its one row: name, type, kind, text. */
export const sparkTypesShown: readonly (readonly [string, string, string, string])[] = [
  ['nothing', 'string', 'null', 'NULL'],
  ['flag', 'boolean', 'boolean', 'true'],
  ['tiny', 'tinyint', 'number', '-128'],
  ['small', 'smallint', 'number', '-32768'],
  ['whole', 'int', 'number', '-2147483648'],
  ['big', 'bigint', 'number', '9223372036854775807'],
  ['single', 'float', 'number', '0.1'],
  ['dbl', 'double', 'number', '0.30000000000000004'],
  ['nan', 'double', 'number', 'NaN'],
  ['dec', 'decimal(38,18)', 'number', '-12345678901234567890.123456789012345678'],
  ['text', 'string', 'text', 'héllo'],
  ['bytes', 'binary', 'binary', '0x00ff10'],
  ['day', 'date', 'time', '2020-01-02'],
  ['at', 'timestamp', 'time', '2020-01-02 03:04:05.123456-03:00'],
  ['ntz', 'timestamp_ntz', 'time', '2020-01-02 03:04:05.123456'],
  ['ym', 'interval year to month', 'time', '-1 year -2 months'],
  ['ds', 'interval day to second', 'time', '1 day 02:03:04.500'],
  ['cal', 'interval', 'time', '1 year 2 months 3 days 04:05:06.700'],
  ['list', 'array<int>', 'nested', '[1, null, 3]'],
  ['rec', 'struct<a:int,b:string>', 'nested', '{"a": 1, "b": "x"}'],
  ['pairs', 'map<int,string>', 'nested', '{1: "one", 2: null}'],
  ['deep', 'map<struct<k:int>,array<date>>', 'nested', '{{"k": 1}: ["2020-01-02"]}'],
  ['var', 'variant', 'nested', '{"a":[1,2.5,"x",null,true]}'],
  ['clock', 'time', 'time', '03:04:05.123456'],
  ['twice', 'int', 'number', '1'],
  ['twice', 'string', 'text', 'two'],
]

/** The first row of an Arrow stream as the grid shows it, in the form of {@link sparkTypesShown}. */
export function shownRow(arrow: Uint8Array): readonly (readonly [string, string, string, string])[] {
  const page = readPage(arrow)
  return page.columns.map(({ name, type }, column) => {
    const { kind, text } = page.cell(0, column)
    return [name, type, kind, text]
  })
}
