import type { StatementText } from './position.ts'
import { tokens, type SqlToken } from './sqlTokens.ts'

/** One statement of a text; `sql` is what goes to the server. */
export interface SqlStatement extends StatementText {
  readonly sql: string
  /** `query` only where the text can be nothing but a query; a doubtful one is a `command`, which the server runs once. */
  readonly kind: 'query' | 'command'
}

/** The statements of a text, separated by `;` outside quotes, comments and BEGIN … END scripts; empty ones are left out. */
export function splitStatements(text: string): readonly SqlStatement[] {
  const statements: SqlStatement[] = []
  let current: SqlToken[] = []
  const close = (): void => {
    const [first, last] = [current[0], current.at(-1)]
    if (first && last) statements.push(statementOf(text, current, first.start, last.end))
    current = []
  }
  const script = new ScriptDepth()
  for (const token of tokens(text)) {
    if (token.text === ';' && token.kind === 'symbol' && !script.isOpen) close()
    else {
      script.take(token, current)
      current.push(token)
    }
  }
  close()
  return statements
}

function statementOf(whole: string, parts: readonly SqlToken[], start: number, end: number): SqlStatement {
  const sql = whole.slice(start, end)
  return { whole, start, end, sql, kind: isQuery(parts) && !sql.includes('${') ? 'query' : 'command' }
}

const queryVerbs: ReadonlySet<string> = new Set(['SELECT', 'VALUES', 'TABLE', 'FROM', 'WITH'])
const mainVerbs: ReadonlySet<string> = new Set(['SELECT', 'VALUES', 'TABLE', 'FROM'])
/** One of these as a bare word anywhere, and the statement may write. */
const writingWords: ReadonlySet<string> = new Set(['INSERT', 'INTO', 'OVERWRITE', 'UPDATE', 'DELETE', 'MERGE'])

function isQuery(parts: readonly SqlToken[]): boolean {
  const first = parts.find(part => part.text !== '(')
  if (first?.kind !== 'word' || !queryVerbs.has(first.text)) return false
  if (parts.some(part => part.kind === 'word' && writingWords.has(part.text))) return false
  return first.text !== 'WITH' || hasQueryAfterList(parts.slice(parts.indexOf(first) + 1))
}

/** Whether the main verb behind a WITH list (`name AS (…), …`) is found, and is a query's. */
function hasQueryAfterList(parts: readonly SqlToken[]): boolean {
  let depth = 0
  for (const [index, { kind, text }] of parts.entries()) {
    const closedBefore = depth === 0 && parts[index - 1]?.text === ')'
    if (closedBefore && kind === 'word' && text !== 'AS') return mainVerbs.has(text)
    if (text === '(') depth += 1
    if (text === ')') depth -= 1
    if (depth < 0) return false
  }
  return false
}

/** What a statement inside a script can stand behind, so that a BEGIN there opens a block. */
const beforeStatement: ReadonlySet<string> = new Set([';', ':', 'BEGIN', 'ATOMIC', 'THEN', 'ELSE', 'DO', 'LOOP', 'REPEAT'])
/** `END` with one of these closes another block than BEGIN … END. */
const otherBlocks: ReadonlySet<string> = new Set(['IF', 'CASE', 'WHILE', 'LOOP', 'REPEAT', 'FOR'])

/**
 * Follows a statement that begins with BEGIN to its END. The END of a block stands behind a `;` or its own BEGIN, that of a CASE
 * expression does not. Where a name looks like a keyword and misleads it, a script is sent too long or too short, and Spark
 * refuses it as a whole.
 */
class ScriptDepth {
  #depth = 0
  #inHandler = false

  get isOpen(): boolean {
    return this.#depth > 0
  }

  take({ kind, text }: SqlToken, before: readonly SqlToken[]): void {
    const previous = before.at(-1)?.text
    if (previous === undefined) this.#depth = kind === 'word' && text === 'BEGIN' ? 1 : 0
    if (text === ';') this.#inHandler = false
    if (kind !== 'word' || previous === undefined) return
    if (previous === 'END' && otherBlocks.has(text) && closesBlock(before.at(-2))) this.#depth += 1
    else if (!this.isOpen) return
    else if (text === 'HANDLER') this.#inHandler = true
    else if (text === 'BEGIN' && (this.#inHandler || beforeStatement.has(previous))) this.#depth += 1
    else if (text === 'END' && closesBlock(before.at(-1))) this.#depth -= 1
  }
}

function closesBlock(previous: SqlToken | undefined): boolean {
  return previous?.text === ';' || previous?.text === 'BEGIN' || previous?.text === 'ATOMIC'
}
