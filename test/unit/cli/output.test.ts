import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tableFromArrays, tableFromIPC, tableToIPC, vectorFromArray, Table, Utf8, Int64, Float64 } from 'apache-arrow'
import { csvLine } from '#cli/csv.ts'
import type { Io } from '#cli/io.ts'
import { openRowSink, type JsonShape } from '#cli/rowSink.ts'
import { alignedLines, describeLines, historyLine } from '#cli/textOutput.ts'
import type { Format } from '#cli/args.ts'

function recording() {
  const out: Uint8Array[] = []
  const told: string[] = []
  const io: Io = {
    env: {},
    workingFolder: '/',
    out: async chunk => void out.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk),
    tell: line => void told.push(line),
    flash: () => {},
    readInput: () => Promise.resolve(''),
    ask: () => Promise.resolve(undefined),
  }
  return { io, told, bytes: () => Buffer.concat(out), text: () => Buffer.concat(out).toString() }
}

const first = new Table({
  name: vectorFromArray(['a', '', null], new Utf8()),
  big: vectorFromArray([1n, 9_007_199_254_740_993n, null], new Int64()),
  ratio: vectorFromArray([0.5, Number.NaN, null], new Float64()),
})
const second = new Table({
  name: vectorFromArray(['x,"y"\nz'], new Utf8()),
  big: vectorFromArray([-2n], new Int64()),
  ratio: vectorFromArray([3], new Float64()),
})
const shape: JsonShape = { before: () => ({ version: 7 }), rows: 'records' }

async function printed(format: Format, tables: readonly Table[], truncated: boolean, how = shape) {
  const recorded = recording()
  const sink = await openRowSink(format, how, recorded.io)
  for (const table of tables) await sink.add(tableToIPC(table, 'stream'))
  await sink.end(truncated)
  return recorded
}

describe('openRowSink', () => {
  it('writes JSON as it comes, exact and in the order of the contract', async () => {
    const { text } = await printed({ kind: 'json' }, [first, second], true)
    assert.equal(
      text(),
      [
        '{"version":7,"schema":{"type":"struct","fields":[{"name":"name","type":"string","nullable":true,"metadata":{}},' +
          '{"name":"big","type":"long","nullable":true,"metadata":{}},{"name":"ratio","type":"double","nullable":true,"metadata":{}}]},"rows":[',
        '{"name":"a","big":1,"ratio":0.5},',
        '{"name":"","big":"9007199254740993","ratio":"NaN"},',
        '{"name":null,"big":null,"ratio":null},',
        '{"name":"x,\\"y\\"\\nz","big":-2,"ratio":3}',
        '],"truncated":true}',
        '',
      ].join('\n'),
    )
  })

  it('writes rows as arrays where column names may repeat', async () => {
    const { text } = await printed({ kind: 'json' }, [second], false, { before: () => ({}), schema: () => 's', rows: 'arrays' })
    assert.deepEqual(JSON.parse(text()), { schema: 's', rows: [['x,"y"\nz', -2, 3]], truncated: false })
  })

  it('writes a whole document also for a statement without a result', async () => {
    const { text } = await printed({ kind: 'json' }, [], false, { before: () => ({}), rows: 'arrays' })
    assert.deepEqual(JSON.parse(text()), { schema: { type: 'struct', fields: [] }, rows: [], truncated: false })
  })

  it('writes CSV with one header, null told from empty text', async () => {
    const { text, told } = await printed({ kind: 'csv' }, [first, second], true)
    assert.equal(text(), 'name,big,ratio\r\na,1,0.5\r\n"",9007199254740993,NaN\r\n,,\r\n"x,""y""\nz",-2,3\r\n')
    assert.deepEqual(told, ['There are more rows than these; --limit all gives all of them.'])
  })

  it('writes one aligned table for a person', async () => {
    const { text, told } = await printed({ kind: 'text' }, [tableFromArrays({ n: [1, 2] })], false)
    assert.match(text(), /^n\s*\n-+\n1\s*\n2\s*\n$/)
    assert.deepEqual(told, [])
  })

  it('writes one Arrow stream of all batches to the standard output', async () => {
    const { bytes } = await printed({ kind: 'arrow', file: '-' }, [first, second, first], false)
    const table = tableFromIPC(bytes())
    assert.equal(table.numRows, 7)
    assert.deepEqual(
      [...table].map(row => row['name']),
      ['a', '', null, 'x,"y"\nz', 'a', '', null],
    )
  })

  it('writes one Arrow stream to a file, also without a row', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dataflow-cli-'))
    const file = join(folder, 'rows.arrow')
    await printed({ kind: 'arrow', file }, [first.slice(0, 0)], false)
    const table = tableFromIPC(await readFile(file))
    assert.deepEqual([table.numRows, table.schema.fields.map(field => field.name)], [0, ['name', 'big', 'ratio']])
    await rm(folder, { recursive: true })
  })
})

describe('csvLine', () => {
  it('quotes only what needs it and writes nested values as JSON', () => {
    assert.equal(
      csvLine(['plain', 'a,b', 'a"b', 'a\r', '', null, true, 1.5, [1, null], { a: 'x' }]),
      'plain,"a,b","a""b","a\r","",,true,1.5,"[1,null]","{""a"":""x""}"\r\n',
    )
  })
})

describe('text for a person', () => {
  it('aligns columns without spaces at the ends', () => {
    assert.equal(
      alignedLines([
        ['a', 'bb', ''],
        ['ccc', 'd'],
      ]),
      'a    bb\nccc  d\n',
    )
  })

  it('says what a version did to the rows', () => {
    const entry = { timestamp: 't', operationParameters: {}, userName: null, userMetadata: null }
    const merged = { numTargetRowsInserted: '1200', numTargetRowsUpdated: '3', numTargetRowsDeleted: '0' }
    assert.deepEqual(
      [
        historyLine({ ...entry, version: 4, operation: 'MERGE', operationMetrics: merged, readable: true }),
        historyLine({ ...entry, version: 3, operation: null, operationMetrics: {}, readable: false }),
      ],
      [
        ['4', 't', 'MERGE', '1,200 added, 3 updated', ''],
        ['3', 't', '', '', 'no longer readable'],
      ],
    )
  })

  it('describes a version', () => {
    assert.equal(
      describeLines('s3://gold/t', {
        version: 5,
        timestamp: '2026-01-02T03:04:05.678Z',
        name: null,
        description: 'Daily figures',
        protocol: {
          minReaderVersion: 3,
          minWriterVersion: 7,
          readerFeatures: ['deletionVectors'],
          writerFeatures: ['deletionVectors', 'invariants'],
        },
        schema: {
          type: 'struct',
          fields: [
            { name: 'symbol', type: 'string', nullable: false, metadata: {} },
            {
              name: 'tags',
              type: {
                type: 'map',
                keyType: 'string',
                valueType: { type: 'array', elementType: 'long', containsNull: true },
                valueContainsNull: true,
              },
              nullable: true,
              metadata: {},
            },
          ],
        },
        partitionColumns: ['symbol'],
        clusteringColumns: [],
        properties: { 'delta.appendOnly': 'true' },
        numFiles: 6,
        sizeBytes: 268_612,
        numRecords: null,
        earliestVersion: 0,
        latestVersion: 5,
        warnings: ['The checksum of version 5 counts 7 files, its log 6.'],
      }),
      `Table           s3://gold/t
Comment         Daily figures
Version         5 of 0 to 5
Time            2026-01-02T03:04:05.678Z
Rows            not known
Files           6
Bytes           268,612
Partitioned by  symbol
Protocol        reader 3, writer 7
Features        deletionVectors, invariants
Warning         The checksum of version 5 counts 7 files, its log 6.
Properties
  delta.appendOnly = true
Columns
  symbol  string                   not null
  tags    map<string,array<long>>
`,
    )
  })
})
