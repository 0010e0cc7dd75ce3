import assert from 'node:assert/strict'
import { Field, Int32, Schema, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow'
import { createCollector } from '#arrow/collect.ts'
import { deltaSchema } from '#arrow/deltaSchema.ts'
import { countRows, decodeArrow, encodeArrow, encodeBatches } from '#arrow/ipc.ts'
import { jsonRows } from '#arrow/json.ts'
import { createSplice } from '#arrow/splice.ts'
import { textTable } from '#arrow/text.ts'

/** `SELECT 1 AS a, 'x' AS a, …`: two columns of one name and different types. */
function sameNames(): Uint8Array {
  const { batches } = new Table({ a: vectorFromArray([1, 2, 3], new Int32()), b: vectorFromArray(['x', null, 'z'], new Utf8()) })
  return encodeBatches(new Schema([new Field('a', new Int32(), true), new Field('a', new Utf8(), true)]), batches)
}

const rows = [
  [1, 'x'],
  [2, null],
  [3, 'z'],
]

describe('Arrow streams with columns of one name', () => {
  it('keep each column with its own type when read and written again', () => {
    const table = decodeArrow(sameNames())
    assert.deepEqual(
      deltaSchema(table.schema).fields.map(field => [field.name, field.type]),
      [
        ['a', 'integer'],
        ['a', 'string'],
      ],
    )
    assert.deepEqual([...jsonRows(table)], rows)
    assert.deepEqual([...jsonRows(decodeArrow(encodeArrow(table)))], rows)
    assert.deepEqual(countRows(sameNames()), { rows: 3, columns: 2 })
  })

  it('keep their rows when they are cut, joined or printed', () => {
    const collector = createCollector({ rows: 2, bytes: Infinity })
    collector.add(sameNames())
    const { arrow } = collector.collected() ?? { arrow: new Uint8Array() }
    assert.deepEqual([...jsonRows(decodeArrow(arrow))], rows.slice(0, 2))
    assert.match(textTable(arrow), /1 \| x\n2 \| NULL/)
    assert.deepEqual([...jsonRows(decodeArrow([sameNames(), sameNames()]))], [...rows, ...rows])
  })
})

describe('createSplice', () => {
  it('joins streams of one schema to one stream, empty ones included', () => {
    const splice = createSplice()
    const streams = [sameNames(), encodeBatches(decodeArrow(sameNames()).schema, []), sameNames()]
    const parts = streams.flatMap(stream => [...splice.add(stream)])
    const joined = Buffer.concat([...parts, splice.end()])
    assert.deepEqual([...jsonRows(decodeArrow(joined))], [...rows, ...rows])
  })

  it('takes streams as another writer makes them', () => {
    const table = new Table({ a: vectorFromArray([1, 2], new Int32()) })
    const splice = createSplice()
    const joined = Buffer.concat([...splice.add(tableToIPC(table, 'stream')), ...splice.add(tableToIPC(table, 'stream')), splice.end()])
    assert.deepEqual([...jsonRows(decodeArrow(joined))], [[1], [2], [1], [2]])
  })
})
