import assert from 'node:assert/strict'
import { createConnections } from '#app/connections.ts'
import type { ConnectionSecrets } from '#app/connection.ts'
import { defaultSettings, type ConnectionSetting } from '#app/settings.ts'
import { stoppedStack } from '../../fakes/stackEngine.ts'

const never = new AbortController().signal
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

  it('sends secrets only to the address that they were given for', async () => {
    const kept: ConnectionSecrets = {
      s3: { accessKeyId: 'key', secretAccessKey: 'secret' },
      sparkToken: 'token',
      mlflow: { kind: 'bearer', token: 'word' },
      addresses: { s3: 'http://lake:9000', sparkToken: 'sc://lake:15002', mlflow: 'http://lake:5000' },
    }
    const open = (setting: Omit<ConnectionSetting, 'name'>, secrets = kept) => {
      const source = { current: { ...defaultSettings, connections: [{ name: 'lake', ...setting }] }, onDidChange }
      return createConnections({ state: stoppedStack, onDidChange, secrets: unexpected }, source, async () => secrets)
    }
    const own = open({ endpoint: 'http://lake:9000/', spark: 'sc://lake:15002', mlflow: 'http://lake:5000/' })
    assert.deepEqual(
      [await own.credentials('lake', never), await own.sparkToken('lake', never), await own.mlflowAuth('lake', never)],
      [kept.s3, 'token', kept.mlflow],
    )
    const led = open({ endpoint: 'http://evil:9000', spark: 'sc://lake:15002', mlflow: 'http://evil:5000' })
    await assert.rejects(led.credentials('lake', never), {
      code: 'denied',
      message: 'The keys of “lake” were given for http://lake:9000 and are not sent to http://evil:9000.',
    })
    await assert.rejects(led.mlflowAuth('lake', never), { code: 'denied' })
    assert.equal(await led.sparkToken('lake', never), 'token')
    await assert.rejects(open({ region: 'eu-west-1' }).credentials('lake', never), { message: /not sent to Amazon S3/ })
    await assert.rejects(open({ endpoint: 'http://lake:9000' }, { ...kept, addresses: {} }).credentials('lake', never), { code: 'denied' })
    const { addresses: _, ...together } = kept
    assert.deepEqual(await open({ endpoint: 'http://any:9000' }, together).credentials('lake', never), kept.s3)
  })
})
