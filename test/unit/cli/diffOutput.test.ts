import assert from 'node:assert/strict'
import { diffLines } from '#cli/diffOutput.ts'
import type { TableDiff } from '#delta/diff/diffTypes.ts'

const same: TableDiff = {
  from: 3,
  to: 7,
  schema: { added: [], removed: [], changed: [] },
  properties: { added: {}, removed: {}, changed: {} },
  protocol: null,
  partitionColumns: null,
  files: { added: 2, removed: 1, addedBytes: 12_345, removedBytes: 9 },
  rows: { added: 1200, removed: 0, changed: 3 },
  source: 'files',
  rewrittenFiles: 0,
  duplicateKeys: null,
  tooLarge: null,
  problem: null,
  sample: [],
}

describe('diffLines', () => {
  it('tells rows, files, columns, properties, protocol and examples', () => {
    const protocol = { minReaderVersion: 1, minWriterVersion: 2, readerFeatures: [], writerFeatures: [] }
    const text = diffLines(
      {
        ...same,
        source: 'changeData',
        schema: {
          added: [{ name: 'late', type: 'string' }],
          removed: [{ name: 'st.old', type: { type: 'array', elementType: 'long', containsNull: true } }],
          changed: [
            { name: 'amount', from: { name: 'v', type: 'integer', nullable: true }, to: { name: 'amount', type: 'long', nullable: true } },
            { name: 'id', from: { name: 'id', type: 'long', nullable: true }, to: { name: 'id', type: 'long', nullable: false } },
          ],
        },
        properties: { added: { a: '1' }, removed: { b: '2' }, changed: { c: { from: 'x', to: 'y' } } },
        protocol: { from: protocol, to: { ...protocol, minReaderVersion: 3, readerFeatures: ['deletionVectors'] } },
        partitionColumns: { from: [], to: ['day'] },
        duplicateKeys: { count: 2, example: { id: 5 } },
        sample: [
          { change: 'changed', before: { id: 1 }, after: { id: 1 } },
          { change: 'added', row: { id: 2 } },
        ],
      },
      ['id'],
    )
    assert.equal(
      text,
      `Versions  3 to 7
Rows      1,200 added, 0 removed, 3 changed, by change data
          2 keys stand in several rows, as {"id":5}; these count as added and removed
Files     2 added (12,345 bytes), 1 removed (9 bytes)
Columns
  +  late         string
  -  st.old       array<long>
  ~  v -> amount  integer -> long
  ~  id           long -> long not null
Partitioned by
  ~  - -> day
Properties
  +  a = 1
  -  b = 2
  ~  c = x -> y
Protocol
  ~  reader 1, writer 2 -> reader 3, writer 2
  +  deletionVectors
Examples
  ~  {"id":1} -> {"id":1}
  +  {"id":2}
`,
    )
  })

  it('says why rows were not compared', () => {
    const tooLarge = { bytes: 5_000_000, mostBytes: 1000, query: 'SELECT 1' }
    assert.equal(
      diffLines({ ...same, rows: null, source: null, tooLarge }, []),
      `Versions  3 to 7
Rows      not compared: 5,000,000 bytes to read, 1,000 allowed
Files     2 added (12,345 bytes), 1 removed (9 bytes)
Too large to compare here: run this on Spark
SELECT 1
`,
    )
    const problem = { code: 'notFound', message: 'The data file is missing.', hint: 'VACUUM has deleted it.' } as const
    assert.equal(
      diffLines({ ...same, rows: null, source: null, files: null, problem }, []),
      'Versions  3 to 7\nRows      not compared\n          The data file is missing.\n          VACUUM has deleted it.\n',
    )
    assert.equal(
      diffLines({ ...same, rows: { added: 0, removed: 0, changed: 0 }, files: null, rewrittenFiles: 3 }, []),
      'Versions  3 to 7\nRows      0 added, 0 removed, 3 files only rewritten\n',
    )
  })
})
