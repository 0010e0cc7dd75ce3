import assert from 'node:assert/strict'
import { splitStatements } from '#spark/sqlText.ts'
import { seededRandom } from '../../support/random.ts'

const scripts = 300

/** Random scripts of a grammar whose every sentence Spark 4.2's own parser takes (seen for 3,000 of them). */
class ScriptMaker {
  readonly #random: () => number
  #names = 0

  constructor(seed: number) {
    this.#random = seededRandom(seed)
  }

  script(): string {
    return `BEGIN ${this.#pick(['', 'DECLARE y INT DEFAULT 1; '])}${this.#body(3)} END`
  }

  #body(depth: number): string {
    const count = 1 + Math.floor(this.#random() * 3)
    return Array.from({ length: count }, () => `${this.#statement(depth)};`).join(this.#pick([' ', '\n', ' /* end; */ ', ' -- BEGIN\n']))
  }

  #statement(depth: number): string {
    if (depth <= 0) return this.#simple()
    const [name, body, condition] = [`n${this.#names++}`, this.#body(depth - 1), `${this.#expression(1)} = 1`]
    return this.#pick([
      `IF ${condition} THEN ${body} END IF`,
      `IF ${condition} THEN ${body} ELSEIF x = 2 THEN SELECT 2; ELSE ${this.#body(depth - 1)} END IF`,
      `CASE WHEN ${condition} THEN ${body} ELSE ${this.#body(depth - 1)} END CASE`,
      `CASE ${this.#expression(0)} WHEN 1 THEN ${body} END CASE`,
      `WHILE ${condition} DO ${body} END WHILE`,
      `${name}: LOOP ${body} LEAVE ${name}; END LOOP ${name}`,
      `REPEAT ${body} UNTIL ${condition} END REPEAT`,
      `FOR ${name} AS SELECT ${this.#expression(1)} AS z DO ${body} END FOR`,
      `${name}: BEGIN ${body} END ${name}`,
    ])
  }

  #simple(): string {
    const value = this.#expression(2)
    return this.#pick([`SELECT ${value}`, `INSERT INTO t SELECT ${value}`, `SET x = ${value}`, 'DROP TABLE IF EXISTS t'])
  }

  #expression(depth: number): string {
    if (depth <= 0) return this.#pick(['1', "'a;END'", 't.end', '`begin`', 'if(x, 1, 2)', 'repeat("a", 2)'])
    const inner = this.#expression(depth - 1)
    return this.#pick([
      inner,
      `CASE WHEN ${inner} = 1 THEN 1 ELSE ${this.#expression(depth - 1)} END`,
      `CASE ${inner} WHEN 1 THEN 2 END`,
      `(SELECT ${inner} end FROM t)`,
      `(SELECT CASE WHEN ${inner} = 1 THEN 2 END loop FROM t)`,
    ])
  }

  #pick(choices: readonly string[]): string {
    return choices[Math.floor(this.#random() * choices.length)] ?? ''
  }
}

describe('scripts', () => {
  it('stay whole, whatever blocks they nest', () => {
    for (let seed = 1; seed <= scripts; seed += 1) {
      const script = new ScriptMaker(seed).script()
      assert.deepEqual(
        splitStatements(`${script};\nSELECT 2; `).map(({ sql }) => sql),
        [script, 'SELECT 2'],
        `seed ${seed}`,
      )
    }
  })
})
