import assert from 'node:assert/strict'
import { damageOf } from '#delta/damage.ts'

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
