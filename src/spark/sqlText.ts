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

/** Closed by END and themselves, and not counted when they open. */
const blockWords: ReadonlySet<string> = new Set(['IF', 'WHILE', 'LOOP', 'REPEAT', 'FOR'])

/** Follows a statement that begins with BEGIN to its END, counting the blocks and CASEs that END alone closes. */
class ScriptDepth {
  #depth = 0

  get isOpen(): boolean {
    return this.#depth > 0
  }

  take({ kind, text }: SqlToken, before: readonly SqlToken[]): void {
    const previous = before.at(-1)
    if (kind !== 'word' || previous?.text === '.') return
    if (previous === undefined) this.#depth = text === 'BEGIN' ? 1 : 0
    else if (this.isOpen || previous.text === 'END') this.#count(text, previous.text === 'END')
  }

  #count(text: string, afterEnd: boolean): void {
    if (afterEnd && blockWords.has(text)) this.#depth += 1
    else if (text === 'BEGIN' || (text === 'CASE' && !afterEnd)) this.#depth += 1
    else if (text === 'END') this.#depth -= 1
  }
}
