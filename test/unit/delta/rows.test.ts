import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { tableFromIPC } from 'apache-arrow'
import { createTableReads } from '#app/deltaReads.ts'
import { jsonRecords } from '#arrow/json.ts'
import type { Place } from '#app/place.ts'
import { listLog } from '#delta/log/log.ts'
import { planEveryRow, readRows } from '#delta/rows/scan.ts'
import { loadSnapshot } from '#delta/snapshot.ts'
import type { RowsRequest, TableRows } from '#delta/types.ts'
import { vectorFile } from '../../support/deletionVectors.ts'
import { add, logInMemory, metadata, problemLike, protocol, type LogInMemory } from '../../support/deltaLog.ts'

const never = new AbortController().signal
/** Ten rows in row groups of six and four: id, name (null at 3), tags (null at 1, empty at 0), point (null at 5). */
const ten = readFileSync(join(import.meta.dirname, '../../fixtures/delta/ten.parquet'))
const place: Place = { store: { kind: 'local', folder: '/' }, key: 't' }
const all = { offset: 0, limit: Infinity }

const field = (name: string, type: unknown, more: object = {}) => ({ name, type, nullable: true, metadata: {}, ...more })
const schemaOf = (...fields: readonly object[]) => ({ schemaString: JSON.stringify({ type: 'struct', fields }) })
const id = field('id', 'long')
const name = field('name', 'string')
const tags = field('tags', { type: 'array', elementType: 'string', containsNull: true })

async function tableOf(actions: readonly unknown[]): Promise<LogInMemory> {
  const log = logInMemory()
  await log.store.put('t/ten.parquet', ten)
  await log.commit(0, [protocol, ...actions])
  return log
}
const file = (more: object = {}) => add('ten.parquet', { size: ten.byteLength, stats: '{"numRecords":10}', ...more })
const readsOf = ({ store }: LogInMemory) => createTableReads(() => store)
const rowsOf = (log: LogInMemory, rows: RowsRequest = all): Promise<TableRows> => readsOf(log).rows({ place, at: {}, rows }, never)
const records = ({ arrow }: TableRows) => [...jsonRecords(tableFromIPC(arrow))]
const ids = (read: TableRows) => records(read).map(row => row['id'])

describe('rows', () => {
  it('reads every type of nesting, and columns the file does not have as null', async () => {
    const point = field('point', { type: 'struct', fields: [field('y', 'double'), field('late', 'string'), field('x', 'integer')] })
    const log = await tableOf([metadata({}, schemaOf(id, name, tags, point, field('new', 'date'))), file()])
    const found = records(await rowsOf(log))
    assert.equal(found.length, 10)
    assert.deepEqual(found[0], { id: 0, name: 'n0', tags: [], point: { y: 0, late: null, x: 0 }, new: null })
    assert.deepEqual(found[3], { id: 3, name: null, tags: [], point: { y: 1.5, late: null, x: 3 }, new: null })
    assert.deepEqual([found[1]?.['tags'], found[5]?.['tags'], found[5]?.['point']], [null, [null, 't1'], null])
  })

  it('gives any range of rows across row groups and files', async () => {
    const log = await tableOf([metadata({}, schemaOf(id)), file(), file({ path: './ten.parquet' })])
    await log.store.put('t/./ten.parquet', ten)
    const whole = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    for (let offset = 0; offset <= 20; offset += 1) {
      for (const limit of [0, 1, 4, 7, 13, 20]) {
        const read = await rowsOf(log, { offset, limit })
        const expected = whole.slice(offset, offset + limit)
        assert.deepEqual([ids(read), read.rows, read.truncated], [expected, expected.length, offset + limit < 20], `${offset} ${limit}`)
      }
    }
  })

  it('leaves deleted rows out, in pages too', async () => {
    const vector = vectorFile([0, 3, 5, 6, 9])
    const deletionVector = { storageType: 'u', pathOrInlineDv: '^-aqEH.-t@S}K{vb[*k^', offset: 1, sizeInBytes: vector.size, cardinality: 5 }
    const log = await tableOf([metadata({}, schemaOf(id, name, tags)), file({ deletionVector })])
    await log.store.put('t/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin', vector.file)
    const kept = records(await rowsOf(log))
    assert.deepEqual(
      kept.map(row => [row['id'], row['name'], row['tags']]),
      [
        [1, 'n1', null],
        [2, 'n2', [null, 't1']],
        [4, 'n4', [null]],
        [7, 'n7', [null]],
        [8, 'n8', [null, 't1']],
      ],
    )
    const pages = [0, 2, 4].map(async offset => ids(await rowsOf(log, { offset, limit: 2 })))
    assert.deepEqual(await Promise.all(pages), [[1, 2], [4, 7], [8]])
  })

  it('refuses a deletion vector that deletes a row beyond the file', async () => {
    const pathOrInlineDv = '^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L'
    const deletionVector = { storageType: 'i', pathOrInlineDv, sizeInBytes: 44, cardinality: 6 }
    const log = await tableOf([metadata({}, schemaOf(id)), file({ deletionVector })])
    await assert.rejects(
      rowsOf(log),
      problemLike('corrupt', /t version 0, file ten\.parquet: Its deletion vector deletes row 29, but it has only 10/),
    )
  })

  it('takes the columns asked for, in that order, and names those there are for one that is not', async () => {
    const log = await tableOf([metadata({}, schemaOf(id, name)), file()])
    assert.deepEqual(records(await rowsOf(log, { offset: 2, limit: 1, columns: ['name', 'ID'] })), [{ name: 'n2', id: 2 }])
    const unknown = rowsOf(log, { ...all, columns: ['nome'] })
    await assert.rejects(unknown, problemLike('invalid', /version 0 has no column nome/))
    await assert.rejects(rowsOf(log, { offset: -1, limit: 1 }), problemLike('invalid', /cannot be read/))
  })

  it('takes partition values from the log, also where the file has the column', async () => {
    const partitioned = metadata({}, { ...schemaOf(id, name, field('day', 'date')), partitionColumns: ['day', 'name'] })
    const log = await tableOf([partitioned, file({ partitionValues: { day: '2024-02-29', name: 'p' } })])
    assert.deepEqual(records(await rowsOf(log, { offset: 9, limit: 1 })), [{ id: 9, name: 'p', day: '2024-02-29' }])
    const wrong = await tableOf([partitioned, file({ partitionValues: { day: 'x', name: 'p' } })])
    await assert.rejects(rowsOf(wrong), problemLike('invalid', /file ten\.parquet: "x" is no value of partition column day of type date/))
  })

  it('finds columns by their physical names', async () => {
    const mapped = field('person', 'string', { metadata: { 'delta.columnMapping.id': 2, 'delta.columnMapping.physicalName': 'name' } })
    const log = await tableOf([
      { protocol: { minReaderVersion: 2, minWriterVersion: 5 } },
      metadata({ 'delta.columnMapping.mode': 'name' }, schemaOf(mapped)),
      file(),
    ])
    assert.deepEqual(records(await rowsOf(log, { offset: 1, limit: 1 })), [{ person: 'n1' }])
  })

  it('does not believe statistics that miscount', async () => {
    const log = await tableOf([
      metadata({}, schemaOf(id)),
      file({ stats: '{"numRecords":8}' }),
      file({ path: './ten.parquet', stats: undefined }),
    ])
    await log.store.put('t/./ten.parquet', ten)
    const reads = readsOf(log)
    const page = async (offset: number) => ids(await reads.rows({ place, at: {}, rows: { offset, limit: 8 } }, never))
    assert.deepEqual(
      [await page(0), await page(8), await page(16)],
      [
        [0, 1, 2, 3, 4, 5, 6, 7],
        [8, 9, 0, 1, 2, 3, 4, 5],
        [6, 7, 8, 9],
      ],
    )
  })

  it('reads a file whose size is wrong in the log', async () => {
    for (const size of [0, 5, 100, ten.byteLength + 50]) {
      const log = await tableOf([metadata({}, schemaOf(id)), file({ size })])
      assert.equal((await rowsOf(log)).rows, 10, `size ${size}`)
    }
  })

  it('names table, version and file in a failure', async () => {
    const log = await tableOf([metadata({}, schemaOf(field('name', 'integer'))), file()])
    await assert.rejects(rowsOf(log), problemLike('corrupt', /memory:\/\/t version 0, file ten\.parquet: Column name has the type integer/))
    const odd = await tableOf([metadata({}, schemaOf(field('name', 'interval month'))), file()])
    await assert.rejects(rowsOf(odd), problemLike('unsupported', /Column name has the type interval month/))
    await log.store.put('t/ten.parquet', new TextEncoder().encode('no parquet at all'))
    await assert.rejects(rowsOf(log), problemLike('corrupt', /it is not a Parquet file/))
    await log.store.delete('t/ten.parquet')
    await assert.rejects(rowsOf(log), problemLike('notFound', /version 0, file ten\.parquet: The data file is missing/))
  })

  it('keeps states and footers, so that the next page costs one list', async () => {
    const log = await tableOf([metadata({}, schemaOf(id)), file()])
    const reads = readsOf(log)
    await reads.rows({ place, at: {}, rows: { offset: 0, limit: 2 } }, never)
    const [lists, reading] = [log.store.lists.length, log.reads.length]
    await reads.rows({ place, at: {}, rows: { offset: 2, limit: 2 } }, never)
    assert.deepEqual([log.store.lists.length - lists, log.reads.length - reading], [1, 0])
    await log.commit(1, [file({ path: './ten.parquet' })])
    await log.store.put('t/./ten.parquet', ten)
    assert.equal((await reads.rows({ place, at: {}, rows: all }, never)).rows, 20)
  })

  it('ends at once when it is cancelled', async () => {
    const log = await tableOf([metadata({}, schemaOf(id)), file()])
    const controller = new AbortController()
    const read = log.store.read.bind(log.store)
    log.store.read = async (...args) => {
      if (args[0].endsWith('.parquet')) controller.abort()
      return await read(...args)
    }
    await assert.rejects(readsOf(log).rows({ place, at: {}, rows: all }, controller.signal), { name: 'AbortError' })
  })

  it('reads as many rows as fit, and says that there are more', async () => {
    const log = await tableOf([metadata({}, schemaOf(id, name)), file()])
    const snapshot = await loadSnapshot(log.table, await listLog(log.table, never), 0, never)
    const read = (bytes: number, limit: number) =>
      readRows(log.table, snapshot, { offset: 1, limit }, never, (scan, request) => {
        scan.budget.left = bytes
        return planEveryRow(scan, request)
      })
    const some = await read(80, 8)
    assert.deepEqual([ids(some), some.truncated], [[1, 2, 3, 4], true])
    assert.deepEqual(ids(await read(500, Infinity)), [1, 2, 3, 4, 5, 6, 7, 8, 9])
    await assert.rejects(read(10, Infinity), problemLike('exhausted', /more than 1 GiB at once/))
  })
})
