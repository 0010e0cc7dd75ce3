import { unreachable } from '#base/unreachable.ts'

/** Draws from a seeded source. */
export class Dice {
  readonly #random: () => number

  constructor(random: () => number) {
    this.#random = random
  }

  /** An integer in [0, end). */
  below(end: number): number {
    return Math.floor(this.#random() * end)
  }

  chance(probability: number): boolean {
    return this.#random() < probability
  }

  pick<T>(from: readonly T[]): T {
    const found = from[this.below(from.length)]
    if (found === undefined) throw new Error('There is nothing to pick from.')
    return found
  }
}

export type RandomType =
  | { readonly kind: 'plain'; readonly name: string }
  | { readonly kind: 'array'; readonly element: RandomType }
  | { readonly kind: 'map'; readonly key: RandomType; readonly value: RandomType }
  | { readonly kind: 'struct'; readonly members: readonly { readonly name: string; readonly type: RandomType }[] }

/** Spark literals by type; extremes, and what readers stumble over. */
const literals: Readonly<Record<string, readonly string[]>> = {
  BOOLEAN: ['true', 'false'],
  TINYINT: ['-128Y', '0Y', '127Y', '5Y'],
  SMALLINT: ['-32768S', '0S', '32767S', '77S'],
  INT: ['-2147483648', '0', '2147483647', '42', '-7'],
  BIGINT: ['-9223372036854775808L', '9223372036854775807L', '0L', '9007199254740993L', '-1L'],
  FLOAT: ["float('NaN')", "float('-Infinity')", "float('3.4028235e38')", "float('1.4e-45')", "float('-0.0')", "float('0.1')"],
  DOUBLE: ["double('NaN')", "double('Infinity')", '1.7976931348623157E308D', '4.9E-324D', '-0.0D', '0.1D', '-12345.678D'],
  'DECIMAL(5,2)': ['999.99', '-999.99', '0.01', '0'],
  'DECIMAL(18,6)': ['123456789012.123456', '-0.000001', '0'],
  'DECIMAL(38,10)': ['9999999999999999999999999999.9999999999', '-1.0000000001', '0'],
  STRING: ["''", "'a'", "'Größe 🦆'", '\'x/y=z %41 "q"\'', "repeat('long ', 40)", "'NULL'", "' b '", "'tab\\tand\\nline'"],
  BINARY: ["X''", "X'00FF80'", "X'25'", "X'0102030405060708'"],
  DATE: ["DATE'0001-01-01'", "DATE'9999-12-31'", "DATE'1582-10-04'", "DATE'2024-02-29'", "DATE'1970-01-01'"],
  TIMESTAMP: [
    "TIMESTAMP'0001-01-01 00:00:00.000001Z'",
    "TIMESTAMP'9999-12-31 23:59:59.999999Z'",
    "TIMESTAMP'1969-12-31 23:59:59.5Z'",
    "TIMESTAMP'2024-02-29 12:34:56.123456Z'",
    "TIMESTAMP'1900-01-01 00:00:00Z'",
  ],
  TIMESTAMP_NTZ: [
    "TIMESTAMP_NTZ'1582-10-04 12:00:00'",
    "TIMESTAMP_NTZ'2024-06-01 00:00:00.1'",
    "TIMESTAMP_NTZ'9999-12-31 23:59:59.999999'",
  ],
}

/** The same per row of a range with a column `id`, in expressions that differ from row to row. */
const series: Readonly<Record<string, string>> = {
  BOOLEAN: 'id % 3 = 0',
  TINYINT: 'id % 100',
  SMALLINT: 'id % 3000',
  INT: 'id * 7 % 100003',
  BIGINT: 'id * 1000003',
  FLOAT: 'id / 7',
  DOUBLE: 'id / 13',
  'DECIMAL(5,2)': '(id % 99999) / 100.0BD',
  'DECIMAL(18,6)': 'id * 1.000001BD',
  'DECIMAL(38,10)': 'id * 12345678901.0000000001BD',
  STRING: "'text ' || (id % 37)",
  BINARY: 'encode(cast(id % 11 AS STRING), "utf-8")',
  DATE: "date_add(DATE'2020-01-01', cast(id % 500 AS INT))",
  TIMESTAMP: 'timestamp_micros(id * 1234567)',
  TIMESTAMP_NTZ: 'cast(timestamp_micros(id * 7654321) AS TIMESTAMP_NTZ)',
}

export const plainNames = Object.keys(literals)

export function plain(name: string): RandomType {
  return { kind: 'plain', name }
}

/** A type, nested up to `depth` levels. */
export function randomType(dice: Dice, depth: number): RandomType {
  if (depth === 0 || dice.chance(0.7)) return plain(dice.pick(plainNames))
  const inner = (): RandomType => randomType(dice, depth - 1)
  switch (dice.below(3)) {
    case 0:
      return { kind: 'array', element: inner() }
    case 1:
      return { kind: 'map', key: plain(dice.pick(['STRING', 'INT', 'DATE', 'BIGINT'])), value: inner() }
    default:
      return { kind: 'struct', members: ['a', 'B c', 'd'].slice(0, 1 + dice.below(3)).map(name => ({ name, type: inner() })) }
  }
}

/** How SQL writes a type. */
export function typeText(type: RandomType): string {
  switch (type.kind) {
    case 'plain':
      return type.name
    case 'array':
      return `ARRAY<${typeText(type.element)}>`
    case 'map':
      return `MAP<${typeText(type.key)}, ${typeText(type.value)}>`
    case 'struct':
      return `STRUCT<${type.members.map(({ name, type: inner }) => `\`${name}\`: ${typeText(inner)}`).join(', ')}>`
    default:
      return unreachable(type)
  }
}

/** One value as SQL; NULL now and then, except where `nulls` forbids it. */
export function valueText(dice: Dice, type: RandomType, nulls: 'nulls' | 'none' = 'nulls'): string {
  if (nulls === 'nulls' && dice.chance(0.15)) return `CAST(null AS ${typeText(type)})`
  if (type.kind === 'plain') return `CAST(${dice.pick(literals[type.name] ?? [])} AS ${type.name})`
  const items = (): readonly number[] => Array.from({ length: dice.below(4) }, (_, i) => i)
  if (type.kind === 'array')
    return `CAST(array(${items()
      .map(() => valueText(dice, type.element))
      .join(', ')}) AS ${typeText(type)})`
  if (type.kind === 'struct') {
    return `named_struct(${type.members.map(({ name, type: inner }) => `'${name}', ${valueText(dice, inner)}`).join(', ')})`
  }
  const keys = [...new Set(items().map(() => valueText(dice, type.key, 'none')))]
  return `CAST(map(${keys.map(key => `${key}, ${valueText(dice, type.value)}`).join(', ')}) AS ${typeText(type)})`
}

/** One expression for many rows, of their column `id`. */
export function seriesText(dice: Dice, type: RandomType): string {
  const always = type.kind === 'plain' ? `CAST(${series[type.name] ?? 'null'} AS ${type.name})` : nestedSeries(dice, type)
  return dice.chance(0.4) ? `if(id % ${2 + dice.below(9)} = 0, null, ${always})` : always
}

function nestedSeries(dice: Dice, type: Exclude<RandomType, { kind: 'plain' }>): string {
  if (type.kind === 'array') return `CAST(array_repeat(${seriesText(dice, type.element)}, cast(id % 4 AS INT)) AS ${typeText(type)})`
  if (type.kind === 'map') return `CAST(map(${valueText(dice, type.key, 'none')}, ${seriesText(dice, type.value)}) AS ${typeText(type)})`
  return `named_struct(${type.members.map(({ name, type: inner }) => `'${name}', ${seriesText(dice, inner)}`).join(', ')})`
}
