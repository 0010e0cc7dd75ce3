import type { Json } from '#arrow/json.ts'
import type { DeltaType } from '#delta/types.ts'
import { compareJson, plainText, type Row } from './filterTable.ts'

/** A condition as text, and what it is for a row: undefined for unknown. */
export interface RandomFilter {
  readonly text: string
  readonly holds: (row: Row) => boolean | undefined
}

/** What random conditions are made of. */
export interface FilterSource {
  /** Numbers in [0, 1). */
  readonly random: () => number
  readonly types: Readonly<Record<string, DeltaType>>
  /** Rows whose values serve as literals. */
  readonly rows: readonly Row[]
}

/** A random condition, with up to `depth` levels of AND, OR and NOT. */
export function randomFilter(source: FilterSource, depth: number): RandomFilter {
  const { random } = source
  const kind = depth === 0 ? 0 : random()
  if (kind < 0.3) return randomTest(source)
  const left = randomFilter(source, depth - 1)
  if (kind < 0.45) return { text: `NOT (${left.text})`, holds: row => negated(left.holds(row)) }
  const right = randomFilter(source, depth - 1)
  if (kind < 0.75) {
    return {
      text: `(${left.text}) AND (${right.text})`,
      holds: row => {
        const [a, b] = [left.holds(row), right.holds(row)]
        return a === false || b === false ? false : a === undefined || b === undefined ? undefined : true
      },
    }
  }
  return {
    text: `(${left.text} OR ${right.text})`,
    holds: row => {
      const [a, b] = [left.holds(row), right.holds(row)]
      return a === true || b === true ? true : a === undefined || b === undefined ? undefined : false
    },
  }
}

/** The value of a row at a name with dots; null below null. */
function valueAt(row: Row, name: string): Json {
  let value: Json = row
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
    // SAFETY: what is no array is an object by name.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    value = (value as Row)[part] ?? null
  }
  return value
}

function negated(truth: boolean | undefined): boolean | undefined {
  return truth === undefined ? undefined : !truth
}

const comparisons: Readonly<Record<string, (sign: number) => boolean>> = {
  '=': sign => sign === 0,
  '==': sign => sign === 0,
  '<>': sign => sign !== 0,
  '!=': sign => sign !== 0,
  '<': sign => sign < 0,
  '<=': sign => sign <= 0,
  '>': sign => sign > 0,
  '>=': sign => sign >= 0,
}

function randomTest(source: FilterSource): RandomFilter {
  const { random, types } = source
  const pick = <T>(of: readonly T[]): T | undefined => of[Math.floor(random() * of.length)]
  const [name = '', type = 'string'] = pick(Object.entries(types)) ?? []
  const literal = (): Json => literalFor(source, name, type)
  const sign = (row: Row, to: Json): number | undefined => {
    const value = valueAt(row, name)
    return value === null || to === null ? undefined : compareJson(value, to, type)
  }
  const kind = random()
  if (type === 'boolean' && kind < 0.4)
    return { text: name, holds: row => (valueAt(row, name) === null ? undefined : valueAt(row, name) === true) }
  if (kind < 0.1) return { text: `${name} IS NULL`, holds: row => valueAt(row, name) === null }
  if (kind < 0.2) return { text: `${name} IS NOT NULL`, holds: row => valueAt(row, name) !== null }
  if (kind < 0.3) {
    const [low, high] = [literal(), literal()]
    return {
      text: `${name} BETWEEN ${written(low, type)} AND ${written(high, type)}`,
      holds: row => {
        const [a, b] = [sign(row, low), sign(row, high)]
        return a === undefined || b === undefined ? undefined : a >= 0 && b <= 0
      },
    }
  }
  if (kind < 0.45)
    return membership({
      name,
      type,
      values: Array.from({ length: 1 + Math.floor(random() * 4) }, literal),
      sign,
      isNegated: random() < 0.4,
      hasNull: random() < 0.2,
    })
  if (type === 'string' && kind < 0.6) return likeness(name, plainText(literal()), random)
  const [operator = '=', holds] = pick(Object.entries(comparisons)) ?? []
  const to = literal()
  return {
    text: `${name} ${operator} ${written(to, type)}`,
    holds: row => {
      const found = sign(row, to)
      return found === undefined ? undefined : holds?.(found)
    },
  }
}

interface Membership {
  readonly name: string
  readonly type: DeltaType
  readonly values: readonly Json[]
  readonly sign: (row: Row, to: Json) => number | undefined
  readonly isNegated: boolean
  readonly hasNull: boolean
}

function membership({ name, type, values, sign, isNegated, hasNull }: Membership): RandomFilter {
  const texts = [...values.map(value => written(value, type)), ...(hasNull ? ['NULL'] : [])]
  const holds = (row: Row): boolean | undefined => {
    const signs = values.map(value => sign(row, value))
    if (signs.includes(0)) return true
    return hasNull || signs.includes(undefined) ? undefined : false
  }
  return { text: `${name} ${isNegated ? 'NOT ' : ''}IN (${texts.join(', ')})`, holds: isNegated ? row => negated(holds(row)) : holds }
}

function isWild(part: string): boolean {
  return part === '%' || part === '_'
}

function likeness(name: string, text: string, random: () => number): RandomFilter {
  const letters = Array.from(text)
  const cut = Math.floor(random() * (letters.length + 1))
  const parts = random() < 0.5 ? [...letters.slice(0, cut), '%'] : ['%', ...letters.slice(cut)]
  if (parts.length > 2 && random() < 0.5) parts[Math.floor(random() * parts.length)] = '_'
  const regular = new RegExp(
    `^${parts.map(part => (part === '%' ? '.*' : part === '_' ? '.' : `\\u{${part.codePointAt(0)?.toString(16)}}`)).join('')}$`,
    'su',
  )
  return {
    text: `${name} LIKE '${parts.map(part => (isWild(part) ? part : part.replaceAll("'", "''"))).join('')}'`,
    holds: row => {
      const value = valueAt(row, name)
      return value === null ? undefined : regular.test(plainText(value))
    },
  }
}

/** Mostly a value that is there, sometimes one close by. */
function literalFor({ random, rows }: FilterSource, name: string, type: DeltaType): Json {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const value = valueAt(rows[Math.floor(random() * rows.length)] ?? {}, name)
    if (value === null) continue
    if (random() < 0.7) return value
    if (type === 'string') return random() < 0.5 ? `${plainText(value)}a` : Array.from(plainText(value)).slice(0, -1).join('')
    if (typeof type === 'string' && /^(?:decimal|long|integer)/.test(type)) {
      const [whole = '0', fraction = ''] = plainText(value).split('.')
      // Spark rounds a literal that takes a comparison beyond 38 digits; we do not.
      const isFull = type.startsWith('decimal(38,')
      return isFull || random() < 0.5 ? `${BigInt(whole) + 1n}${fraction === '' ? '' : `.${fraction}`}` : `${whole}.${fraction}5`
    }
    return value
  }
  return type === 'string' ? 'x' : null
}

function written(value: Json, type: DeltaType): string {
  if (value === null) return 'NULL'
  const text = plainText(value)
  if (type === 'float' || type === 'double') return /^-?\d/.test(text) ? text : `'${text}'`
  if (type === 'date') return `DATE'${text}'`
  if (type === 'timestamp') return `TIMESTAMP'${text}'`
  if (type === 'timestamp_ntz') return `TIMESTAMP_NTZ'${text.replace('T', ' ')}'`
  if (type === 'binary') return `X'${Buffer.from(text, 'base64').toString('hex')}'`
  if (type === 'string') return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
  return text
}
