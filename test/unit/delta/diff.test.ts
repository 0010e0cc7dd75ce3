import assert from 'node:assert/strict'
import type { DiffRequest, TableDiff } from '#delta/diff/diffTypes.ts'
import { widerType } from '#delta/diff/widening.ts'
import { diffTable } from '#delta/reads.ts'
import { add, logInMemory, metadata, problemLike, protocol, remove, type LogInMemory } from '../../support/deltaLog.ts'
import { DiffHistory, inlineVector, putRows, rowSchema, type Row } from '../../support/diffHistory.ts'
import { seededRandom, seedOfRun } from '../../support/random.ts'
import { countDifferences } from '../../support/rowDifferences.ts'

const never = new AbortController().signal
const diff = ({ table }: LogInMemory, from: number, to: number, more: Partial<DiffRequest> = {}): Promise<TableDiff> =>
  diffTable(table, { from, to, sample: 20, mostBytes: 2 ** 28, ...more }, never)

const field = (name: string, type: unknown, more: object = {}) => ({ name, type, nullable: true, metadata: {}, ...more })
const schemaOf = (...fields: readonly object[]) => ({ schemaString: JSON.stringify({ type: 'struct', fields }) })
const mapped = (name: string, type: unknown, physical: string, id: number) =>
  field(name, type, { metadata: { 'delta.columnMapping.physicalName': physical, 'delta.columnMapping.id': id } })
const dataReads = ({ reads }: LogInMemory) => reads.filter(name => name.endsWith('.parquet'))

async function tableOf(...commits: readonly (readonly (readonly [path: string, rows: readonly Row[]])[])[]): Promise<LogInMemory> {
  const log = logInMemory()
  await log.commit(0, [protocol, metadata({}, rowSchema)])
  let before: readonly (readonly [string, readonly Row[]])[] = []
  for (const [i, files] of commits.entries()) {
    const adds = []
    for (const [path, rows] of files) {
      adds.push(add(path, { size: await putRows(log, path, rows), stats: JSON.stringify({ numRecords: rows.length }) }))
    }
    await log.commit(i + 1, [...before.map(([path]) => remove(path)), ...adds])
    before = files
  }
  return log
}

describe('diff', () => {
  it('finds the rows of any two versions of a random history, by files and by change data', async function () {
    this.timeout(60_000)
    const seed = seedOfRun()
    for (let round = 0; round < 12; round += 1) {
      const history = new DiffHistory(seededRandom(seed + round))
      await history.tell(10)
      const story = `DATAFLOW_SEED=${seed}, round ${round}: ${history.story.join(', ')}`
      for (const [from, before] of history.versions.entries()) {
        for (const [to, after] of history.versions.entries()) {
          for (const key of [[], ['id']]) {
            const where = `${from} to ${to} by ${key.join()}; ${story}`
            const [told, plain] = [await diff(history.log, from, to, { key }), await diff(history.plainLog, from, to, { key })]
            const expected = countDifferences(before, after, key)
            assert.deepEqual([told.problem, told.rows, plain.rows], [null, expected, expected], where)
            assert.equal(told.sample.length, Math.min(20, expected.added + expected.removed + expected.changed), where)
          }
        }
      }
    }
  })

  it('shows changed rows before and after, then added and removed ones', async () => {
    const one = [
      { id: 1, v: 'a' },
      { id: 2, v: 'b' },
      { id: 3, v: 'c' },
    ]
    const log = await tableOf(
      [['a.parquet', one]],
      [
        [
          'b.parquet',
          [
            { id: 3, v: 'x' },
            { id: 1, v: 'a' },
            { id: 4, v: null },
          ],
        ],
      ],
    )
    const { rows, sample, source, files } = await diff(log, 1, 2, { key: ['ID'] })
    assert.deepEqual(
      { rows, source, files },
      {
        rows: { added: 1, removed: 1, changed: 1 },
        source: 'files',
        files: { added: 1, removed: 1, addedBytes: files?.addedBytes, removedBytes: files?.removedBytes },
      },
    )
    assert.deepEqual(sample, [
      { change: 'changed', before: { id: 3, v: 'c' }, after: { id: 3, v: 'x' } },
      { change: 'added', row: { id: 4, v: null } },
      { change: 'removed', row: { id: 2, v: 'b' } },
    ])
    assert.deepEqual((await diff(log, 1, 2)).rows, { added: 2, removed: 2, changed: 0 })
    assert.equal((await diff(log, 1, 2, { sample: 2 })).sample.length, 2)
  })

  it('does not match rows by a key that several of them have, and names it', async () => {
    const log = await tableOf(
      [
        [
          'a.parquet',
          [
            { id: 1, v: 'a' },
            { id: 2, v: 'a' },
          ],
        ],
      ],
      [
        [
          'b.parquet',
          [
            { id: 1, v: 'b' },
            { id: 1, v: 'c' },
            { id: 2, v: 'b' },
          ],
        ],
      ],
    )
    const { rows, duplicateKeys } = await diff(log, 1, 2, { key: ['id'] })
    assert.deepEqual(
      [rows, duplicateKeys],
      [
        { added: 2, removed: 1, changed: 1 },
        { count: 1, example: { id: 1 } },
      ],
    )
  })

  it('reads nothing where files were only rewritten, or rows only added', async () => {
    const rows = [{ id: 1, v: 'a' }]
    const log = await tableOf([
      ['a.parquet', rows],
      ['b.parquet', rows],
    ])
    await log.commit(2, [
      remove('a.parquet', { dataChange: false }),
      remove('b.parquet', { dataChange: false }),
      add('c.parquet', { dataChange: false, size: await putRows(log, 'c.parquet', [...rows, ...rows]) }),
    ])
    const rewritten = await diff(log, 1, 2)
    assert.deepEqual([rewritten.rows, rewritten.rewrittenFiles], [{ added: 0, removed: 0, changed: 0 }, 3])
    assert.deepEqual((await diff(log, 0, 1, { sample: 0 })).rows, { added: 2, removed: 0, changed: 0 })
    assert.deepEqual(dataReads(log), [])
  })

  it('reads what commits changed rather than what OPTIMIZE made of it', async () => {
    const many = Array.from({ length: 500 }, (_, i) => ({ id: i, v: `text ${i}` }))
    const log = await tableOf([['a.parquet', many]])
    await log.commit(2, [add('b.parquet', { size: await putRows(log, 'b.parquet', [{ id: 1, v: 'new' }]) })])
    await log.commit(3, [
      remove('a.parquet', { dataChange: false }),
      remove('b.parquet', { dataChange: false }),
      add('c.parquet', { dataChange: false, size: await putRows(log, 'c.parquet', [...many, { id: 1, v: 'new' }]) }),
    ])
    assert.deepEqual((await diff(log, 1, 3)).rows, { added: 1, removed: 0, changed: 0 })
    assert.deepEqual(new Set(dataReads(log)), new Set(['t/b.parquet']))
    await log.store.delete('t/b.parquet')
    assert.deepEqual((await diff({ ...log, table: { ...log.table } }, 1, 3)).rows, { added: 1, removed: 0, changed: 0 })
  })

  it('finds columns again after they were renamed, and compares those of both versions', async () => {
    const log = logInMemory()
    const size = await putRows(log, 'a.parquet', [{ id: 1, v: 'a' }])
    const protocols = { protocol: { minReaderVersion: 2, minWriterVersion: 5 } }
    const mode = { 'delta.columnMapping.mode': 'name' }
    await log.commit(0, [
      protocols,
      metadata(
        { ...mode, old: '1', kept: 'x' },
        schemaOf(mapped('id', 'long', 'id', 1), mapped('v', 'string', 'v', 2), mapped('gone', 'date', 'g', 3)),
      ),
      add('a.parquet', { size }),
    ])
    const thing = { type: 'struct', fields: [mapped('x', 'integer', 'px', 5)] }
    await log.commit(1, [
      protocol,
      { protocol: { minReaderVersion: 2, minWriterVersion: 6 } },
      metadata(
        { ...mode, kept: 'y', new: '2' },
        {
          ...schemaOf(
            { ...mapped('id', 'long', 'id', 1), nullable: false },
            mapped('name', 'string', 'v', 2),
            mapped('thing', thing, 't', 4),
          ),
          partitionColumns: [],
        },
      ),
      remove('a.parquet'),
      add('b.parquet', {
        size: await putRows(log, 'b.parquet', [
          { id: 1, v: 'a' },
          { id: 2, v: 'b' },
        ]),
      }),
    ])
    const { schema, properties, protocol: versions, rows, sample } = await diff(log, 0, 1)
    assert.deepEqual(schema, {
      added: [{ name: 'thing', type: thing }],
      removed: [{ name: 'gone', type: 'date' }],
      changed: [
        { name: 'id', from: { name: 'id', type: 'long', nullable: true }, to: { name: 'id', type: 'long', nullable: false } },
        { name: 'name', from: { name: 'v', type: 'string', nullable: true }, to: { name: 'name', type: 'string', nullable: true } },
      ],
    })
    assert.deepEqual(properties, { added: { new: '2' }, removed: { old: '1' }, changed: { kept: { from: 'x', to: 'y' } } })
    assert.deepEqual([versions?.from.minWriterVersion, versions?.to.minWriterVersion], [5, 6])
    assert.deepEqual([rows, sample], [{ added: 1, removed: 0, changed: 0 }, [{ change: 'added', row: { id: 2, name: 'b', thing: null } }]])
  })

  it('names what is too large to read, with a query for it, and answers the rest', async () => {
    const log = await tableOf([['a.parquet', [{ id: 1, v: 'a' }]]], [['b.parquet', [{ id: 1, v: 'b' }]]])
    const { rows, sample, tooLarge, files } = await diff(log, 1, 2, { mostBytes: 10, key: ['id'] })
    assert.deepEqual([rows, sample, files?.added], [null, [], 1])
    assert.equal(tooLarge?.bytes, (files?.addedBytes ?? 0) + (files?.removedBytes ?? 0))
    assert.match(tooLarge?.query ?? '', /^WITH f AS \(SELECT `id` AS `id`, `v` AS `v` FROM delta\.`memory:\/\/t` VERSION AS OF 1\)/)
  })

  it('keeps schema and files in the answer when a data file is missing', async () => {
    const log = await tableOf([['a.parquet', [{ id: 1, v: 'a' }]]], [['b.parquet', [{ id: 1, v: 'b' }]]])
    await log.store.delete('t/a.parquet')
    const { rows, problem, files } = await diff(log, 1, 2)
    assert.deepEqual([rows, problem?.code, files?.removed], [null, 'notFound', 1])
    assert.match(problem?.message ?? '', /version 1, file a\.parquet: The data file is missing/)
    assert.match(problem?.hint ?? '', /VACUUM/)
  })

  it('says which column cannot be compared, which feature is missing, and which key is none', async () => {
    const log = await tableOf([['a.parquet', [{ id: 1, v: 'a' }]]])
    await assert.rejects(diff(log, 0, 1, { key: ['nome'] }), problemLike('invalid', /no column nome in both versions/))
    await assert.rejects(diff(log, 0, 9), problemLike('notFound', /version 9/))
    await log.commit(2, [metadata({}, schemaOf(field('id', 'long'), field('v', 'boolean'))), remove('a.parquet')])
    assert.match((await diff(log, 1, 2)).problem?.message ?? '', /no type holds the values that column v has in both/)
    const features = { minReaderVersion: 3, minWriterVersion: 7, readerFeatures: ['timeMachine'], writerFeatures: ['timeMachine'] }
    await log.commit(3, [{ protocol: features }])
    const { files, problem, protocol: versions } = await diff(log, 1, 3)
    assert.deepEqual([files, problem?.code, versions?.to.readerFeatures], [null, 'unsupported', ['timeMachine']])
  })

  it('compares the files of both versions where a commit between them is gone', async () => {
    const log = logInMemory()
    const sizes = [await putRows(log, 'a.parquet', [{ id: 1, v: 'a' }]), await putRows(log, 'b.parquet', [{ id: 1, v: 'b' }])]
    const kept = add('c.parquet', { size: await putRows(log, 'c.parquet', [{ id: 9, v: 'c' }]) })
    const checkpoint = (version: number, file: object) =>
      log.put(`${String(version).padStart(20, '0')}.checkpoint.0123abcd-0123-4567-89ab-0123456789ab.json`, [
        { checkpointMetadata: { version } },
        protocol,
        metadata({}, rowSchema),
        kept,
        file,
      ])
    await checkpoint(3, add('a.parquet', { size: sizes[0] }))
    await checkpoint(5, add('b.parquet', { size: sizes[1] }))
    for (const version of [3, 5]) await log.commit(version, [])
    const { files, rows } = await diff(log, 3, 5, { key: ['id'] })
    assert.deepEqual([files?.added, files?.removed, rows], [1, 1, { added: 0, removed: 0, changed: 1 }])
    assert.deepEqual((await diff(log, 5, 3)).rows, { added: 1, removed: 1, changed: 0 })
  })

  it('reads of a file with another deletion vector the rows whose deletion differs', async () => {
    const log = await tableOf([])
    const rows = Array.from({ length: 100 }, (_, i) => ({ id: i, v: `v${i}` }))
    const size = await putRows(log, 'a.parquet', rows)
    const file = (...deleted: readonly number[]) => ({ size, ...inlineVector(deleted) })
    await log.commit(2, [add('a.parquet', file(3, 50))])
    await log.commit(3, [remove('a.parquet', file(3, 50)), add('a.parquet', file(50, 60, 99))])
    const { rows: counts, sample } = await diff(log, 2, 3)
    assert.deepEqual(counts, { added: 1, removed: 2, changed: 0 })
    assert.deepEqual(sample, [
      { change: 'added', row: { id: 3, v: 'v3' } },
      { change: 'removed', row: { id: 60, v: 'v60' } },
      { change: 'removed', row: { id: 99, v: 'v99' } },
    ])
  })

  it('ends at once when it is cancelled', async () => {
    const log = await tableOf([['a.parquet', [{ id: 1, v: 'a' }]]], [['b.parquet', [{ id: 1, v: 'b' }]]])
    const controller = new AbortController()
    const read = log.store.read.bind(log.store)
    log.store.read = async (...args) => {
      if (args[0].endsWith('.parquet')) controller.abort()
      return await read(...args)
    }
    const request = { from: 1, to: 2, sample: 20, mostBytes: 2 ** 28 }
    await assert.rejects(diffTable(log.table, request, controller.signal), { name: 'AbortError' })
  })
})

describe('widerType', () => {
  it('takes the type that holds the values of both, as Delta widens', () => {
    const pairs = [
      ['integer', 'long', 'long'],
      ['double', 'short', 'double'],
      ['long', 'double', undefined],
      ['float', 'double', 'double'],
      ['decimal(6,2)', 'decimal(20,4)', 'decimal(20,4)'],
      ['decimal(6,2)', 'decimal(7,4)', undefined],
      ['integer', 'decimal(12,2)', 'decimal(12,2)'],
      ['long', 'decimal(12,2)', undefined],
      ['byte', 'decimal(4,1)', 'decimal(4,1)'],
      ['date', 'timestamp_ntz', 'timestamp_ntz'],
      ['date', 'timestamp', undefined],
      ['char(3)', 'string', 'string'],
      ['string', 'integer', undefined],
    ] as const
    for (const [a, b, wider] of pairs) assert.deepEqual([widerType(a, b), widerType(b, a)], [wider, wider], `${a} and ${b}`)
  })
})
