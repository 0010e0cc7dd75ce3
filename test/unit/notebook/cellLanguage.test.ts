import assert from 'node:assert/strict'
import { readCell } from '#notebook/cellLanguage.ts'

describe('cell language', () => {
  it('takes an SQL cell as it is', () => {
    assert.deepEqual(readCell('SELECT 1', 'sql'), { kind: 'sql', text: 'SELECT 1', offset: 0 })
  })

  it('leaves out a magic line and says where the SQL begins', () => {
    assert.deepEqual(readCell('%%sql\nSELECT 1', 'python'), { kind: 'sql', text: 'SELECT 1', offset: 6 })
    assert.deepEqual(readCell('\n  %sql SELECT 1', 'sql'), { kind: 'sql', text: 'SELECT 1', offset: 8 })
    assert.deepEqual(readCell('%%sql\r\nSELECT 1', 'python'), { kind: 'sql', text: 'SELECT 1', offset: 7 })
  })

  it('leaves lines behind the magic line where they are', () => {
    assert.deepEqual(readCell('%%sql\n\n  SELECT 1', 'sql'), { kind: 'sql', text: '\n  SELECT 1', offset: 6 })
  })

  it('does not take a longer word for the magic', () => {
    assert.deepEqual(readCell('%%sqlite\nSELECT 1', 'python'), { kind: 'other', languageId: 'python' })
  })

  it('tells an empty cell from one of another language', () => {
    assert.deepEqual(readCell('  \n', 'sql'), { kind: 'empty' })
    assert.deepEqual(readCell('%%sql\n', 'python'), { kind: 'empty' })
    assert.deepEqual(readCell('', 'python'), { kind: 'empty' })
    assert.deepEqual(readCell('print(1)', 'python'), { kind: 'other', languageId: 'python' })
  })
})
