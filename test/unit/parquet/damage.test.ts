import assert from 'node:assert/strict'
import { damageOf } from '#parquet/damage.ts'
import { listHistory } from '#delta/reads.ts'
import { logInMemory, metadata, protocol } from '../../support/deltaLog.ts'

describe('damageOf', () => {
  it('keeps the words of a decoder, and of JSON', () => {
    assert.equal(damageOf(new Error('a run is empty')), 'a run is empty')
    assert.equal(damageOf(new SyntaxError('Unexpected end of JSON input')), 'Unexpected end of JSON input')
  })

  it('has words of its own where the runtime stumbled over damage', () => {
    for (const error of [new TypeError("Cannot read properties of undefined (reading 'map')"), new RangeError('Offset is outside')]) {
      assert.equal(damageOf(error), 'its bytes do not fit together')
    }
  })
})

describe('a hostile log', () => {
  it('shows its history without what is nested deeper than anybody means', async () => {
    const log = logInMemory()
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const info = `{"commitInfo":{"operation":"WRITE","operationParameters":{"a":1,"b":${deep}},"operationMetrics":{"c":${deep}}}}`
    await log.commit(0, `${JSON.stringify(protocol)}\n${JSON.stringify(metadata())}\n${info}`)
    const { entries } = await listHistory(log.table, { limit: 10 }, new AbortController().signal)
    assert.match(JSON.stringify(entries), /"operationParameters":\{"a":1,"b":\[+null\]+\}/)
  })
})
