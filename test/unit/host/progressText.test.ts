import assert from 'node:assert/strict'
import type { ReadProgress } from '#base/progress.ts'
import { progressText } from '#host/progressText.ts'

const at = (more: Partial<ReadProgress>): string => progressText('t', { stage: 'log', done: 0, total: 10, unit: 'bytes', ...more })

describe('progressText', () => {
  it('says the stage, and how far where that is known', () => {
    assert.deepEqual(
      [
        progressText('t', undefined),
        at({ total: null }),
        at({ done: 12 }),
        at({ stage: 'files', total: 1_000_000, done: 200_000, unit: 'files' }),
        at({ stage: 'files', total: null }),
        at({ stage: 'rows', done: 3, total: 12, unit: 'files' }),
        at({ stage: 'rows', total: 0 }),
      ],
      [
        'Reading t…',
        'Reading the log of t…',
        'Reading the log of t: 10 bytes of 10 bytes',
        'Reading the file list of t: 200,000 of 1,000,000',
        'Reading the file list of t…',
        'Reading rows of t: 3 of 12 files',
        'Reading rows of t…',
      ],
    )
  })
})
