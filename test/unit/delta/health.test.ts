import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { intervalHours } from '#delta/health/healthLog.ts'
import { bytesText, percent, versionsText } from '#delta/health/healthFindings.ts'
import { readTableHealth } from '#delta/reads.ts'
import { add, logInMemory, metadata, protocol, remove, type LogInMemory } from '../../support/deltaLog.ts'

const never = new AbortController().signal
const hour = 3_600_000
const now = 100_000 * hour
const mebibyte = 1024 * 1024
const fields = (...columns: readonly (readonly [string, unknown, object?])[]) => ({
  schemaString: JSON.stringify({
    type: 'struct',
    fields: columns.map(([name, type, more = {}]) => ({ name, type, nullable: true, metadata: more })),
  }),
})
const stats = (value: object) => ({ stats: JSON.stringify(value) })
const vector = (cardinality: number) => ({
  deletionVector: { storageType: 'u', pathOrInlineDv: 'a'.repeat(20), sizeInBytes: 1, cardinality },
})
const inPartition = (path: string, size: number, partitionValues: object, more = {}) => add(path, { size, partitionValues, ...more })
const mapped = (physical: string) => ({ 'delta.columnMapping.id': 1, 'delta.columnMapping.physicalName': physical })
const logName = (version: number, rest: string) => `${String(version).padStart(20, '0')}.${rest}`
const healthOf = ({ table }: LogInMemory, version?: number) =>
  readTableHealth(table, version === undefined ? {} : { version }, { now }, never)

async function tableOf(files: readonly object[], configuration = {}, more = {}): Promise<LogInMemory> {
  const log = logInMemory()
  await log.commit(0, [protocol, metadata(configuration, more), ...files])
  return log
}

describe('health of a table', () => {
  it('tells sizes of files, and which of them are small', async () => {
    const sizes = [0, 4095, 4096, 16 * mebibyte - 1, 16 * mebibyte, 5 * 1024 * mebibyte]
    const { files } = await healthOf(await tableOf(sizes.map((size, i) => add(`f${i}`, { size }))))
    assert.ok(files)
    const { histogram, optimize, ...numbers } = files
    assert.deepEqual(numbers, {
      files: 6,
      bytes: 5_402_271_742,
      smallest: 0,
      median: 4096,
      p90: 5_368_709_120,
      largest: 5_368_709_120,
      small: { below: 16_777_216, files: 4, bytes: 16_785_406, share: 4 / 6 },
    })
    assert.deepEqual(
      histogram.filter(bin => bin.files > 0),
      [
        { from: 0, below: 4096, files: 2, bytes: 4095 },
        { from: 4096, below: 16_384, files: 1, bytes: 4096 },
        { from: 4_194_304, below: 16_777_216, files: 1, bytes: 16_777_215 },
        { from: 16_777_216, below: 67_108_864, files: 1, bytes: 16_777_216 },
        { from: 4_294_967_296, below: null, files: 1, bytes: 5_368_709_120 },
      ],
    )
    assert.deepEqual(optimize, { targetBytes: 1_073_741_824, rewritten: { files: 5, bytes: 33_562_622 }, made: 1, filesAfter: 2 })
  })

  it('knows a table without files', async () => {
    const { files, partitions, deletionVectors, statistics, vacuum, findings } = await healthOf(await tableOf([]))
    assert.deepEqual(
      [files?.files, files?.median, files?.small.share, partitions, deletionVectors?.share, statistics?.files, vacuum?.data.files],
      [0, null, 0, null, 0, 0, 0],
    )
    assert.deepEqual(findings, [])
  })

  it('estimates OPTIMIZE by partitions and the size the table asks for, and not at all for a clustered table', async () => {
    const partitioned = { ...fields(['p', 'string'], ['id', 'long']), partitionColumns: ['p'] }
    const files = [
      inPartition('a', 600, { p: 'x' }),
      inPartition('b', 300, { p: 'x' }),
      inPartition('c', 200, { p: 'x' }),
      inPartition('d', 100, { p: 'y' }),
      inPartition('e', 5000, { p: 'z' }, vector(2)),
      inPartition('f', 5000, { p: 'w' }, { ...stats({ numRecords: 100 }), ...vector(5) }),
    ]
    const property = { 'delta.targetFileSize': '1kb' }
    const { files: found } = await healthOf(await tableOf(files, property, partitioned))
    assert.deepEqual(found?.optimize, { targetBytes: 1024, rewritten: { files: 3, bytes: 5500 }, made: 2, filesAfter: 5 })
    assert.deepEqual([found?.small.below, found?.small.files], [512, 3])
    const clustering = { domainMetadata: { domain: 'delta.clustering', configuration: '{"clusteringColumns":[["id"]]}', removed: false } }
    assert.equal((await healthOf(await tableOf([...files, clustering]))).files?.optimize, null)
  })

  it('compares partitions, by logical name and typed value', async () => {
    const schema = fields(['day', 'date', mapped('c-1')], ['n', 'long', mapped('c-2')], ['id', 'long', mapped('c-3')])
    const log = await tableOf(
      [
        inPartition('a', 10, { 'c-1': '2026-01-01', 'c-2': '1' }),
        inPartition('b', 10, { 'c-1': '2026-01-01', 'c-2': '1' }),
        inPartition('c', 100, { 'c-1': null, 'c-2': '9007199254740993' }),
        inPartition('d', 5, { 'c-1': 'x', 'c-2': '' }),
      ],
      { 'delta.columnMapping.mode': 'name' },
      { ...schema, partitionColumns: ['day', 'n'] },
    )
    await log.commit(1, [{ protocol: { minReaderVersion: 2, minWriterVersion: 5 } }])
    assert.deepEqual((await healthOf(log)).partitions, {
      columns: ['day', 'n'],
      count: 3,
      files: { smallest: 1, median: 1, largest: 2, skew: 2 },
      bytes: { smallest: 5, median: 20, largest: 100, skew: 5 },
      mostFiles: [
        { values: { day: '2026-01-01', n: 1 }, files: 2, bytes: 20 },
        { values: { day: null, n: '9007199254740993' }, files: 1, bytes: 100 },
        { values: { day: 'x', n: null }, files: 1, bytes: 5 },
      ],
      mostBytes: [
        { values: { day: null, n: '9007199254740993' }, files: 1, bytes: 100 },
        { values: { day: '2026-01-01', n: 1 }, files: 2, bytes: 20 },
        { values: { day: 'x', n: null }, files: 1, bytes: 5 },
      ],
    })
  })

  it('tells how many rows are only marked as deleted', async () => {
    const files = [
      add('a', { ...stats({ numRecords: 10 }), ...vector(3) }),
      add('b', { ...stats({ numRecords: 10 }), ...vector(4) }),
      add('c', stats({ numRecords: 80 })),
    ]
    assert.deepEqual((await healthOf(await tableOf(files))).deletionVectors, {
      files: 2,
      deletedRows: 7,
      share: 0.07,
      largestShare: 0.4,
      heavy: { above: 0.3, files: 1, bytes: 10 },
    })
    const uncounted = await healthOf(await tableOf([add('a', { stats: undefined, ...vector(3) })]))
    assert.deepEqual([uncounted.deletionVectors?.share, uncounted.deletionVectors?.largestShare], [null, null])
  })

  it('tells which indexed columns have statistics in how many files', async () => {
    const struct = { type: 'struct', fields: [{ name: 'x', type: 'integer', nullable: true, metadata: {} }] }
    const log = await tableOf(
      [
        add(
          'a',
          stats({
            numRecords: 2,
            minValues: { id: 1, s: { x: 1 } },
            maxValues: { id: 2, s: { x: 1 } },
            nullCount: { id: 0, s: { x: 0 }, ok: 1 },
          }),
        ),
        add('b', stats({ numRecords: 2, minValues: { id: 1 }, maxValues: {}, nullCount: { id: 0, s: { x: 2 } } })),
        add('c', stats({ numRecords: 2 })),
        add('d', { stats: undefined }),
        add('e', { stats: '{broken' }),
      ],
      { 'delta.dataSkippingNumIndexedCols': '3' },
      fields(['p', 'string'], ['id', 'long'], ['s', struct], ['ok', 'boolean'], ['late', 'string']),
    )
    await log.commit(1, [
      metadata(
        { 'delta.dataSkippingNumIndexedCols': '3' },
        { ...fields(['p', 'string'], ['id', 'long'], ['s', struct], ['ok', 'boolean'], ['late', 'string']), partitionColumns: ['p'] },
      ),
    ])
    assert.deepEqual((await healthOf(log)).statistics, {
      files: 5,
      withNumRecords: 3,
      asStruct: 0,
      setting: 'delta.dataSkippingNumIndexedCols = 3',
      columns: [
        { name: 'id', withMinMax: 1, withNullCount: 2 },
        { name: 's.x', withMinMax: 2, withNullCount: 2 },
        { name: 'ok', withMinMax: null, withNullCount: 1 },
      ],
      notIndexed: ['late'],
    })
  })

  it('looks at no columns of statistics that a checkpoint keeps as a struct, and says so', async () => {
    const log = logInMemory()
    const checkpoint = readFileSync(join(import.meta.dirname, '../../fixtures/delta/health.parquet'))
    await log.store.put(`t/_delta_log/${logName(3, 'checkpoint.parquet')}`, checkpoint)
    const { statistics, findings } = await healthOf(log)
    assert.deepEqual(statistics, {
      files: 3,
      withNumRecords: 3,
      asStruct: 1,
      setting: 'delta.dataSkippingNumIndexedCols = 32',
      columns: [{ name: 'id', withMinMax: 1, withNullCount: 1 }],
      notIndexed: [],
    })
    assert.deepEqual(
      findings.filter(({ code }) => code === 'thinStatistics').map(({ evidence }) => evidence),
      ['id (1 of 2 files)'],
    )
  })

  it('follows the columns that the table names for statistics', async () => {
    const struct = { type: 'struct', fields: [{ name: 'x', type: 'integer', nullable: true, metadata: {} }] }
    const log = await tableOf(
      [add('a')],
      { 'delta.dataSkippingStatsColumns': 's, `odd,name`' },
      fields(['id', 'long'], ['s', struct], ['odd,name', 'string']),
    )
    const { statistics } = await healthOf(log)
    assert.deepEqual([statistics?.columns.map(({ name }) => name), statistics?.notIndexed], [['s.x', 'odd,name'], ['id']])
  })

  it('tells the state of the log, and what its clean-up may remove', async () => {
    const log = logInMemory()
    const day = 24 * hour
    const at = (version: number): number => now - 60 * day + version * 10 * day
    await log.commit(0, [protocol, metadata()], at(0))
    for (let version = 1; version < 6; version += 1) await log.commit(version, [], at(version))
    const checkpoint = [protocol, metadata(), { checkpointMetadata: { version: 4 } }]
    await log.put(logName(4, 'checkpoint.00000000-0000-0000-0000-000000000000.json'), checkpoint, at(4))
    await log.put(logName(5, 'crc'), '{}', at(5))
    await log.put('_last_vacuum_info', '{}', 24 * hour)
    const { log: found } = await healthOf(log)
    const { bytes, checkpoint: newest, cleanUp, ...more } = found
    assert.ok(bytes > 0 && (newest?.bytes ?? 0) > 0 && cleanUp.bytes > 0)
    assert.deepEqual([newest?.version, newest?.ageHours], [4, 20 * 24])
    assert.deepEqual([cleanUp.enabled, cleanUp.files, cleanUp.unreadable], [true, 3, [{ from: 0, to: 3 }]])
    assert.deepEqual(more, {
      files: 9,
      commitsSinceCheckpoint: 1,
      checkpointInterval: 10,
      oldestCommit: 0,
      oldestReadable: 0,
      retention: 'interval 30 days',
      hasChecksum: true,
      lastVacuum: '1970-01-02T00:00:00.000Z',
      unreadable: [],
    })
  })

  it('tells files of one version and the log of the newest', async () => {
    const log = await tableOf([add('a')])
    await log.commit(1, [remove('a'), add('b'), add('c')])
    const { version, latestVersion, files, vacuum } = await healthOf(log, 0)
    assert.deepEqual([version, latestVersion, files?.files, vacuum?.data.files], [0, 1, 1, 1])
  })

  it('takes the retention of the table, a week without one', async () => {
    const own = await healthOf(await tableOf([], { 'delta.deletedFileRetentionDuration': 'interval 2 days' }))
    const other = await healthOf(await tableOf([]))
    assert.deepEqual([own.vacuum?.retentionHours, other.vacuum?.retentionHours], [48, 168])
  })

  it('still tells the log of a table whose files it cannot list', async () => {
    const log = logInMemory()
    const newer = { minReaderVersion: 3, minWriterVersion: 7, readerFeatures: ['timeMachine'], writerFeatures: ['timeMachine'] }
    await log.commit(0, [{ protocol: newer }, metadata(), add('a')])
    const { files, partitions, deletionVectors, statistics, vacuum, log: found } = await healthOf(log)
    assert.deepEqual([files, partitions, deletionVectors, statistics, vacuum, found.oldestReadable], [null, null, null, null, null, 0])
  })

  it('ends when it is stopped', async () => {
    const log = await tableOf([add('a')])
    await assert.rejects(readTableHealth(log.table, {}, { now }, AbortSignal.abort(new Error('stop'))), /stop/)
  })

  it('finds what is worth a look, with numbers and the statement to run', async () => {
    const log = await tableOf(Array.from({ length: 120 }, (_, i) => add(`f${i}`, { size: 1000, ...(i < 30 ? { stats: undefined } : {}) })))
    for (let version = 1; version <= 20; version += 1) await log.commit(version, [])
    await log.commit(21, [remove('f0', { deletionTimestamp: 0 }), remove('f1', { deletionTimestamp: 0 })])
    const { findings } = await healthOf(log)
    assert.deepEqual(
      findings.map(({ code, severity, evidence, sql }) => [code, severity, evidence, sql]),
      [
        [
          'smallFiles',
          'warning',
          '118 of 118 files (100 %) are smaller than 16 MiB; together they hold 115 KiB. OPTIMIZE would make 1 of 118 files.',
          'OPTIMIZE delta.`memory://t`',
        ],
        ['noRowCounts', 'warning', '28 of 118 files say nothing about their rows.', null],
        ['thinStatistics', 'info', 'id (118 of 118 files)', null],
        [
          'staleCheckpoint',
          'warning',
          'Every reader replays 22 commits since the beginning, for there is no checkpoint; delta.checkpointInterval is 10.',
          null,
        ],
        ['vacuum', 'info', '2 files, 1.95 KiB, were removed more than 168 hours ago.', 'VACUUM delta.`memory://t` RETAIN 168 HOURS'],
      ],
    )
    assert.equal(findings.at(-1)?.advice, 'After VACUUM versions 0–20 could not be read any more.')
  })
})

describe('words of health', () => {
  it('reads intervals of table properties', () => {
    assert.deepEqual(
      ['interval 1 week', 'interval 30 days', '2 HOURS 30 minutes', 'INTERVAL 1 day -1 hour', 'interval 1 month', 'soon', ''].map(
        intervalHours,
      ),
      [168, 720, 2.5, 23, undefined, undefined, undefined],
    )
  })

  it('writes bytes, shares and versions', () => {
    assert.deepEqual([0, 1023, 1024, 1_536_000, 1024 ** 3, 1.5e18].map(bytesText), [
      '0 bytes',
      '1023 bytes',
      '1 KiB',
      '1.46 MiB',
      '1 GiB',
      '1,332 PiB',
    ])
    assert.deepEqual([0, 0.00001, 0.5, 0.99999, 1].map(percent), ['0 %', 'less than 0.1 %', '50 %', 'more than 99.9 %', '100 %'])
    assert.deepEqual(
      [
        [{ from: 3, to: 3 }],
        [{ from: 0, to: 41 }],
        [
          { from: 0, to: 1 },
          { from: 4, to: 4 },
          { from: 6, to: 9 },
        ],
      ].map(versionsText),
      ['version 3', 'versions 0–41', 'versions 0–1, 4 and 6–9'],
    )
  })
})
