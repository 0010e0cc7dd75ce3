import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { readPage } from '#arrow/page.ts'
import { verifyStream } from '#arrow/verify.ts'
import { isProblem } from '#base/errors.ts'
import { sampleRows, wideRows } from '../../support/sampleRows.ts'

const spark = readFileSync('test/fixtures/arrow/spark-types.arrows')

describe('verification of an Arrow stream', () => {
  it('accepts what Spark and we ourselves write', () => {
    for (const stream of [spark, sampleRows(0, 100), sampleRows(0, 0), wideRows(300, 2)]) verifyStream(stream)
  })

  it('finds a length that no bytes stand behind, at once', () => {
    const wrong = Uint8Array.from(spark)
    wrong[554] = 173
    const started = performance.now()
    assert.throws(() => readPage(wrong), { code: 'corrupt' })
    assert.ok(performance.now() - started < 1000)
  })

  it('lets no damage reach the reader as anything but a corrupt stream or one broken cell', () => {
    const seed = 20_261_124
    let state = seed
    const below = (limit: number): number => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
      return Math.floor((state / 2_147_483_648) * limit)
    }
    const streams = [spark, sampleRows(0, 3)]
    for (let round = 0; round < 600; round += 1) {
      const bytes = Uint8Array.from(streams[round % 2] ?? [])
      for (let i = 0; i <= below(4); i += 1) bytes[below(bytes.length)] = below(256)
      try {
        const page = readPage(bytes)
        for (const column of page.columns.keys())
          if (page.rows > 0) assert.equal(typeof page.cell(0, column, { limit: 400 }).text, 'string')
      } catch (error) {
        assert.ok(isProblem(error, 'corrupt'), `round ${round} of seed ${seed}: ${String(error)}`)
      }
    }
  })
})
