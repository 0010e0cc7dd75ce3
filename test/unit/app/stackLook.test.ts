import assert from 'node:assert/strict'
import { lookAt } from '#app/stackLook.ts'
import { fakeEngine } from '../../fakes/stackEngine.ts'

describe('a look at the stack', () => {
  it('waits for no engine that does not answer, and hears nobody who no longer asks', async () => {
    const engine = fakeEngine()
    engine.kind = 'docker'
    engine.observe = () => new Promise(() => {})
    const asking = new AbortController()
    await assert.rejects(lookAt(engine, asking.signal, 5), { code: 'timeout', message: 'Docker does not answer.', hint: /local engine/ })
    const looking = lookAt(engine, asking.signal)
    asking.abort()
    await assert.rejects(looking, { name: 'AbortError' })
  })
})
