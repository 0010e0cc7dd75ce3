import assert from 'node:assert/strict'
import { healthText } from '#cli/healthText.ts'
import type { TableHealth } from '#delta/health/healthTypes.ts'

const bins = [0, 4096, 16_384, 65_536].map((from, i, all) => ({ from, below: all[i + 1] ?? null, files: 0, bytes: 0 }))
const health: TableHealth = {
  version: 7,
  latestVersion: 8,
  checkedAt: '2026-01-02T00:00:00.000Z',
  files: {
    files: 45,
    bytes: 1_000_000,
    smallest: 5000,
    median: 20_000,
    p90: 30_000,
    largest: 40_000,
    histogram: bins.map((bin, i) => ({ ...bin, files: [0, 1, 40, 4][i] ?? 0 })),
    small: { below: 16_777_216, files: 45, bytes: 1_000_000, share: 1 },
    optimize: { targetBytes: 1_073_741_824, rewritten: { files: 44, bytes: 990_000 }, made: 2, filesAfter: 3 },
  },
  partitions: {
    columns: ['day'],
    count: 2,
    files: { smallest: 5, median: 5, largest: 40, skew: 8 },
    bytes: { smallest: 100, median: 100, largest: 999_900, skew: 9999 },
    mostFiles: [{ values: { day: '2026-01-01' }, files: 40, bytes: 999_900 }],
    mostBytes: [
      { values: { day: '2026-01-01' }, files: 40, bytes: 999_900 },
      { values: { day: null }, files: 5, bytes: 100 },
    ],
  },
  deletionVectors: { files: 2, deletedRows: 1200, share: 0.25, largestShare: 0.9, heavy: { above: 0.3, files: 1, bytes: 2048 } },
  statistics: {
    files: 45,
    withNumRecords: 44,
    asStruct: 1,
    setting: 'delta.dataSkippingNumIndexedCols = 2',
    columns: [
      { name: 'id', withMinMax: 44, withNullCount: 44 },
      { name: 'ok', withMinMax: null, withNullCount: 40 },
    ],
    notIndexed: ['text', 's.x'],
  },
  log: {
    files: 12,
    bytes: 3000,
    commitsSinceCheckpoint: 3,
    checkpoint: { version: 5, ageHours: 72, bytes: 2000 },
    checkpointInterval: 10,
    oldestCommit: 2,
    oldestReadable: 5,
    retention: 'interval 30 days',
    hasChecksum: true,
    lastVacuum: '2025-12-31T00:00:00.000Z',
    unreadable: [{ from: 0, to: 4 }],
    cleanUp: { enabled: true, files: 3, bytes: 600, unreadable: [] },
  },
  vacuum: {
    retentionHours: 168,
    before: '2025-12-26T00:00:00.000Z',
    data: { files: 1, bytes: 1024 },
    deletionVectors: { files: 1, bytes: 40 },
    changes: { files: 0, bytes: 0 },
    withoutSize: 0,
    unreadable: [
      { from: 5, to: 5 },
      { from: 7, to: 8 },
    ],
    earlier: null,
    since: 5,
  },
  findings: [
    { code: 'vacuum', severity: 'info', what: 'Files can go.', evidence: '2 files.', advice: 'Versions go too.', sql: 'VACUUM t' },
    { code: 'cleanedLog', severity: 'warning', what: 'Gone.', evidence: 'Versions 0–4.', advice: 'Keep more.', sql: null },
  ],
}

describe('healthText', () => {
  it('says what was found first, then the numbers', () => {
    assert.equal(
      healthText('s3://gold/t', health),
      `s3://gold/t, version 7 of 8

Findings
  - Files can go. 2 files.
    Versions go too.
    VACUUM t
  ! Gone. Versions 0–4.
    Keep more.

Files
  Files                            45
  Size                             977 KiB
  Smallest, median, 90 %, largest  4.88 KiB, 19.5 KiB, 29.3 KiB, 39.1 KiB
  Smaller than 16 MiB              45 files, 977 KiB (100 %)
  OPTIMIZE                         would make 2 of 44 files, 967 KiB; 3 files in all then
  below 16 KiB      1  █
  below 64 KiB     40  ██████████████████████████████
  64 KiB and more   4  ███

Partitions by day
  Partitions                          2
  Files of smallest, median, largest  5, 5, 40, skew 8
  Size of smallest, median, largest   100 bytes, 100 bytes, 976 KiB, skew 9,999
  Largest
    day=2026-01-01  40 files, 976 KiB
    day=null        5 files, 100 bytes

Deletion vectors
  Files                              2
  Deleted rows                       1,200 (25 %)
  Files with more than 30 % deleted  1 file, 2 KiB

Statistics
  Rows counted     44 of 45 files
  Indexed columns  2 (delta.dataSkippingNumIndexedCols = 2)
  Not indexed      text, s.x
  Not looked at    columns of 1 file, whose statistics the checkpoint keeps as a struct
  Columns that are not covered everywhere
    ok    nulls: 40 of 44 files

Log
  Files                           12 files, 2.93 KiB
  Checkpoint                      version 5, 1.95 KiB, 3 days old; 3 commits since
  Oldest commit                   2
  Oldest readable version         5
  Cannot be read                  versions 0–4
  Retention                       interval 30 days
  Clean-up may remove             3 files, 600 bytes
  Checksum of the newest version  yes

VACUUM, 168 hours
  Removed before                2025-12-26T00:00:00.000Z
  Data files                    1 file, 1 KiB
  Files of deletion vectors     1 file, 40 bytes
  Versions it makes unreadable  versions 5 and 7–8
  Last VACUUM                   2025-12-31T00:00:00.000Z
  Not counted: files that the log does not name, as failed and empty writes leave them.
  Still counted: files that a VACUUM has removed of which the log does not tell.
`,
    )
  })

  it('says that nothing stands out, and what cannot be listed', () => {
    const closed = { ...health, files: null, partitions: null, deletionVectors: null, statistics: null, vacuum: null, findings: [] }
    const text = healthText('t', closed)
    assert.match(
      text,
      /^t, version 7 of 8\n\nNothing stands out\.\n\nFiles\n {2}A reader feature of this version stops its list of files\.\n\nLog\n/,
    )
  })
})
