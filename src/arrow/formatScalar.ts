import type { Data } from 'apache-arrow/data'
import { DateUnit, IntervalUnit, Precision } from 'apache-arrow/enum'
import { DataType } from 'apache-arrow/type'
import { hexText, utf8Text, type Clipped } from './bytesText.ts'
import { bytesAt, type Cell } from './cell.ts'
import { decimalFromWords, decimalText } from './decimal.ts'
import { doubleText, floatText, halfFloat } from './formatNumber.ts'
import { durationText, intervalText, timestampText, timeText, type FractionDigits } from './formatTime.ts'
import { dateText } from './time.ts'

/** How a cell is shown; `nested` is JSON-like text, `broken` says why there is no value. */
export type CellKind = 'null' | 'text' | 'number' | 'boolean' | 'time' | 'binary' | 'nested' | 'broken'

export interface CellText extends Clipped {
  readonly kind: CellKind
}

/** The text of a value that is neither null nor nested. */
export function scalarText(cell: Cell, limit: number): CellText {
  const { data, index } = cell
  const { type } = data
  if (isText(type)) return { kind: 'text', ...utf8Text(bytesAt(cell), limit) }
  if (isBytes(type)) return { kind: 'binary', ...hexText(bytesAt(cell), limit) }
  if (DataType.isInt(type)) return whole('number', String(data.values[index]))
  if (DataType.isFloat(type)) return whole('number', realText(Number(data.values[index]), type.precision))
  if (DataType.isDecimal(type)) {
    return whole('number', decimalText(decimalFromWords(data.values, data.stride * index, data.stride), type.scale))
  }
  if (DataType.isBool(type)) {
    const bit = data.offset + index
    return whole('boolean', (data.values[bit >> 3] & (1 << (bit & 7))) === 0 ? 'false' : 'true')
  }
  return whole('time', timeOfAnyType(data, index))
}

function isText(type: DataType): boolean {
  return DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isUtf8View(type)
}

function isBytes(type: DataType): boolean {
  return DataType.isBinary(type) || DataType.isLargeBinary(type) || DataType.isFixedSizeBinary(type) || DataType.isBinaryView(type)
}

function timeOfAnyType(data: Data, index: number): string {
  const { type } = data
  if (DataType.isDate(type)) {
    return dateText(type.unit === DateUnit.DAY ? Number(data.values[index]) : Math.floor(Number(data.values[index]) / 86_400_000))
  }
  if (DataType.isTimestamp(type)) return timestampText(BigInt(data.values[index]), digitsOf(type.unit), type.timezone || null)
  if (DataType.isTime(type)) return timeText(BigInt(data.values[index]), digitsOf(type.unit))
  if (DataType.isDuration(type)) return durationText(BigInt(data.values[index]), digitsOf(type.unit))
  if (DataType.isInterval(type)) return intervalOfUnit(data.values, index, type.unit)
  throw new TypeError(`Arrow type ${type.typeId} has no text`)
}

function intervalOfUnit(words: Int32Array, index: number, unit: IntervalUnit): string {
  const word = (at: number): number => words[at] ?? 0
  if (unit === IntervalUnit.YEAR_MONTH) return intervalText(word(index), 0, 0n, 0)
  if (unit === IntervalUnit.DAY_TIME) return intervalText(0, word(2 * index), BigInt(word(2 * index + 1)), 3)
  const nanos = (BigInt(word(4 * index + 3)) << 32n) | BigInt(word(4 * index + 2) >>> 0)
  return intervalText(word(4 * index), word(4 * index + 1), nanos, 9)
}

function realText(value: number, precision: Precision): string {
  if (precision === Precision.DOUBLE) return doubleText(value)
  return precision === Precision.SINGLE ? floatText(value) : floatText(halfFloat(value))
}

/** Arrow counts units as seconds, milli-, micro-, nanoseconds. */
function digitsOf(unit: number): FractionDigits {
  return unit === 0 ? 0 : unit === 1 ? 3 : unit === 2 ? 6 : 9
}

function whole(kind: CellKind, text: string): CellText {
  return { kind, text, clipped: false }
}
