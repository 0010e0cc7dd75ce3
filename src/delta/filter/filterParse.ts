import { unreachable } from '#base/unreachable.ts'
import { daysOf, parseTimestamp } from '#delta/rows/partition.ts'
import type { DeltaStruct } from '#delta/types.ts'
import { findColumn } from './filterColumns.ts'
import { comparableFor, type Literal } from './filterLiteral.ts'
import { likePattern } from './filterLike.ts'
import { filterTokens, misread, type FilterToken } from './filterTokens.ts'
import { truth, type Filter, type FilterColumn, type Truth } from './filterTree.ts'

/**
 * A condition in the words of Spark SQL, typed by a schema: comparisons of columns with values, IS NULL, IN, BETWEEN, LIKE,
 * boolean columns, and AND, OR, NOT and parentheses around them.
 * @throws LakehouseError `invalid` with the position of the mistake and what to write instead
 */
export function parseFilter(source: string, schema: DeltaStruct): Filter {
  const parser = new Parser(source, schema)
  const filter = parser.disjunction(0)
  parser.end()
  return filter
}

type Operand = { readonly kind: 'column'; readonly column: FilterColumn } | { readonly kind: 'literal'; readonly literal: Literal }
type Operator = '=' | '<' | '>' | '<=' | '>=' | '!=' | '<=>'

const deepest = 200
const operators: Readonly<Record<string, Operator>> = {
  '=': '=',
  '==': '=',
  '<': '<',
  '>': '>',
  '<=': '<=',
  '>=': '>=',
  '!=': '!=',
  '<>': '!=',
  '<=>': '<=>',
}
const turned: Readonly<Record<Operator, Operator>> = { '=': '=', '!=': '!=', '<=>': '<=>', '<': '>', '>': '<', '<=': '>=', '>=': '<=' }
const keywords = new Set(['AND', 'OR', 'NOT', 'IN', 'IS', 'BETWEEN', 'LIKE', 'NULL', 'TRUE', 'FALSE', 'ESCAPE'])

class Parser {
  readonly #source: string
  readonly #schema: DeltaStruct
  readonly #tokens: readonly FilterToken[]
  #next = 0

  constructor(source: string, schema: DeltaStruct) {
    this.#source = source
    this.#schema = schema
    this.#tokens = filterTokens(source)
  }

  disjunction(depth: number): Filter {
    const parts = [this.#conjunction(depth)]
    while (this.#takeWord('OR')) parts.push(this.#conjunction(depth))
    return joined('or', parts)
  }

  end(): void {
    const token = this.#peek()
    if (token.kind !== 'end') throw this.#unexpected(token, 'AND, OR or the end')
  }

  #conjunction(depth: number): Filter {
    const parts = [this.#negation(depth)]
    while (this.#takeWord('AND')) parts.push(this.#negation(depth))
    return joined('and', parts)
  }

  #negation(depth: number): Filter {
    if (depth > deepest) throw this.#mistake(this.#peek(), `The filter is nested more than ${deepest} deep`)
    if (this.#takeWord('NOT') || this.#takeSymbol('!')) return not(this.#negation(depth + 1))
    if (!this.#takeSymbol('(')) return this.#predicate()
    const inner = this.disjunction(depth + 1)
    this.#expectSymbol(')')
    return inner
  }

  #predicate(): Filter {
    const start = this.#peek()
    const left = this.#operand()
    const token = this.#peek()
    const operator = token.kind === 'symbol' ? operators[token.text] : undefined
    if (operator !== undefined) {
      this.#next += 1
      return this.#comparison(start, left, operator)
    }
    const isNegated = this.#peekWord('NOT') && ['IN', 'BETWEEN', 'LIKE'].some(word => this.#peekWord(word, 1))
    if (isNegated) this.#next += 1
    const found = this.#test(start, left)
    if (found) return isNegated ? not(found) : found
    return this.#alone(start, left)
  }

  /** What stands behind a column other than an operator. */
  #test(start: FilterToken, left: Operand): Filter | undefined {
    if (this.#takeWord('IS')) {
      const isNegated = this.#takeWord('NOT')
      if (!this.#takeWord('NULL')) throw this.#unexpected(this.#peek(), 'NULL')
      const isNull: Filter = { kind: 'isNull', column: this.#column(start, left) }
      return isNegated ? not(isNull) : isNull
    }
    if (this.#takeWord('IN')) return this.#membership(this.#column(start, left))
    if (this.#takeWord('BETWEEN')) {
      const column = this.#column(start, left)
      const from = this.#literal()
      if (!this.#takeWord('AND')) throw this.#unexpected(this.#peek(), 'AND')
      return joined('and', [this.#compared(column, '>=', from), this.#compared(column, '<=', this.#literal())])
    }
    return this.#takeWord('LIKE') ? this.#likeness(this.#column(start, left), start) : undefined
  }

  #membership(column: FilterColumn): Filter {
    this.#expectSymbol('(')
    const parts: Filter[] = []
    do parts.push(this.#compared(column, '=', this.#literal()))
    while (this.#takeSymbol(','))
    this.#expectSymbol(')')
    return joined('or', parts)
  }

  #likeness(column: FilterColumn, start: FilterToken): Filter {
    const token = this.#peek()
    if (this.#takeWord('NULL')) return constant(truth.unknown)
    if (token.kind !== 'text') throw this.#unexpected(token, "a pattern in quotes, as 'a%'")
    this.#next += 1
    const escape = this.#takeWord('ESCAPE') ? this.#escape() : '\\'
    const comparable = comparableFor(column, { kind: 'text', text: '' })
    if ('problem' in comparable || comparable.kind !== 'bytes') {
      throw this.#mistake(start, `${column.name} is no text, and LIKE needs one`)
    }
    const pattern = likePattern(token.text, escape)
    if (pattern) return { kind: 'like', column, pattern }
    throw this.#mistake(
      token,
      `In a pattern ${escape} stands only before %, _ and itself`,
      `Write ${escape}${escape} for the letter ${escape}.`,
    )
  }

  #escape(): string {
    const token = this.#peek()
    if (token.kind !== 'text' || Array.from(token.text).length !== 1 || token.text === '%' || token.text === '_') {
      throw this.#unexpected(token, 'one letter in quotes')
    }
    this.#next += 1
    return token.text
  }

  #comparison(start: FilterToken, left: Operand, operator: Operator): Filter {
    const token = this.#peek()
    const right = this.#operand()
    if (left.kind === 'column' && right.kind === 'literal') return this.#compared(left.column, operator, { token, literal: right.literal })
    if (left.kind === 'literal' && right.kind === 'column')
      return this.#compared(right.column, turned[operator], { token: start, literal: left.literal })
    const sides = left.kind === 'column' ? 'columns' : 'values'
    throw this.#mistake(token, `Two ${sides} are compared`, 'A filter compares a column with a value; a query on Spark can do more.')
  }

  #compared(
    column: FilterColumn,
    operator: Operator,
    { token, literal }: { readonly token: FilterToken; readonly literal: Literal },
  ): Filter {
    if (literal.kind === 'null') return operator === '<=>' ? { kind: 'isNull', column } : constant(truth.unknown)
    const to = comparableFor(column, literal)
    if ('problem' in to) throw this.#mistake(token, to.problem, to.hint)
    const compare = (basic: '=' | '<' | '>'): Filter => ({ kind: 'compare', column, operator: basic, to })
    switch (operator) {
      case '=':
      case '<':
      case '>':
        return compare(operator)
      case '!=':
        return not(compare('='))
      case '<=':
        return not(compare('>'))
      case '>=':
        return not(compare('<'))
      case '<=>':
        return joined('and', [not({ kind: 'isNull', column }), compare('=')])
      default:
        return unreachable(operator)
    }
  }

  /** A condition that is one boolean column or value. */
  #alone(start: FilterToken, operand: Operand): Filter {
    if (operand.kind === 'column') {
      const { column } = operand
      if (column.type === 'boolean') return this.#compared(column, '=', { token: start, literal: { kind: 'boolean', value: true } })
      const expected = this.#peek().kind === 'end' ? undefined : this.#unexpected(this.#peek(), 'an operator')
      throw expected ?? this.#mistake(this.#peek(), `${column.name} is no condition`, `Compare it with a value, as in ${column.name} = …`)
    }
    const { literal } = operand
    if (literal.kind === 'boolean') return constant(literal.value ? truth.true : truth.false)
    if (literal.kind === 'null') return constant(truth.unknown)
    throw this.#mistake(start, 'A value alone is no condition', 'Compare a column with it.')
  }

  #column(token: FilterToken, operand: Operand): FilterColumn {
    if (operand.kind === 'column') return operand.column
    throw this.#mistake(token, 'A column is expected', 'Text stands in quotes, the name of a column in none or in `backticks`.')
  }

  #literal(): { readonly token: FilterToken; readonly literal: Literal } {
    const token = this.#peek()
    const operand = this.#operand()
    if (operand.kind === 'literal') return { token, literal: operand.literal }
    throw this.#mistake(token, 'A value is expected', 'Text stands in quotes.')
  }

  #operand(): Operand {
    const token = this.#peek()
    const literal = this.#takeLiteral(token)
    if (literal) return { kind: 'literal', literal }
    if (token.kind === 'quotedName' || (token.kind === 'word' && !keywords.has(token.text.toUpperCase())))
      return { kind: 'column', column: this.#name() }
    throw this.#unexpected(token, 'a column or a value')
  }

  #takeLiteral(token: FilterToken): Literal | undefined {
    const word = token.kind === 'word' ? token.text.toUpperCase() : ''
    const following = this.#peek(1)
    if (token.kind === 'symbol' && (token.text === '-' || token.text === '+') && following.kind === 'number') {
      this.#next += 2
      return this.#number(following, token.text === '-' ? -1 : 1)
    }
    if (following.kind === 'text' && /^(?:DATE|TIMESTAMP(?:_NTZ|_LTZ)?)$/.test(word)) {
      this.#next += 2
      return this.#time(following, word)
    }
    const literal = this.#simpleLiteral(token, word)
    if (literal) this.#next += 1
    return literal
  }

  #simpleLiteral(token: FilterToken, word: string): Literal | undefined {
    if (token.kind === 'number') return this.#number(token, 1)
    if (token.kind === 'text') return { kind: 'text', text: token.text }
    if (token.kind === 'bytes') return { kind: 'bytes', bytes: Uint8Array.from(Buffer.from(token.text, 'hex')) }
    if (word === 'TRUE' || word === 'FALSE') return { kind: 'boolean', value: word === 'TRUE' }
    return word === 'NULL' ? { kind: 'null' } : undefined
  }

  /** As Spark has it: with an exponent, or D or F behind it, a number is a double, else exact. */
  #number(token: FilterToken, sign: 1 | -1): Literal {
    const [, whole = '', fraction = '', exponent, suffix = ''] = /^(\d*)\.?(\d*)(?:e([-+]?\d+))?(bd|[lsydf])?$/i.exec(token.text) ?? []
    const kind = suffix.toUpperCase()
    if ('LSY'.includes(kind) && kind !== '' && (exponent !== undefined || token.text.includes('.'))) {
      throw this.#mistake(token, `${token.text} is no whole number`)
    }
    if (kind === 'D' || kind === 'F' || (exponent !== undefined && kind !== 'BD')) {
      const double = sign * Number(token.text.replace(/[df]$/i, ''))
      if (!Number.isFinite(double)) throw this.#mistake(token, `${token.text} is too large for a double`)
      return { kind: 'double', value: kind === 'F' ? Math.fround(double) : double }
    }
    return { kind: 'decimal', digits: BigInt(sign) * BigInt(whole + fraction), exponent: Number(exponent ?? 0) - fraction.length }
  }

  #time({ text, at }: FilterToken, word: string): Literal {
    if (word === 'DATE') {
      const days = daysOf(text.trim())
      if (days !== undefined) return { kind: 'date', days }
      throw misread(this.#source, at, `${JSON.stringify(text)} is no date`, "Write it as DATE'2024-02-29'.")
    }
    const micros = parseTimestamp(text.trim())?.[0]
    if (micros !== undefined) return { kind: 'timestamp', micros }
    throw misread(
      this.#source,
      at,
      `${JSON.stringify(text)} is no time`,
      "Write it as TIMESTAMP'2024-02-29 12:00:00', in UTC unless a zone follows, as -03:00.",
    )
  }

  #name(): FilterColumn {
    const start = this.#peek()
    const parts: string[] = []
    do {
      const token = this.#peek()
      if (token.kind !== 'word' && token.kind !== 'quotedName') throw this.#unexpected(token, 'a name')
      parts.push(token.text)
      this.#next += 1
    } while (this.#takeSymbol('.'))
    const following = this.#peek()
    if (following.kind === 'symbol' && following.text === '(') {
      throw this.#mistake(start, `Functions as ${parts.join('.')} cannot be used`, 'Compare columns with values, or run a query on Spark.')
    }
    const found = findColumn(this.#schema, parts)
    if ('problem' in found) throw this.#mistake(start, found.problem, found.hint)
    return found
  }

  #peek(ahead = 0): FilterToken {
    const at = Math.min(this.#next + ahead, this.#tokens.length - 1)
    return this.#tokens[at] ?? { kind: 'end', text: '', at: this.#source.length, end: this.#source.length }
  }

  #peekWord(word: string, ahead = 0): boolean {
    const token = this.#peek(ahead)
    return token.kind === 'word' && token.text.toUpperCase() === word
  }

  #takeWord(word: string): boolean {
    if (!this.#peekWord(word)) return false
    this.#next += 1
    return true
  }

  #takeSymbol(symbol: string): boolean {
    const token = this.#peek()
    if (token.kind !== 'symbol' || token.text !== symbol) return false
    this.#next += 1
    return true
  }

  #expectSymbol(symbol: string): void {
    if (!this.#takeSymbol(symbol)) throw this.#unexpected(this.#peek(), symbol)
  }

  #unexpected(token: FilterToken, wanted: string): Error {
    if (token.kind === 'end' && this.#source.trim() === '')
      return this.#mistake(token, 'The filter is empty', "Write a condition, as amount > 100 AND country = 'BR'.")
    const found =
      token.kind === 'end' ? 'Something is missing' : `${this.#source.slice(token.at, Math.min(token.end, token.at + 40))} is not expected`
    return this.#mistake(token, found, `What can stand here: ${wanted}.`)
  }

  #mistake(token: FilterToken, sentence: string, hint?: string): Error {
    return misread(this.#source, token.at, sentence, hint)
  }
}

function not(part: Filter): Filter {
  return part.kind === 'not' ? part.part : { kind: 'not', part }
}

function constant(value: Truth): Filter {
  return { kind: 'constant', truth: value }
}

function joined(kind: 'and' | 'or', parts: readonly Filter[]): Filter {
  const [only] = parts
  return parts.length === 1 && only ? only : { kind, parts }
}
