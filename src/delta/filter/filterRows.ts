import { Binary, Bool, Decimal, Float32, Float64, Null, Utf8, type Data } from 'apache-arrow'
import { unreachable } from '#base/unreachable.ts'
import { ByteColumn, padTexts } from '#parquet/leaf.ts'
import { isLike } from './filterLike.ts'
import { doubleSign, scaledDown, truth, type Comparable, type Filter, type FilterColumn } from './filterTree.ts'

/** {@link truth} of a filter on each of some rows; `dataOf` gives the values of a column in these rows. */
export function truthsOf(filter: Filter, rows: number, dataOf: (column: FilterColumn) => Data): Uint8Array {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const [first, ...rest] = filter.parts
      const truths = first ? truthsOf(first, rows, dataOf) : new Uint8Array(rows)
      for (const part of rest) merge(truths, truthsOf(part, rows, dataOf), filter.kind)
      return truths
    }
    case 'not': {
      const truths = truthsOf(filter.part, rows, dataOf)
      for (let i = 0; i < rows; i += 1) truths[i] = truth.true - (truths[i] ?? 0)
      return truths
    }
    case 'constant':
      return new Uint8Array(rows).fill(filter.truth)
    case 'isNull': {
      const isThere = validity(dataOf(filter.column))
      return Uint8Array.from({ length: rows }, (_, row) => (isThere(row) ? truth.false : truth.true))
    }
    case 'compare': {
      const { operator, to } = filter
      const data = dataOf(filter.column)
      const sign = signReader(data, to)
      const holds = operator === '=' ? 0 : operator === '<' ? -1 : 1
      return tested(data, rows, row => Math.sign(sign(row)) === holds)
    }
    case 'like': {
      const { pattern } = filter
      const data = dataOf(filter.column)
      const { offsets, bytes } = textsOf(data)
      return tested(data, rows, row => isLike(bytes, offsets[row] ?? 0, offsets[row + 1] ?? 0, pattern))
    }
    default:
      return unreachable(filter)
  }
}

/** Every column that a filter looks at, each once. */
export function filterColumns(filter: Filter): readonly FilterColumn[] {
  const found = new Map<string, FilterColumn>()
  const visit = (part: Filter): void => {
    if (part.kind === 'not') visit(part.part)
    else if ('parts' in part) part.parts.forEach(visit)
    else if ('column' in part) found.set(columnKey(part.column), part.column)
  }
  visit(filter)
  return [...found.values()]
}

/** Tells columns of one schema apart. */
export function columnKey({ path }: FilterColumn): string {
  return JSON.stringify(path.map(field => field.name))
}

function merge(truths: Uint8Array, others: Uint8Array, kind: 'and' | 'or'): void {
  for (let i = 0; i < truths.length; i += 1) {
    const [a, b] = [truths[i] ?? 0, others[i] ?? 0]
    truths[i] = (kind === 'and') === a < b ? a : b
  }
}

function tested(data: Data, rows: number, holds: (row: number) => boolean): Uint8Array {
  const isThere = validity(data)
  const truths = new Uint8Array(rows)
  for (let row = 0; row < rows; row += 1) truths[row] = isThere(row) ? (holds(row) ? truth.true : truth.false) : truth.unknown
  return truths
}

function validity(data: Data): (row: number) => boolean {
  const bitmap: Uint8Array | undefined = data.nullBitmap
  if (data.type instanceof Null) return () => false
  if (!bitmap || bitmap.length === 0 || data.nullCount === 0) return () => true
  return row => (((bitmap[row >> 3] ?? 0) >> (row & 7)) & 1) === 1
}

/** How the value of a row compares; asked only of rows that have one. */
function signReader(data: Data, to: Comparable): (row: number) => number {
  if (to.kind === 'bytes') return bytesSign(data, to)
  if (data.type instanceof Float32 || data.type instanceof Float64) {
    const values: Float32Array | Float64Array = data.values
    const { value } = to.kind === 'double' ? to : { value: Number.NaN }
    return row => doubleSign(values[row] ?? 0, value)
  }
  if (to.kind === 'double') {
    const units = unitsReader(data)
    return row => doubleSign(scaledDown(units(row), to.scale), to.value)
  }
  return unitsSign(data, to)
}

function unitsSign(data: Data, { floor, isBetween }: Extract<Comparable, { kind: 'units' }>): (row: number) => number {
  const atFloor = isBetween ? -1 : 0
  const values: unknown = data.values
  if (values instanceof Int8Array || values instanceof Int16Array || (values instanceof Int32Array && !(data.type instanceof Decimal))) {
    const limit = Number(BigInt.asIntN(64, floor) === floor ? floor : floor < 0n ? -(2n ** 63n) : 2n ** 63n)
    return row => {
      const value = values[row] ?? 0
      return value < limit ? -1 : value > limit ? 1 : atFloor
    }
  }
  const units = unitsReader(data)
  return row => {
    const value = units(row)
    return value < floor ? -1 : value > floor ? 1 : atFloor
  }
}

function unitsReader(data: Data): (row: number) => bigint {
  const values: unknown = data.values
  if (data.type instanceof Bool) {
    const bits: Uint8Array = data.values
    return row => BigInt(((bits[row >> 3] ?? 0) >> (row & 7)) & 1)
  }
  if (data.type instanceof Decimal) {
    const words: Uint32Array = data.values
    const halves = new BigInt64Array(words.buffer, words.byteOffset, words.length >> 1)
    return row => ((halves[2 * row + 1] ?? 0n) << 64n) | BigInt.asUintN(64, halves[2 * row] ?? 0n)
  }
  if (values instanceof BigInt64Array) return row => values[row] ?? 0n
  const numbers: Int8Array | Int16Array | Int32Array = data.values
  return row => BigInt(numbers[row] ?? 0)
}

function bytesSign(data: Data, { value, padTo }: Extract<Comparable, { kind: 'bytes' }>): (row: number) => number {
  const own = textsOf(data)
  const { offsets, bytes } = padTo === undefined ? own : padTexts(own, padTo)
  return row => {
    const start = offsets[row] ?? 0
    const length = (offsets[row + 1] ?? 0) - start
    const common = Math.min(length, value.length)
    for (let i = 0; i < common; i += 1) {
      const difference = (bytes[start + i] ?? 0) - (value[i] ?? 0)
      if (difference !== 0) return difference
    }
    return length - value.length
  }
}

function textsOf(data: Data): ByteColumn {
  if (!(data.type instanceof Utf8 || data.type instanceof Binary)) throw new Error('a column without bytes is compared with some')
  return new ByteColumn(data.valueOffsets, data.values)
}
