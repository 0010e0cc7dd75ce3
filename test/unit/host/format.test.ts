import assert from 'node:assert/strict'
import { formatAge, formatBytes, formatDuration, formatTime } from '#host/format.ts'
import { columnIcon, describeChanges } from '#host/explorer/nodeText.ts'

describe('format', () => {
  it('shortens times to what is clear today', () => {
    const now = new Date(2026, 10, 24, 18, 0).getTime()
    const at = (...parts: readonly [number, number, number]): string => formatTime(new Date(...parts, 10, 24).getTime(), now)
    assert.deepEqual([at(2026, 10, 24), at(2026, 10, 23), at(2025, 11, 31)], ['10:24 AM', 'Nov 23, 10:24 AM', 'Dec 31, 2025, 10:24 AM'])
  })

  it('names bytes by powers of a thousand', () => {
    assert.deepEqual([0, 1, 999, 1000, 1_250_000, 123_456_789, 5e15].map(formatBytes), [
      '0 bytes',
      '1 byte',
      '999 bytes',
      '1 kB',
      '1.3 MB',
      '123 MB',
      '5 PB',
    ])
  })

  it('says how long in two units at most', () => {
    assert.deepEqual([0, 340, 3249, 59_999, 125_000, 3_840_000].map(formatDuration), [
      '0 ms',
      '340 ms',
      '3.2 s',
      '59.9 s',
      '2 min 5 s',
      '1 h 4 min',
    ])
  })

  it('says in one unit how old something is', () => {
    assert.deepEqual([0, 61_000, 3_599_999, 7_300_000, 200_000_000].map(formatAge), ['< 1 min', '1 min', '59 min', '2 h', '2 d'])
  })

  it('says only which rows changed', () => {
    assert.equal(describeChanges({ added: 1200, updated: 0, removed: 4 }), '+1,200 −4')
    assert.equal(describeChanges({ added: 0, updated: 0, removed: 0 }), '')
  })

  it('has a picture for every type', () => {
    assert.deepEqual(['bigint', 'decimal(10,2)', 'array<string>', 'timestamp_ntz', 'interval'].map(columnIcon), [
      'symbol-number',
      'symbol-number',
      'symbol-array',
      'calendar',
      'symbol-field',
    ])
  })
})
