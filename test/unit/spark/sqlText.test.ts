import assert from 'node:assert/strict'
import { splitStatements } from '#spark/sqlText.ts'

function statements(text: string): string[] {
  return splitStatements(text).map(({ sql }) => sql)
}

function kinds(text: string): string[] {
  return splitStatements(text).map(({ kind }) => kind)
}

describe('statements of a text', () => {
  const whole: readonly (readonly [title: string, text: string])[] = [
    ['a single-quoted string', `SELECT 'a;b'`],
    ['a string with an escaped quote', String.raw`SELECT 'a\';b'`],
    ['a string with a doubled quote', `SELECT 'a'';b'`],
    ['a string that ends in an escaped backslash', String.raw`SELECT 'a;\\'`],
    ['a double-quoted string', `SELECT "a;b"`],
    ['a double-quoted string with an escaped quote', String.raw`SELECT "a\";b"`],
    ['a raw string, where a backslash is itself', String.raw`SELECT r'\', ';'`],
    ['a raw string in double quotes', String.raw`SELECT R"\;'"`],
    ['a string over lines', `SELECT 'a\n;\nb'`],
    ['a quoted name', 'SELECT * FROM `a;b`'],
    ['a quoted name with a doubled back quote', 'SELECT * FROM `a``;b`'],
    ['a quoted name with a backslash', 'SELECT * FROM `a\\`'],
    ['a line comment inside', 'SELECT 1 -- one; two\n + 2'],
    ['a line comment that a backslash carries on', 'SELECT 1 -- one \\\n; two\n + 2'],
    ['a block comment inside', 'SELECT /* a;b */ 1'],
    ['nested block comments', 'SELECT /* a; /* b; */ c; */ 1'],
    ['a quote in a comment', `SELECT 1 /* it's; */ + 2 -- don't; \n + 3`],
    ['a hint', 'SELECT /*+ BROADCAST(t) */ * FROM t'],
    ['a hint after a comment', 'SELECT /* ; */ /*+ COALESCE(1) */ * FROM t'],
    ['comment signs in a string', `SELECT '--', '/*', ';'`],
    ['dollar-quoted text', 'CREATE FUNCTION f() RETURNS INT LANGUAGE PYTHON AS $$ return 1; $$'],
    ['tagged dollar-quoted text', 'CREATE FUNCTION f() AS $py$ a; $$ b; $py$'],
    ['an unclosed string', `SELECT 'a; SELECT 2`],
    ['an unclosed name', 'SELECT `a; SELECT 2'],
    ['a script', 'BEGIN SELECT 1; SELECT 2; END'],
    ['a script with IF', 'BEGIN IF a > 1 THEN SELECT 1; ELSE SELECT 2; END IF; SELECT 3; END'],
    [
      'a script with loops',
      'BEGIN WHILE a DO SET a = 1; END WHILE; lp: LOOP LEAVE lp; END LOOP lp; REPEAT SET b = 1; UNTIL b END REPEAT; END',
    ],
    ['a script with FOR', 'begin for r as select 1 do insert into t values (r.x); end for; end'],
    ['a script with a CASE expression', `BEGIN SELECT CASE WHEN a THEN 'x;' ELSE b END AS c; SELECT 2; END`],
    ['a script with a CASE statement', 'BEGIN CASE x WHEN 1 THEN SELECT 1; ELSE SELECT 2; END CASE; SELECT 3; END'],
    ['a script with a nested block', 'BEGIN DECLARE x INT; BEGIN SELECT 1; END; SELECT 2; END'],
    ['a script with a column named end', 'BEGIN SELECT t.end, t.begin FROM t; SELECT 2; END'],
    ['a script with names like keywords', 'BEGIN SELECT CASE WHEN x THEN 1 END loop, y end, begin FROM t; SELECT a AS if FROM t; END'],
    ['a script with a handler', "BEGIN DECLARE EXIT HANDLER FOR SQLSTATE '22012' BEGIN SELECT 1; END; SELECT 1 / 0; END"],
    ['an empty script', 'BEGIN END'],
    ['a script that never ends', 'BEGIN SELECT 1; SELECT 2'],
  ]
  for (const [title, text] of whole) {
    it(`keeps ${title} whole`, () => assert.deepEqual(statements(text), [text]))
  }

  it('separates at semicolons and leaves empty ones out', () => {
    assert.deepEqual(statements('; SELECT 1;;\n ;SELECT 2 ;'), ['SELECT 1', 'SELECT 2'])
  })

  it('has none in comments alone', () => {
    assert.deepEqual(statements('-- nothing; here\n/* nor; here */ ;'), [])
  })

  it('goes on after a script, a string and a comment', () => {
    const text = `BEGIN SELECT 1; END; SELECT ';' /* ; */; SELECT 3`
    assert.deepEqual(statements(text), ['BEGIN SELECT 1; END', `SELECT ';'`, 'SELECT 3'])
  })

  it('takes an unclosed comment to the end of the text', () => {
    assert.deepEqual(statements('SELECT 1; /* a; /* b; */ SELECT 2'), ['SELECT 1'])
  })

  it('ends a comment of two signs at the next one, not at its own star', () => {
    assert.deepEqual(statements('/*/ SELECT 1; */ SELECT 2'), ['SELECT 2'])
  })

  it('takes a BEGIN inside a statement for what it is', () => {
    assert.deepEqual(statements('SELECT begin FROM t; SELECT CASE a WHEN 1 THEN 2 END; SELECT 3'), [
      'SELECT begin FROM t',
      'SELECT CASE a WHEN 1 THEN 2 END',
      'SELECT 3',
    ])
  })

  it('says where each statement lies', () => {
    const text = '/* é😀 */ SELECT 1;\nSELECT 2 '
    assert.deepEqual(
      splitStatements(text).map(({ start, end }) => text.slice(start, end)),
      ['SELECT 1', 'SELECT 2'],
    )
  })

  it('reads a text of many quotes in linear time', () => {
    const text = `SELECT ${"'a\\\\''b', ".repeat(20_000)} 1; SELECT 2`
    assert.equal(statements(text).length, 2)
  })
})

describe('kind of a statement', () => {
  const queries = [
    'SELECT 1',
    'select * from t',
    '-- first a comment\nSELECT 1',
    '/* INSERT INTO t */ SELECT 1',
    `SELECT 'INSERT INTO t', "DELETE" FROM \`update\``,
    'VALUES (1), (2)',
    'TABLE t',
    'FROM t SELECT a',
    'FROM t |> WHERE a > 1 |> SELECT a',
    '(SELECT 1) UNION (SELECT 2)',
    '((SELECT 1))',
    'WITH a AS (SELECT 1) SELECT * FROM a',
    'WITH a AS (SELECT 1), b (x, y) AS (SELECT 1, 2) SELECT * FROM a, b',
    'WITH RECURSIVE a(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM a WHERE n < 9) SELECT * FROM a',
    'WITH a AS (WITH b AS (SELECT 1) SELECT * FROM b) SELECT * FROM a',
    'WITH select AS (SELECT 1) FROM select SELECT *',
    'SELECT /*+ REPARTITION(3) */ * FROM t',
    'SELECT replace(a, b, c) FROM t',
  ]
  for (const text of queries) {
    it(`is a query: ${text}`, () => assert.deepEqual(kinds(text), ['query']))
  }

  const commands = [
    'INSERT INTO t SELECT 1',
    '-- SELECT\nINSERT INTO t VALUES (1)',
    '/* SELECT 1 */ INSERT INTO t VALUES (1)',
    '/*/ SELECT 1 */ DELETE FROM t',
    '/* /* */ SELECT 1 */ DROP TABLE t',
    'WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a',
    'with a as (select 1) insert overwrite t select * from a',
    'WITH a AS (SELECT 1) FROM a INSERT INTO t SELECT *',
    'WITH a AS (SELECT 1), select AS (SELECT 2) INSERT INTO t SELECT * FROM select',
    'WITH a AS (SELECT 1) MERGE INTO t USING a ON t.x = a.x WHEN MATCHED THEN DELETE',
    'WITH a AS (SELECT 1) UPDATE t SET x = 1',
    'WITH a AS (SELECT 1) DELETE FROM t',
    'FROM a INSERT INTO t SELECT * INSERT INTO u SELECT *',
    'FROM a INSERT OVERWRITE TABLE t SELECT *',
    '(SELECT 1) INSERT INTO t SELECT 1',
    'SHOW TABLES',
    'DESCRIBE HISTORY t',
    'EXPLAIN SELECT 1',
    'SET x = 1',
    'CREATE TABLE t AS SELECT 1',
    'CACHE TABLE t AS SELECT 1',
    "EXECUTE IMMEDIATE 'INSERT INTO t VALUES (1)'",
    'BEGIN SELECT 1; END',
    'SELECT ${statement}',
    '${verb} INTO t SELECT 1',
    'WITH a AS (SELECT 1) (SELECT * FROM a)',
    'WITH',
    'WITH a AS (SELECT 1',
    'selec 1',
    '1 + 1',
    "'SELECT 1'",
    '`SELECT` 1',
    '$$SELECT$$ 1',
    'r"SELECT" 1',
  ]
  for (const text of commands) {
    it(`is a command: ${text}`, () => assert.deepEqual(kinds(text), ['command']))
  }

  it('takes a literal of 10 MB', () => {
    const long = 'x'.repeat(10_000_000)
    for (const quote of ["'", '"', '`']) assert.deepEqual(kinds(`SELECT ${quote}${long}${quote}; DROP TABLE t`), ['query', 'command'])
  })

  it('tells the statements of one text apart', () => {
    assert.deepEqual(kinds('SELECT 1; INSERT INTO t VALUES (1); -- x\nWITH a AS (SELECT 1) SELECT * FROM a'), ['query', 'command', 'query'])
  })
})
