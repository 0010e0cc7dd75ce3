import assert from 'node:assert/strict'
import { createConnections } from '#app/connections.ts'
import { defaultSettings } from '#app/settings.ts'
import { stoppedStack } from '../../fakes/stackEngine.ts'

const unexpected = (): never => assert.fail('unexpected call')
const onDidChange = () => ({ dispose: () => {} })

describe('connections', () => {
  it('leaves the name of the local stack, and so its secrets, to the stack', () => {
    const named = [
      { name: 'Local stack', spark: 'sc://elsewhere:15002' },
      { name: 'lake', folder: '/lake' },
    ]
    const connections = createConnections(
      { state: stoppedStack, onDidChange, secrets: unexpected },
      { current: { ...defaultSettings, connections: named }, onDidChange },
      unexpected,
    )
    assert.deepEqual(connections.list(), [{ name: 'lake', folder: '/lake' }])
    assert.throws(() => connections.get('Local stack'), { code: 'notFound' })
  })
})
